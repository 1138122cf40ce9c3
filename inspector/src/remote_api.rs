//! The remote document: served to apps, shown to the page, set, checked and taken away.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::body;
use crate::exchange::now_ms;
use crate::refusal::{Reason, Refusal};
use crate::remote_document::{DOCUMENT_LIMIT, RemoteDocument};
use crate::shared::{Shared, Update};

/// `GET /config.json`: the remote document with its ETag; 304 where the client has it, 404 where there is none. Who asks is noted.
pub(crate) async fn pull(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let known = text(header::IF_NONE_MATCH);
    let document = shared.document().clone();
    let answer = answer(document.as_ref(), known);
    let status = answer.status().as_u16();
    let client = text(header::USER_AGENT);
    shared
        .history()
        .pulled(now_ms(), client, known, status, document.as_ref());
    shared.announce([Update::Remote]);
    answer
}

fn answer(document: Option<&RemoteDocument>, known: Option<&str>) -> Response {
    let Some(document) = document else {
        let detail = json!({"detail": "there is no remote document: PUT one"});
        return (StatusCode::NOT_FOUND, Json(detail)).into_response();
    };
    let common = [
        (header::ETAG, document.etag.clone()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if known.is_some_and(|tags| document.is_named_by(tags)) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (
        common,
        [(header::CONTENT_TYPE, "application/json")],
        document.bytes.clone(),
    )
        .into_response()
}

/// `PUT /config.json`: sets the remote document; 204 with its ETag, or a refusal that says why no phone would read it.
pub(crate) async fn set(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let document = read(&shared, request).await;
    shared.answer(document.map(|document| {
        let etag = document.etag.clone();
        shared.history().serve(&document);
        *shared.document() = Some(document);
        shared.announce([Update::Remote]);
        (StatusCode::NO_CONTENT, [(header::ETAG, etag)]).into_response()
    }))
}

/// `DELETE /config.json`: from now on there is none; 204.
pub(crate) async fn remove(State(shared): State<Arc<Shared>>) -> Response {
    *shared.document() = None;
    shared.announce([Update::Remote]);
    StatusCode::NO_CONTENT.into_response()
}

/// `GET /api/remote`: the document as text with what phones would say of it, who pulled, and which sessions ran with what.
pub(crate) async fn state(State(shared): State<Arc<Shared>>) -> Response {
    let document = shared.document().clone().map(|document| {
        json!({
            "text": String::from_utf8_lossy(&document.bytes),
            "etag": document.etag,
            "judged": document.judged,
        })
    });
    let history = shared.history().shown();
    Json(json!({"document": document, "history": history})).into_response()
}

/// `POST /api/remote/check`: what phones would say of a document; nothing is set.
pub(crate) async fn check(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match read(&shared, request).await {
        Ok(document) => Json(document.judged).into_response(),
        // Somebody is typing: not what the counts of what was refused are for.
        Err(refusal) => refusal.into_response(),
    }
}

async fn read(shared: &Shared, request: Request) -> Result<RemoteDocument, Refusal> {
    let limit = (DOCUMENT_LIMIT, Reason::DocumentTooLarge);
    let bytes = body::read_wire(request.into_body(), limit, shared.patience).await?;
    shared.work(move || RemoteDocument::parse(bytes)).await
}
