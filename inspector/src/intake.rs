//! What apps and backends post: RUM batches, OTLP exports, the Datadog agent's traces.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use serde_json::json;

use crate::body;
use crate::datadog_agent;
use crate::event::{self, Event};
use crate::exchange::{self, FromApp};
use crate::idempotency::Seen;
use crate::otlp::{self, Signal, Spans};
use crate::refusal::{Reason, Refusal};
use crate::shared::{Shared, Update};

/// How many refused lines an answer lists; the counts have all of them.
const REFUSED_LINES_LISTED: usize = 20;

/// How many event lines of one body are read: ten times what is kept.
const EVENTS_LIMIT: usize = 10_000;

/// An event line that was refused, counted from 1.
#[derive(Debug, Serialize)]
struct RefusedLine {
    line: usize,
    reason: Reason,
}

/// `POST /api/v2/rum`: events joined by newlines. 202 where at least one was taken; each refused line is
/// counted and listed, and takes no other with it.
pub(crate) async fn rum(shared: &Shared, request: Request) -> Response {
    shared.answer(rum_batch(shared, request).await)
}

/// A batch, read.
struct Batch {
    body: Bytes,
    digest: u64,
    events: Vec<Event>,
    /// The first refused lines; the counts have all of them.
    refused: Vec<RefusedLine>,
    counts: BTreeMap<Reason, usize>,
}

/// Reads each line for itself.
fn read_batch(body: Bytes) -> Batch {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let mut batch = Batch {
        body: body.clone(),
        digest: hasher.finish(),
        events: Vec::new(),
        refused: Vec::new(),
        counts: BTreeMap::new(),
    };
    let text = String::from_utf8_lossy(&body);
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    for (place, (index, line)) in lines.enumerate() {
        let event = if place < EVENTS_LIMIT {
            event::parse(line)
        } else {
            Err(Reason::TooManyEvents)
        };
        match event {
            Ok(event) => batch.events.push(event),
            Err(reason) => {
                *batch.counts.entry(reason).or_default() += 1;
                if batch.refused.len() < REFUSED_LINES_LISTED {
                    batch.refused.push(RefusedLine {
                        line: index + 1,
                        reason,
                    });
                }
            }
        }
    }
    batch
}

async fn rum_batch(shared: &Shared, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let Batch {
        body,
        digest,
        events,
        refused,
        counts,
    } = body::read(shared, &parts.headers, body, |body| Ok(read_batch(body))).await?;
    shared.count_refused(counts);
    if events.is_empty() {
        if refused.is_empty() {
            return Err(Refusal::new(
                Reason::EmptyBody,
                "there is no event in the body",
            ));
        }
        // Counted above, line by line: the answer must not count again.
        let answer = json!({"accepted": 0, "refused": refused});
        return Ok((StatusCode::BAD_REQUEST, Json(answer)).into_response());
    }
    let accepted = events.len();
    let key = parts
        .headers
        .get("dd-idempotency-key")
        .and_then(|value| value.to_str().ok());
    let seen = show(shared, key, digest, events);
    if seen == Seen::New {
        shared.keep_body(&body).await;
    }
    // A known key with another body is no duplicate: nothing of it was ever shown, and a retry brings nothing.
    let answer = match seen {
        Seen::Reused => {
            json!({"accepted": 0, "duplicate": false, "refused": refused, "reason": Reason::IdempotencyKeyReused})
        }
        Seen::New | Seen::Duplicate => {
            json!({"accepted": accepted, "duplicate": seen == Seen::Duplicate, "refused": refused})
        }
    };
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

/// Shows a batch unless its key was seen; one lock for both, so that two equal batches cannot both pass.
fn show(shared: &Shared, key: Option<&str>, digest: u64, events: Vec<Event>) -> Seen {
    let mut ran_with_another = false;
    let numbers: Vec<u64> = {
        let mut store = shared.store();
        let seen = store.see_batch(key, digest);
        if seen != Seen::New {
            drop(store);
            shared.announce([Update::Stats]);
            return seen;
        }
        events
            .into_iter()
            .filter_map(|event| match event {
                Event::Request(request) => {
                    ran_with_another |= shared.history().saw(&request);
                    Some(store.add_request(*request))
                }
                Event::Telemetry(told) => {
                    store.count_event();
                    store.tell(*told);
                    None
                }
                Event::Other => {
                    store.count_event();
                    None
                }
            })
            .collect()
    };
    shared.announce(numbers.into_iter().map(Update::Request));
    shared.announce(ran_with_another.then_some(Update::Remote));
    Seen::New
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
        return exchange::rum(State(shared), request).await;
    }
    let detail = format!(
        "ddforward must be /api/v2/rum?…, it is {}",
        crate::span::bounded(path)
    );
    shared.answer(Err(Refusal::new(Reason::UnknownForward, detail)))
}

/// `POST /v1/traces`, `/v1/logs`: OTLP, protobuf or JSON by `Content-Type`. An app's spans and records are requests and
/// events; of a backend there are spans, its records are passed over.
pub(crate) async fn otlp(shared: &Shared, signal: Signal, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    shared.answer(otlp_export(shared, signal, &parts.headers, body).await)
}

async fn otlp_export(
    shared: &Shared,
    signal: Signal,
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
    let read = match kind.as_str() {
        "application/x-protobuf" => otlp::read_protobuf,
        "application/json" => otlp::read_json,
        _ => {
            let detail = format!(
                "{} is none of application/x-protobuf, application/json",
                crate::span::bounded(&kind)
            );
            return Err(Refusal::new(Reason::UnsupportedMediaType, detail));
        }
    };
    let spans = body::read(shared, headers, body, move |body| read(signal, &body)).await?;
    let rejected = spans.refused + spans.surplus;
    let from_app = (!spans.phone.is_empty()).then_some(Extension(FromApp));
    take_spans(shared, spans);
    let answer = if kind == "application/json" {
        otlp::json_answer(signal, rejected)
    } else {
        otlp::protobuf_answer(rejected)
    };
    Ok((from_app, [(header::CONTENT_TYPE, kind)], answer).into_response())
}

/// `POST /v1/metrics`: an exporter left on by default gets its empty answer, nothing is kept.
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
    let spans = body::read(shared, &parts.headers, body, move |body| {
        // A tracer probes the endpoint with no body at all.
        if body.is_empty() {
            return Ok(Spans::default());
        }
        read(&body)
    })
    .await;
    shared.answer(spans.map(|spans| {
        take_spans(shared, spans);
        Json(json!({"rate_by_service": {}})).into_response()
    }))
}

fn take_spans(shared: &Shared, spans: Spans) {
    shared.count_refused([
        (Reason::BadSpan, spans.refused),
        (Reason::TooManySpans, spans.surplus),
    ]);
    let touched = {
        let mut store = shared.store();
        let shown: Vec<u64> = spans
            .phone
            .iter()
            .filter_map(|item| match item.request() {
                Some(request) => store.add_request_once(request),
                None => {
                    store.count_event();
                    None
                }
            })
            .collect();
        let joined = store.add_spans(spans.good);
        shown.into_iter().chain(joined).collect::<Vec<_>>()
    };
    shared.announce(touched.into_iter().map(Update::Request));
}

/// `GET /info`: what is really read here is offered, and a debugger endpoint (taken and forgotten), without
/// which ddtrace warns its user. Without `/v0.6/stats` tracers keep sending every span, and without a newer
/// `/traces` they speak one of these.
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
