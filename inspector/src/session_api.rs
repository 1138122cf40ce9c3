//! What the page and tests read of sessions.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::refusal::{Reason, Refusal};
use crate::session::{self, Search};
use crate::shared::Shared;

/// `?search=…`
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Question {
    #[serde(default)]
    search: String,
}

/// `GET /api/sessions`: the sessions kept, in order of arrival; with a search those that it finds, each with how much.
pub(crate) async fn sessions(
    State(shared): State<Arc<Shared>>,
    Query(question): Query<Question>,
) -> Response {
    let snapshots = shared.store().sessions().snapshots();
    let search = Search::new(&question.search);
    let rows = shared.work(move || {
        let rows = snapshots
            .iter()
            .filter_map(|session| session::row(session, &search));
        to_json(&rows.collect::<Vec<_>>())
    });
    let rows = rows.await;
    shared.answer(rows.map(json))
}

/// `GET /api/sessions/{id}`: one with its views, and what happened in each; 404 once it is forgotten. What a search finds in it
/// is marked.
pub(crate) async fn session(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(question): Query<Question>,
) -> Response {
    let snapshot = {
        let store = shared.store();
        let sessions = store.sessions();
        sessions
            .find(&id)
            .and_then(|number| sessions.snapshot(number))
    };
    let Some(snapshot) = snapshot else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let search = Search::new(&question.search);
    let story = shared.work(move || to_json(&session::story(&snapshot, &search)));
    let story = story.await;
    shared.answer(story.map(json))
}

/// `GET /api/sessions/{id}/events/{event}`: the event as it came; 404 once it is forgotten.
pub(crate) async fn raw_event(
    State(shared): State<Arc<Shared>>,
    Path((id, event)): Path<(String, String)>,
) -> Response {
    let kept = event
        .parse()
        .ok()
        .and_then(|number| shared.store().sessions().item(&id, number));
    match kept {
        // Never as HTML, nor as anything a browser runs.
        Some(item) => (
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
            item.raw.to_string(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn to_json(value: &impl serde::Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(value)
        .map_err(|error| Refusal::new(Reason::InternalError, error.to_string()))
}

fn json(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
