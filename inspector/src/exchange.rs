//! One request of an app, from its arrival to its answer: the fault that it meets, and the note that is taken of it.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::body::{self, WIRE_LIMIT};
use crate::fault::{Answer, Fault, Oddity};
use crate::intake;
use crate::otlp::Signal;
use crate::refusal::Reason;
use crate::shared::{Shared, Update};
use crate::spoil::Spoiler;
use crate::uploads::{Arrived, Try};

/// Where a redirect on purpose points: nowhere.
const ELSEWHERE: &str = "/elsewhere";

/// On an answer: the request was an app's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromApp;

/// What is taken at the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Upload {
    Rum,
    Logs,
    Spans,
    Otlp(Signal),
}

/// `POST /api/v2/rum`, and what a proxy is told to forward there.
pub(crate) async fn rum(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    exchange(&shared, Upload::Rum, request).await
}

/// `POST /api/v2/logs`, and what a proxy is told to forward there.
pub(crate) async fn logs(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    exchange(&shared, Upload::Logs, request).await
}

/// `POST /api/v2/spans`, and what a proxy is told to forward there.
pub(crate) async fn spans(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    exchange(&shared, Upload::Spans, request).await
}

/// `POST /v1/traces`.
pub(crate) async fn otlp_traces(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    exchange(&shared, Upload::Otlp(Signal::Traces), request).await
}

/// `POST /v1/logs`.
pub(crate) async fn otlp_logs(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    exchange(&shared, Upload::Otlp(Signal::Logs), request).await
}

async fn exchange(shared: &Arc<Shared>, upload: Upload, request: Request) -> Response {
    let is_otlp = matches!(upload, Upload::Otlp(_));
    let fault = Fault::meet(&mut shared.fault(), is_otlp);
    let arrived = arrived(&request);
    let spoiler = request.extensions().get::<Spoiler>().cloned();
    let answer = fault.as_ref().map(|fault| fault.answer);
    let takes = match answer {
        None | Some(Answer::Other(Oddity::Slow | Oddity::Cut)) => true,
        Some(Answer::Status(status)) => status < 300,
        Some(Answer::Other(Oddity::Garbage | Oddity::Redirect)) => false,
    };
    let mut response = if takes {
        take(shared, upload, request).await
    } else {
        drain(shared, request).await;
        StatusCode::OK.into_response()
    };
    let taken = takes && response.status().is_success();
    let is_apps = !is_otlp || !takes || response.extensions().get::<FromApp>().is_some();
    if let Some(fault) = &fault {
        spoil(&mut response, fault, spoiler.as_ref(), taken).await;
    }
    if is_apps {
        let lost = matches!(answer, Some(Answer::Other(Oddity::Cut | Oddity::Garbage)));
        let one = Try {
            at: now_ms(),
            request_id: arrived.request_id.clone(),
            status: (!lost).then_some(response.status().as_u16()),
            fault: fault.as_ref().map(Fault::name),
        };
        shared.uploads().add(arrived, taken, one);
        shared.announce([Update::Uploads]);
    }
    response
}

async fn take(shared: &Arc<Shared>, upload: Upload, request: Request) -> Response {
    match upload {
        Upload::Rum => intake::rum(shared, request).await,
        Upload::Logs => intake::logs(shared, request).await,
        Upload::Spans => intake::spans(shared, request).await,
        Upload::Otlp(signal) => intake::otlp(shared, signal, request).await,
    }
}

/// Reads the body and forgets it: a client that is answered before it has sent all may not hear the answer.
async fn drain(shared: &Shared, request: Request) {
    let Ok(_place) = shared.bodies.acquire().await else {
        return;
    };
    let limit = (WIRE_LIMIT, Reason::BodyTooLarge);
    let _ = body::read_wire(request.into_body(), limit, shared.patience).await;
}

async fn spoil(response: &mut Response, fault: &Fault, spoiler: Option<&Spoiler>, taken: bool) {
    let close = HeaderValue::from_static("close");
    match fault.answer {
        Answer::Status(status) => {
            // What cannot be taken keeps its own status: 200 would be a lie.
            if (taken || status >= 300)
                && let Ok(status) = StatusCode::from_u16(status)
            {
                *response.status_mut() = status;
            }
            if let Some(seconds) = fault.retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, seconds.into());
            }
        }
        Answer::Other(Oddity::Slow) => {
            tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
        }
        Answer::Other(Oddity::Cut) => spoiler.into_iter().for_each(Spoiler::cut),
        Answer::Other(Oddity::Garbage) => {
            response.headers_mut().insert(header::CONNECTION, close);
            spoiler.into_iter().for_each(Spoiler::garbage);
        }
        Answer::Other(Oddity::Redirect) => {
            *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            let place = HeaderValue::from_static(ELSEWHERE);
            response.headers_mut().insert(header::LOCATION, place);
        }
    }
}

fn arrived(request: &Request) -> Arrived {
    let text = |name: &str| {
        let value = request.headers().get(name)?;
        Some(value.to_str().ok()?.to_owned())
    };
    Arrived {
        key: text("dd-idempotency-key").filter(|key| !key.is_empty()),
        request_id: text("dd-request-id"),
        path: request.uri().path().to_owned(),
        bytes: text("content-length").and_then(|length| length.parse().ok()),
    }
}

/// Milliseconds since the epoch.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
