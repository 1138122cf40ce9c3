//! The transport that desktop, CLI, tests and phones have: reqwest over rustls.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Proxy, Url};
use rustls::ClientConfig;

use super::network::Network;
use super::tls;
use super::{HttpAnswer, HttpRequest, Sending, Transport, TransportError};

/// An idle connection is closed while the radio is still awake from its last byte (LTE: about 10 s): closing it later would
/// wake it for nothing.
const IDLE: Duration = Duration::from_secs(3);

/// reqwest over rustls with *ring*, Mozilla's root certificates and the app's, HTTP/1.1.
///
/// Not reqwest's default: that asks the platform's verifier, which on Android panics at the first HTTPS request
/// unless Kotlin code prepares it.
#[derive(Clone, Debug, Default)]
pub struct ReqwestTransport {
    // Made by the first request, on the `handspan` thread: parsing the roots is no work for the app's thread.
    client: Arc<OnceLock<Result<Client, TransportError>>>,
    network: Arc<Network>,
}

impl ReqwestTransport {
    /// A transport that has done nothing yet, and goes the app's way.
    pub fn new(network: Network) -> Self {
        Self {
            client: Arc::default(),
            network: Arc::new(network),
        }
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: HttpRequest) -> Sending {
        let Self { client, network } = self.clone();
        Box::pin(async move {
            let client = client.get_or_init(|| build_client(&network)).clone()?;
            exchange(&client, request).await
        })
    }
}

fn build_client(network: &Network) -> Result<Client, TransportError> {
    let tls = tls::client(tls::roots(network), network.pins.clone())?;
    client_over(tls, network.proxy.as_deref())
}

fn client_over(tls: ClientConfig, proxy: Option<&str>) -> Result<Client, TransportError> {
    let failed = |error: reqwest::Error| TransportError::Network(chain(&error.without_url()));
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("handspan/", env!("CARGO_PKG_VERSION")))
        // A redirect would take the client token to another host.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .pool_idle_timeout(IDLE)
        // The environment of an app is not ours to read.
        .no_proxy();
    if let Some(proxy) = proxy {
        builder = builder.proxy(Proxy::all(proxy).map_err(failed)?);
    }
    builder.build().map_err(failed)
}

async fn exchange(client: &Client, request: HttpRequest) -> Result<HttpAnswer, TransportError> {
    let limit = request.max_answer_bytes;
    let mut response = client
        .execute(to_reqwest(request)?)
        .await
        .map_err(explain)?;
    let announced = response.content_length().unwrap_or(0);
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let mut answer = HttpAnswer {
        status,
        headers,
        body: Vec::new(),
    };
    let too_large = |answer| TransportError::TooLarge {
        limit,
        answer: Box::new(answer),
    };
    if usize::try_from(announced).is_ok_and(|length| length > limit) {
        return Err(too_large(answer));
    }
    let mut body = Vec::new();
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(error) => {
                return Err(TransportError::Incomplete {
                    why: explain(error).to_string(),
                    answer: Box::new(answer),
                });
            }
        };
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(too_large(answer));
        }
        body.extend_from_slice(&chunk);
    }
    answer.body = body;
    Ok(answer)
}

fn to_reqwest(request: HttpRequest) -> Result<reqwest::Request, TransportError> {
    // The URL itself stays out of messages: a proxy's may carry a secret.
    let url = Url::parse(&request.url)
        .map_err(|error| TransportError::BadUrl(format!("URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(TransportError::BadUrl(format!(
            "URL: scheme `{}` is neither http nor https",
            url.scheme()
        )));
    }
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| TransportError::BadUrl("method".to_owned()))?;
    let mut headers = HeaderMap::with_capacity(request.headers.len());
    for (name, value) in request.headers {
        let (Ok(header), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(&value),
        ) else {
            return Err(TransportError::BadUrl(format!(
                "header `{}` has characters HTTP does not allow",
                name.escape_debug()
            )));
        };
        headers.append(header, value);
    }
    let mut out = reqwest::Request::new(method, url);
    *out.headers_mut() = headers;
    *out.timeout_mut() = Some(Duration::from_millis(request.timeout_ms));
    if !request.body.is_empty() {
        *out.body_mut() = Some(request.body.into());
    }
    Ok(out)
}

fn explain(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    if error.is_timeout() {
        TransportError::Timeout
    } else if has_tls_cause(&error) {
        TransportError::Tls(chain(&error))
    } else if error.is_builder() {
        TransportError::BadUrl(chain(&error))
    } else {
        TransportError::Network(chain(&error))
    }
}

/// The error and its causes, outermost first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn Error + 'static) = *error;
        // An `io::Error` shows its inner error as itself and hides it from `source`.
        match error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
        {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

fn has_tls_cause(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(<dyn Error>::is::<rustls::Error>)
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for cause in causes(error).map(ToString::to_string) {
        if !text.ends_with(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    text
}

#[cfg(test)]
#[path = "http_test.rs"]
mod tests;

#[cfg(test)]
#[path = "tls_test.rs"]
mod tls_tests;
