//! A request as client spans: one for each hop whose trace is ours and kept.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::{Value, json};
use url::{Host, Url};

use super::attributes::{attribute, member};
use super::hop::{SpanHop, span_hops};
use super::own_span::own_span;
use super::record::parent_span_id;

/// W3C flag of a sampled trace.
pub(super) const SAMPLED: u32 = 1;
/// The parent is known to be in this process, or there is none (opentelemetry-proto, `SpanFlags`).
pub(super) const HAS_IS_REMOTE: u32 = 0x100;
/// Methods that the conventions know; another one is `_OTHER`, and stands as it was beside that.
const METHODS: [&str; 9] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

/// The spans of an event: a span of the app's own, or those of a request in the order of its hops; none where it is neither, or has no trace of ours that is kept.
pub(super) fn spans(event: &Value) -> Vec<Span> {
    if let Some(own) = own_span(event) {
        return vec![own];
    }
    let hops = span_hops(event);
    hops.iter().map(|hop| span(event, hop)).collect()
}

/// Is what the event tells told by a span? Else it is a record too: the last hop went where we have no trace.
pub(super) fn tells_outcome(event: &Value) -> bool {
    if own_span(event).is_some() {
        return true;
    }
    span_hops(event).last().is_some_and(|hop| hop.is_last)
}

/// What HTTP's semantic conventions call the parts of a request.
pub(super) fn http(
    method: Option<&str>,
    url: Option<&str>,
    status_code: Option<u64>,
) -> impl Iterator<Item = KeyValue> {
    let known = method.filter(|method| METHODS.contains(method));
    let parsed = url.and_then(|url| Url::parse(url).ok());
    let parsed = parsed.as_ref();
    // An IPv6 address without the brackets that it has in a URL.
    let address = parsed.and_then(Url::host).map(|host| match host {
        Host::Ipv6(address) => address.to_string(),
        host => host.to_string(),
    });
    [
        attribute("http.request.method", json!(known.unwrap_or("_OTHER"))),
        attribute(
            "http.request.method_original",
            method.filter(|_| known.is_none()).map(Value::from),
        ),
        attribute("url.full", url.map(Value::from)),
        attribute("server.address", address.map(Value::from)),
        attribute(
            "server.port",
            parsed.and_then(Url::port_or_known_default).map(Value::from),
        ),
        attribute(
            "http.response.status_code",
            status_code.filter(|code| *code > 0).map(Value::from),
        ),
    ]
    .into_iter()
    .flatten()
}

fn span(event: &Value, hop: &SpanHop<'_>) -> Span {
    let of_call = |pointer: &str| hop.is_last.then(|| event.pointer(pointer)).flatten();
    let error_type = of_call("/context/handspan/error/kind")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .or_else(|| {
            hop.status_code
                .filter(|code| *code >= 400)
                .map(|code| code.to_string())
        });
    let message = of_call("/context/handspan/error/message").and_then(Value::as_str);
    let own = [
        attribute("error.type", error_type.clone().map(Value::from)),
        attribute(
            "http.request.resend_count",
            (hop.resends > 0).then(|| Value::from(hop.resends)),
        ),
        attribute(
            "network.protocol.version",
            of_call("/resource/protocol")
                .and_then(protocol_version)
                .map(Value::from),
        ),
        attribute(
            "http.request.body.size",
            of_call("/resource/request/encoded_body_size").cloned(),
        ),
        attribute(
            "http.response.body.size",
            of_call("/resource/size").cloned(),
        ),
        member(event, "/session/id", "session.id"),
        member(event, "/usr/id", "user.id"),
        member(event, "/account/id", "account.id"),
        member(event, "/resource/id", "rum.resource.id"),
    ];
    let status = if error_type.is_some() {
        StatusCode::Error
    } else {
        StatusCode::Unset
    };
    Span {
        trace_id: hop.trace_id.clone(),
        span_id: hop.span_id.clone(),
        // The app's own span that the request was made in.
        parent_span_id: parent_span_id(event),
        flags: SAMPLED | HAS_IS_REMOTE,
        // The conventions' name of a span without a route: the method, or HTTP for one that they don't know.
        name: hop
            .method
            .filter(|method| METHODS.contains(method))
            .unwrap_or("HTTP")
            .to_owned(),
        kind: SpanKind::Client.into(),
        start_time_unix_nano: hop.start,
        end_time_unix_nano: hop.end,
        attributes: http(hop.method, hop.url, hop.status_code)
            .chain(own.into_iter().flatten())
            .collect(),
        status: Some(Status {
            code: status.into(),
            message: message.unwrap_or_default().to_owned(),
        }),
        ..Span::default()
    }
}

/// `1.1` of `http/1.1`, `2` of `h2`.
pub(super) fn protocol_version(protocol: &Value) -> Option<&'static str> {
    Some(match protocol.as_str()? {
        "http/1.0" => "1.0",
        "http/1.1" => "1.1",
        "h2" | "h2_prior_knowledge" => "2",
        "h3" => "3",
        _ => return None,
    })
}
