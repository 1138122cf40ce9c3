//! One HTTP exchange of the SDK's own: the intake and the remote document.
//!
//! It never meets the app's HTTP stack, so the SDK cannot record its own requests.

mod http;
mod network;
mod tls;

use std::future::Future;
use std::pin::Pin;

pub use http::ReqwestTransport;
pub use network::{KeyHash, Network};

/// A request, whole in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// An absolute `http` or `https` URL.
    pub url: String,
    /// Names and values as they go out.
    pub headers: Vec<(String, String)>,
    /// Empty for a request without a body.
    pub body: Vec<u8>,
    /// For all of it, from connecting to the last byte of the answer, in milliseconds.
    pub timeout_ms: u64,
    /// An answer with a larger body is refused, without reading it into memory.
    pub max_answer_bytes: usize,
}

/// What came back, with any status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// 100 to 999. A redirect is an answer like any other: none is followed.
    pub status: u16,
    /// Names in lower case, in the order of arrival; bytes that are no UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// At most the request's `max_answer_bytes`.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// The first value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection, or it broke.
    #[error("the network failed: {0}")]
    Network(String),
    /// The server's certificate or its TLS was refused.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// Not done within the request's `timeout_ms`.
    #[error("no complete answer in time")]
    Timeout,
    /// The answer's body is over the request's `max_answer_bytes`.
    #[error("the answer has more than {limit} bytes")]
    TooLarge {
        /// The bound it broke.
        limit: usize,
        /// Status and headers, without the body: to an upload they are all that matters.
        answer: Box<HttpAnswer>,
    },
    /// The answer's body broke off, or was not there in time.
    #[error("the answer broke off: {why}")]
    Incomplete {
        /// How.
        why: String,
        /// Status and headers, without the body: to an upload they are all that matters.
        answer: Box<HttpAnswer>,
    },
    /// The URL, or a header, is none that can be sent.
    #[error("the request cannot be sent: {0}")]
    BadUrl(String),
}

/// What [`Transport::send`] gives.
pub type Sending = Pin<Box<dyn Future<Output = Result<HttpAnswer, TransportError>> + Send>>;

/// Sends requests. The `handspan` thread polls the future, on a tokio runtime with timers and network.
pub trait Transport: Send + Sync {
    /// One exchange. Does nothing before it is polled; dropping it gives up.
    fn send(&self, request: HttpRequest) -> Sending;
}
