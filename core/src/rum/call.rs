//! A finished call, as the platform reports it: once a call, with the hops that reached the wire.

use super::attributes::{self, Attributes, cut};
use super::trim::{self, RESERVED_IN_CONTEXT, Trimmed};
use crate::limits;
use crate::trace::response::{self, ServerTrace};
use crate::trace::{Reason, SpanId, TraceId};

/// A call that has ended, well or badly.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FinishedCall {
    /// HTTP method as the app asked.
    pub method: String,
    /// URL as the app asked.
    pub url: String,
    /// Start until end, nanoseconds, on a clock that does not jump.
    pub duration_ns: u64,
    /// The hops that reached the wire, in order.
    pub hops: Vec<Hop>,
    /// Status of the last response.
    pub status_code: Option<u16>,
    /// The failure.
    pub error: Option<CallError>,
    /// Protocol, as `h2`.
    pub protocol: Option<String>,
    /// Bytes of the request body on the wire.
    pub request_body_bytes: Option<u64>,
    /// Bytes of the response body.
    pub response_body_bytes: Option<u64>,
    /// `Content-Type` of the response.
    pub content_type: Option<String>,
    /// Phases of the last hop.
    pub timings: Timings,
    /// The request's headers that the app wants to see; what may not be seen is taken out again here.
    pub request_headers: Vec<(String, String)>,
    /// The last response's.
    pub response_headers: Vec<(String, String)>,
    /// The app's own span that the request was made in.
    pub parent_span_id: Option<SpanId>,
    /// What it asks, where it is a GraphQL request.
    pub graphql: Option<GraphQlOperation>,
    /// The app's attributes.
    pub attributes: Attributes,
}

/// What a GraphQL request asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphQlOperation {
    /// `query`, `mutation` or `subscription`; another is left out.
    pub operation_type: String,
    /// Its name.
    pub operation_name: Option<String>,
    /// Its variables, as JSON.
    pub variables: Option<String>,
    /// Its text.
    pub payload: Option<String>,
}

/// One exchange on the wire, with the plan it followed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hop {
    /// URL of the hop.
    pub url: String,
    /// Reason code of the plan.
    pub reason: String,
    /// Did the hop belong to a trace?
    pub traced: bool,
    /// The configured host that matched.
    pub host_entry: Option<String>,
    /// The id on the wire.
    pub trace_id: Option<TraceId>,
    /// The id on the wire.
    pub span_id: Option<SpanId>,
    /// The decision.
    pub sampled: Option<bool>,
    /// UUID of the session that the hop belongs to.
    pub session_id: String,
    /// Trace sample rate that decided, 0…1.
    pub rule_psr: Option<f64>,
    /// Headers that the plan set.
    pub headers: Vec<(String, String)>,
    /// Method of the hop, where it is not the call's: a redirect may turn POST into GET.
    pub method: Option<String>,
    /// From the start of the call until the hop began, nanoseconds; none where the platform does not tell.
    pub start_ns: Option<u64>,
    /// Length of the hop, nanoseconds; without one it ends with the call.
    pub duration_ns: Option<u64>,
    /// Status of the hop's response.
    pub status_code: Option<u16>,
    /// The response's headers of [`RESPONSE_HEADER_NAMES`](crate::trace::response::RESPONSE_HEADER_NAMES).
    pub response_headers: Vec<(String, String)>,
}

impl Hop {
    /// The trace that the server has told.
    pub fn server_trace(&self) -> Option<ServerTrace> {
        let headers = self.response_headers.iter();
        response::read(headers.map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// A failure, in the platform's words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallError {
    /// Class, as `java.net.ConnectException`.
    pub kind: String,
    /// Message.
    pub message: String,
}

/// A part of a call: nanoseconds from the start of the call, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// Since the start of the call.
    pub start_ns: u64,
    /// Length.
    pub duration_ns: u64,
}

/// The phases of a call that RUM knows; one meaning on every platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// Name resolution.
    pub dns: Option<Phase>,
    /// TCP connection, TLS included.
    pub connect: Option<Phase>,
    /// TLS handshake.
    pub ssl: Option<Phase>,
    /// Request sent until the first byte of the response.
    pub first_byte: Option<Phase>,
    /// First until last byte of the response.
    pub download: Option<Phase>,
    /// Start of the call until its last hop began.
    pub redirect: Option<Phase>,
}

impl FinishedCall {
    /// The last hop that belonged to a trace: its ids are the event's.
    pub fn traced_hop(&self) -> Option<&Hop> {
        self.hops.iter().rev().find(|hop| hop.traced)
    }

    /// Did somebody ask for this very trace? Then it is recorded, whatever the rates say.
    pub fn is_forced(&self) -> bool {
        let forced = Reason::TracedForced.as_str();
        self.hops.iter().any(|hop| hop.reason == forced)
    }

    /// Was its beginning counted? Of what never reached the wire no plan was asked, and one that was made in a span of the app's
    /// own is planned like a later hop, in the span's session.
    pub fn was_counted_as_begun(&self) -> bool {
        !self.hops.is_empty() && self.parent_span_id.is_none()
    }

    /// The session that the call began in.
    pub fn session_id(&self) -> Option<&str> {
        self.hops
            .first()
            .map(|hop| hop.session_id.as_str())
            .filter(|id| !id.is_empty())
    }

    /// Cuts every text to its limit, so that no call of the app can fill the queue, and takes user names and passwords
    /// out of URLs: they are nobody's to record.
    pub fn bound(&mut self) -> Trimmed {
        let mut trimmed = Trimmed::default();
        trim::attributes(&mut self.attributes, &RESERVED_IN_CONTEXT, &mut trimmed);
        if let Some(graphql) = &mut self.graphql {
            graphql.bound(&mut trimmed);
        }
        for (_, value) in self
            .request_headers
            .iter_mut()
            .chain(&mut self.response_headers)
        {
            strip_user_info(value);
            cut(value);
        }
        for url in
            std::iter::once(&mut self.url).chain(self.hops.iter_mut().map(|hop| &mut hop.url))
        {
            strip_user_info(url);
        }
        self.hops.truncate(limits::HOPS);
        for text in [&mut self.method, &mut self.url] {
            cut(text);
        }
        for text in [&mut self.protocol, &mut self.content_type]
            .into_iter()
            .flatten()
        {
            cut(text);
        }
        if let Some(error) = &mut self.error {
            cut(&mut error.kind);
            cut(&mut error.message);
        }
        for hop in &mut self.hops {
            cut(&mut hop.url);
            cut(&mut hop.reason);
            if let Some(method) = &mut hop.method {
                cut(method);
            }
            if let Some(entry) = &mut hop.host_entry {
                cut(entry);
            }
            hop.response_headers.truncate(limits::RESPONSE_HEADERS);
            for (name, value) in hop.headers.iter_mut().chain(&mut hop.response_headers) {
                cut(name);
                cut(value);
            }
        }
        trimmed
    }

    /// About what the call costs in memory while it waits.
    pub fn bytes(&self) -> usize {
        let hop = |hop: &Hop| {
            let headers: usize = hop
                .headers
                .iter()
                .chain(&hop.response_headers)
                .map(|(name, value)| name.len() + value.len() + 48)
                .sum();
            let texts = [&hop.url, &hop.reason, &hop.session_id];
            let texts: usize = texts
                .into_iter()
                .chain(&hop.host_entry)
                .chain(&hop.method)
                .map(String::len)
                .sum();
            size_of::<Hop>() + texts + headers
        };
        let texts = [&self.protocol, &self.content_type];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let error = self
            .error
            .as_ref()
            .map_or(0, |error| error.kind.len() + error.message.len());
        let headers = self.request_headers.iter().chain(&self.response_headers);
        let headers: usize = headers
            .map(|(name, value)| name.len() + value.len() + 48)
            .sum();
        size_of::<Self>()
            + self.method.len()
            + self.url.len()
            + texts
            + error
            + attributes::bytes(&self.attributes)
            + self.graphql.as_ref().map_or(0, GraphQlOperation::bytes)
            + headers
            + self.hops.iter().map(hop).sum::<usize>()
    }
}

impl GraphQlOperation {
    fn bound(&mut self, trimmed: &mut Trimmed) {
        for text in std::iter::once(&mut self.operation_type).chain(&mut self.operation_name) {
            trim::text(text, limits::TEXT_CHARS, trimmed);
        }
        for text in [&mut self.variables, &mut self.payload]
            .into_iter()
            .flatten()
        {
            trim::text(text, limits::GRAPHQL_BYTES, trimmed);
        }
    }

    fn bytes(&self) -> usize {
        let texts = [&self.operation_name, &self.variables, &self.payload];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        self.operation_type.len() + texts
    }
}

/// `https://user:password@host/` becomes `https://host/`. A backslash ends the authority too: HTTP stacks read it so.
pub(super) fn strip_user_info(url: &mut String) {
    let Some(start) = url.find("://").map(|at| at + "://".len()) else {
        return;
    };
    let rest = url.get(start..).unwrap_or_default();
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if let Some(at) = authority.rfind('@') {
        url.replace_range(start..=start + at, "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_and_passwords_are_nobodys_to_record() {
        for (url, recorded) in [
            ("https://user:pw@a.example/x", "https://a.example/x"),
            (
                "https://u@s@a.example:8443/?m=a@b",
                "https://a.example:8443/?m=a@b",
            ),
            (
                "https://a.example/p@th?q=x@y#@",
                "https://a.example/p@th?q=x@y#@",
            ),
            ("https://a.example\\@b", "https://a.example\\@b"),
            ("no url @ all", "no url @ all"),
        ] {
            let hop = Hop {
                url: url.to_owned(),
                ..Hop::default()
            };
            let mut call = FinishedCall {
                url: url.to_owned(),
                hops: vec![hop],
                ..FinishedCall::default()
            };
            call.bound();
            assert_eq!(
                (call.url.as_str(), call.hops[0].url.as_str()),
                (recorded, recorded)
            );
        }
    }

    #[test]
    fn a_call_of_any_size_is_cut_on_a_characters_edge() {
        let huge = "é".repeat(limits::TEXT_CHARS);
        let hop = Hop {
            url: huge.clone(),
            reason: huge.clone(),
            ..Hop::default()
        };
        let mut call = FinishedCall {
            url: huge.clone(),
            error: Some(CallError {
                kind: huge.clone(),
                message: huge,
            }),
            hops: vec![hop; 100],
            ..FinishedCall::default()
        };
        call.bound();
        assert_eq!(call.hops.len(), limits::HOPS);
        assert!(call.url.len() <= limits::TEXT_CHARS && call.url.ends_with('é'));
        assert!(call.bytes() < 1024 * 1024);
    }
}
