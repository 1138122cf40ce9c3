//! What the page and tests read: requests, their raw events, counts, faults.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::body;
use crate::fault::Fault;
use crate::refusal::{Reason, Refusal};
use crate::shared::{Shared, Update};
use crate::view;

/// Bytes of a fault: it has five members.
const FAULT_LIMIT: usize = 4 << 10;

/// `GET /api/requests`: the requests kept, oldest first.
pub(crate) async fn requests(State(shared): State<Arc<Shared>>) -> Response {
    let store = Arc::clone(&shared);
    let list = shared.work(move || {
        let snapshots = store.store().snapshots();
        serde_json::to_vec(&view::list(&snapshots))
            .map_err(|error| Refusal::new(Reason::InternalError, error.to_string()))
    });
    let json = [(header::CONTENT_TYPE, "application/json")];
    let answer = list.await.map(|body| (json, body).into_response());
    shared.answer(answer)
}

/// `DELETE /api/requests`: forgets requests, spans, uploads, pulls and telemetry; 204.
pub(crate) async fn clear(State(shared): State<Arc<Shared>>) -> Response {
    shared.store().clear();
    shared.uploads().clear();
    shared.history().clear();
    shared.announce([Update::All]);
    StatusCode::NO_CONTENT.into_response()
}

/// `GET /api/requests/{id}/event`: the event line as it came; 404 once it is forgotten.
pub(crate) async fn raw_event(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    let kept = id
        .parse()
        .ok()
        .and_then(|number| shared.store().snapshot(number));
    match kept {
        // Never as HTML, nor as anything a browser runs.
        Some(kept) => (
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
            kept.raw().to_owned(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /api/stats`.
pub(crate) async fn stats(State(shared): State<Arc<Shared>>) -> Response {
    let stats = shared.store().stats();
    Json(stats).into_response()
}

/// `GET /api/fault`: the fault that the next requests meet, with how many are left.
pub(crate) async fn fault(State(shared): State<Arc<Shared>>) -> Response {
    let fault = shared.fault().clone();
    Json(json!({ "fault": fault })).into_response()
}

/// `PUT /api/fault`: sets it; 204, or a refusal that says what is wrong with it.
pub(crate) async fn set_fault(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let limit = (FAULT_LIMIT, Reason::BadFault);
    let body = body::read_wire(request.into_body(), limit, shared.patience).await;
    shared.answer(body.and_then(|body| Fault::parse(&body)).map(|fault| {
        *shared.fault() = Some(fault);
        shared.announce([Update::Uploads]);
        StatusCode::NO_CONTENT.into_response()
    }))
}

/// `DELETE /api/fault`: from now on all is well; 204.
pub(crate) async fn remove_fault(State(shared): State<Arc<Shared>>) -> Response {
    *shared.fault() = None;
    shared.announce([Update::Uploads]);
    StatusCode::NO_CONTENT.into_response()
}

/// `GET /api/uploads`: the batches that apps sent, oldest first, each with its tries.
pub(crate) async fn uploads(State(shared): State<Arc<Shared>>) -> Response {
    let uploads = shared.uploads().list();
    Json(uploads).into_response()
}

/// `GET /api/telemetry`: what apps told last of their SDK.
pub(crate) async fn telemetry(State(shared): State<Arc<Shared>>) -> Response {
    let told = shared.store().told();
    Json(told).into_response()
}
