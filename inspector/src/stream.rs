//! `GET /api/stream`: requests and sessions as server-sent events, each again when more of it arrives.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use tokio::sync::broadcast::error::RecvError;

use crate::refusal::{Reason, Refusal};
use crate::session::{self, Search};
use crate::shared::{Shared, Update};
use crate::view::SPANS_SHOWN;

/// `event: request` carries one object of `GET /api/requests`, `event: session` one of `GET /api/sessions`; `event: reload` says that some were missed, or
/// all are gone, and the whole list should be fetched again; `event: stats` that `GET /api/stats` counts more
/// refusals or duplicates; `event: uploads` that a batch was tried or the fault changed; `event: remote` that the remote document was set or pulled,
/// or a session ran with another version; `event: ready` is the first, once nothing can be missed any more.
pub(crate) async fn stream(State(shared): State<Arc<Shared>>) -> Response {
    let Ok(permit) = Arc::clone(&shared.streams).try_acquire_owned() else {
        return shared.answer(Err(Refusal::new(
            Reason::TooManyStreams,
            "too many pages are open: close one",
        )));
    };
    let updates = shared.subscribe();
    let events = unfold(
        (shared, updates, permit, true),
        |(shared, mut updates, permit, first)| async move {
            if first {
                return Some((
                    Ok::<_, Infallible>(named("ready")),
                    (shared, updates, permit, false),
                ));
            }
            let event = loop {
                match updates.recv().await {
                    Ok(Update::All) => break named("reload"),
                    Ok(Update::Stats) => break named("stats"),
                    Ok(Update::Uploads) => break named("uploads"),
                    Ok(Update::Remote) => break named("remote"),
                    Ok(Update::Request(number)) => {
                        // It may be forgotten already.
                        let kept = shared.store().snapshot(number);
                        if let Some(event) = kept.and_then(|kept| {
                            let view = kept.view(SPANS_SHOWN);
                            Event::default().event("request").json_data(view).ok()
                        }) {
                            break event;
                        }
                    }
                    Ok(Update::Session(number)) => {
                        let kept = shared.store().sessions().snapshot(number);
                        if let Some(event) = kept.and_then(|kept| {
                            let row = session::row(&kept, &Search::default())?;
                            Event::default().event("session").json_data(row).ok()
                        }) {
                            break event;
                        }
                    }
                    Err(RecvError::Lagged(_)) => break named("reload"),
                    Err(RecvError::Closed) => return None,
                }
            };
            Some((Ok(event), (shared, updates, permit, false)))
        },
    );
    Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response()
}

fn named(name: &str) -> Event {
    Event::default().event(name).data("{}")
}
