//! What apps and backends post: RUM batches, logs, OTLP exports, the Datadog agent's traces.

use std::collections::{BTreeMap, BTreeSet};
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
use crate::check::Checks;
use crate::datadog_agent;
use crate::event::{self, EVENTS_LIMIT, Event};
use crate::exchange::{self, FromApp};
use crate::idempotency::Seen;
use crate::otlp::{self, Signal, Spans};
use crate::refusal::{Reason, Refusal};
use crate::session;
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
pub(crate) async fn rum(shared: &Shared, request: Request) -> Response {
    shared.answer(rum_batch(shared, request).await)
}

/// `POST /api/v2/logs`: a JSON array of records; answered as RUM batches are.
pub(crate) async fn logs(shared: &Shared, request: Request) -> Response {
    shared.answer(logs_batch(shared, request).await)
}

/// `POST /api/v2/spans`: envelopes with an app's own spans, joined by newlines; answered as RUM batches are, each span is a line.
pub(crate) async fn spans(shared: &Shared, request: Request) -> Response {
    shared.answer(spans_batch(shared, request).await)
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

impl Batch {
    /// With each line read for itself.
    fn new(body: Bytes, lines: impl IntoIterator<Item = (usize, Result<Event, Reason>)>) -> Self {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let mut batch = Self {
            body,
            digest: hasher.finish(),
            events: Vec::new(),
            refused: Vec::new(),
            counts: BTreeMap::new(),
        };
        for (line, event) in lines {
            match event {
                Ok(event) => batch.events.push(event),
                Err(reason) => {
                    *batch.counts.entry(reason).or_default() += 1;
                    if batch.refused.len() < REFUSED_LINES_LISTED {
                        batch.refused.push(RefusedLine { line, reason });
                    }
                }
            }
        }
        batch
    }
}

fn read_events(body: Bytes, checks: &Checks) -> Batch {
    let bytes = body.clone();
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let events = lines.enumerate().map(|(place, (index, line))| {
        let event = if place < EVENTS_LIMIT {
            event::parse(line, checks)
        } else {
            Err(Reason::TooManyEvents)
        };
        (index + 1, event)
    });
    Batch::new(body, events)
}

async fn rum_batch(shared: &Shared, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let checks = Arc::clone(&shared.checks);
    let read = move |body| Ok(read_events(body, &checks));
    let batch = body::read(shared, &parts.headers, body, read).await?;
    take_batch(shared, &parts.headers, batch).await
}

async fn logs_batch(shared: &Shared, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let read = |body: Bytes| {
        let records = session::read_logs(&body)?.into_iter().enumerate();
        let events = records.map(|(at, record)| (at + 1, record.map(Event::Other)));
        Ok(Batch::new(body, events))
    };
    let batch = body::read(shared, &parts.headers, body, read).await?;
    take_batch(shared, &parts.headers, batch).await
}

async fn spans_batch(shared: &Shared, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let read = |body: Bytes| {
        let spans = session::read_spans(&String::from_utf8_lossy(&body));
        let spans = spans.into_iter().enumerate();
        let events = spans.map(|(at, span)| (at + 1, span.map(Event::Other)));
        Ok(Batch::new(body.clone(), events))
    };
    let batch = body::read(shared, &parts.headers, body, read).await?;
    take_batch(shared, &parts.headers, batch).await
}

async fn take_batch(
    shared: &Shared,
    headers: &HeaderMap,
    batch: Batch,
) -> Result<Response, Refusal> {
    let Batch {
        body,
        digest,
        events,
        refused,
        counts,
    } = batch;
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
    let key = headers
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
    let mut requests = Vec::new();
    let mut sessions = BTreeSet::new();
    {
        let mut store = shared.store();
        let seen = store.see_batch(key, digest);
        if seen != Seen::New {
            drop(store);
            shared.announce([Update::Stats]);
            return seen;
        }
        for event in events {
            match event {
                Event::Request(request, told) => {
                    ran_with_another |= shared.history().saw(&request);
                    let number = store.add_request(*request);
                    requests.push(number);
                    sessions.insert(store.add_to_session(*told, Some(number)));
                }
                Event::Telemetry(told) => {
                    store.count_event();
                    store.tell(*told);
                }
                Event::Other(told) => {
                    store.count_event();
                    sessions.insert(store.add_to_session(*told, None));
                }
                Event::Unkept => store.count_event(),
            }
        }
    }
    shared.announce(requests.into_iter().map(Update::Request));
    shared.announce(sessions.into_iter().map(Update::Session));
    shared.announce(ran_with_another.then_some(Update::Remote));
    Seen::New
}

/// The path that `ddforward` names, where a request has one: `None` is an ordinary request.
pub(crate) fn forwarded_path(uri: &Uri) -> Option<String> {
    let pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
    let target = pairs.into_iter().find(|(name, _)| name == "ddforward")?.1;
    Some(target.split('?').next().unwrap_or_default().to_owned())
}

/// A proxy's request: `POST {any path}?ddforward=<urlencoded /api/v2/rum?…>`, `/api/v2/logs?…`, `/api/v2/spans`.
pub(crate) async fn forwarded(shared: Arc<Shared>, path: &str, request: Request) -> Response {
    match path {
        "/api/v2/rum" => exchange::rum(State(shared), request).await,
        "/api/v2/logs" => exchange::logs(State(shared), request).await,
        "/api/v2/spans" => exchange::spans(State(shared), request).await,
        _ => {
            let detail = format!(
                "ddforward must be /api/v2/rum, logs or spans, it is {}",
                crate::span::bounded(path)
            );
            shared.answer(Err(Refusal::new(Reason::UnknownForward, detail)))
        }
    }
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
    let mut requests = Vec::new();
    let mut sessions = BTreeSet::new();
    {
        let mut store = shared.store();
        for item in &spans.phone {
            let request = item.request();
            if request.is_none() {
                store.count_event();
            }
            let number = request.and_then(|request| store.add_request_once(request));
            requests.extend(number);
            let told = item.told();
            sessions.extend(told.and_then(|told| store.add_to_session_once(told, number)));
        }
        requests.extend(store.add_spans(spans.good));
    }
    shared.announce(requests.into_iter().map(Update::Request));
    shared.announce(sessions.into_iter().map(Update::Session));
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
