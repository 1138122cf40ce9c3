//! What apps and backends post: RUM batches, OTLP exports, the Datadog agent's traces.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::body;
use crate::datadog_agent;
use crate::event::{self, Event};
use crate::idempotency::Seen;
use crate::otlp::{self, Spans};
use crate::refusal::{Reason, Refusal};
use crate::shared::{Shared, Update};

/// How many refused lines an answer lists; the counts have all of them.
const REFUSED_LINES_LISTED: usize = 20;

/// An event line that was refused, counted from 1.
#[derive(Debug, Serialize)]
struct RefusedLine {
    line: usize,
    reason: Reason,
}

/// `POST /api/v2/rum`: events joined by newlines. 202 where at least one was taken; each refused line is
/// counted and listed, and takes no other with it.
pub(crate) async fn rum(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.answer(rum_batch(&shared, request).await)
}

async fn rum_batch(shared: &Shared, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let body = body::read(&parts.headers, body, shared.patience).await?;
    let text = String::from_utf8_lossy(&body);
    let mut events = Vec::new();
    let mut refused = Vec::new();
    for (index, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        match event::parse(line) {
            Ok(event) => events.push(event),
            Err(reason) => refused.push(RefusedLine {
                line: index + 1,
                reason,
            }),
        }
    }
    shared.count_refused(refused.iter().map(|line| line.reason));
    if events.is_empty() {
        return match refused.first() {
            None => Err(Refusal::new(
                Reason::EmptyBody,
                "there is no event in the body",
            )),
            // Counted above, line by line: the answer must not count again.
            Some(_) => {
                refused.truncate(REFUSED_LINES_LISTED);
                Ok((
                    StatusCode::BAD_REQUEST,
                    Json(json!({"accepted": 0, "refused": refused})),
                )
                    .into_response())
            }
        };
    }
    let accepted = events.len();
    let key = parts
        .headers
        .get("dd-idempotency-key")
        .and_then(|value| value.to_str().ok());
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let duplicate = !show(shared, key, hasher.finish(), events);
    if !duplicate {
        shared.keep_body(&body).await;
    }
    refused.truncate(REFUSED_LINES_LISTED);
    let answer = json!({"accepted": accepted, "duplicate": duplicate, "refused": refused});
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

/// Shows a batch unless its key was seen; one lock for both, so that two equal batches cannot both pass.
fn show(shared: &Shared, key: Option<&str>, digest: u64, events: Vec<Event>) -> bool {
    let numbers: Vec<u64> = {
        let mut store = shared.store();
        if store.see_batch(key, digest) != Seen::New {
            drop(store);
            shared.announce([Update::Stats]);
            return false;
        }
        events
            .into_iter()
            .filter_map(|event| match event {
                Event::Request(request) => Some(store.add_request(*request)),
                Event::Other => {
                    store.count_event();
                    None
                }
            })
            .collect()
    };
    shared.announce(numbers.into_iter().map(Update::Request));
    true
}

/// The path that `ddforward` names, where a request has one: `None` is an ordinary request.
pub(crate) fn forwarded_path(uri: &Uri) -> Option<String> {
    let pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
    let target = pairs.into_iter().find(|(name, _)| name == "ddforward")?.1;
    Some(target.split('?').next().unwrap_or_default().to_owned())
}

/// A proxy's request: `POST {any path}?ddforward=<urlencoded /api/v2/rum?…>`.
pub(crate) async fn forwarded(shared: Arc<Shared>, path: &str, request: Request) -> Response {
    if path == "/api/v2/rum" {
        return rum(State(shared), request).await;
    }
    let detail = format!(
        "ddforward must be /api/v2/rum?…, it is {}",
        crate::span::bounded(path)
    );
    shared.answer(Err(Refusal::new(Reason::UnknownForward, detail)))
}

/// `POST /v1/traces`: OTLP, protobuf or JSON by `Content-Type`.
pub(crate) async fn otlp_traces(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    shared.answer(otlp_export(&shared, &parts.headers, body).await)
}

async fn otlp_export(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let body = body::read(headers, body, shared.patience).await?;
    let spans = match kind.as_str() {
        "application/x-protobuf" => otlp::read_protobuf(&body)?,
        "application/json" => otlp::read_json(&body)?,
        _ => {
            let detail = format!(
                "{} is none of application/x-protobuf, application/json",
                crate::span::bounded(&kind)
            );
            return Err(Refusal::new(Reason::UnsupportedMediaType, detail));
        }
    };
    take_spans(shared, spans);
    // An empty ExportTraceServiceResponse: no bytes in protobuf, an empty object in JSON.
    let empty = if kind == "application/json" { "{}" } else { "" };
    Ok(([(header::CONTENT_TYPE, kind)], empty).into_response())
}

/// `POST /v1/metrics` and `/v1/logs`: an exporter left on by default gets its empty answer, nothing is kept.
pub(crate) async fn otlp_ignored(request: Request) -> Response {
    let json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let (kind, empty) = if json {
        ("application/json", "{}")
    } else {
        ("application/x-protobuf", "")
    };
    ([(header::CONTENT_TYPE, kind)], empty).into_response()
}

/// `PUT|POST /v0.3/traces`, `/v0.4/traces`.
pub(crate) async fn agent_v04(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    agent(&shared, request, datadog_agent::read_v04).await
}

/// `PUT|POST /v0.5/traces`.
pub(crate) async fn agent_v05(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    agent(&shared, request, datadog_agent::read_v05).await
}

async fn agent(
    shared: &Shared,
    request: Request,
    read: fn(&[u8]) -> Result<Spans, Refusal>,
) -> Response {
    let (parts, body) = request.into_parts();
    let spans = match body::read(&parts.headers, body, shared.patience).await {
        // A tracer probes the endpoint with no body at all.
        Ok(body) if body.is_empty() => Ok(Spans::default()),
        Ok(body) => read(&body),
        Err(refusal) => Err(refusal),
    };
    shared.answer(spans.map(|spans| {
        take_spans(shared, spans);
        Json(json!({"rate_by_service": {}})).into_response()
    }))
}

fn take_spans(shared: &Shared, spans: Spans) {
    shared.count_refused(std::iter::repeat_n(Reason::BadSpan, spans.refused));
    let touched = shared.store().add_spans(spans.good);
    shared.announce(touched.into_iter().map(Update::Request));
}

/// `GET /info`: what is really read here is offered, and a debugger endpoint (taken and forgotten), without which ddtrace warns its user. Without `/v0.6/stats` tracers keep sending every
/// span, and without a newer `/traces` they speak one of these.
pub(crate) async fn agent_info() -> Response {
    Json(json!({
        "version": "7.70.0",
        "endpoints": ["/v0.3/traces", "/v0.4/traces", "/v0.5/traces", "/debugger/v2/input"],
        "client_drop_p0s": false,
        "config": {}
    }))
    .into_response()
}

/// The agent's other endpoints: taken, and forgotten.
pub(crate) async fn agent_ignored() -> Response {
    Json(json!({})).into_response()
}
