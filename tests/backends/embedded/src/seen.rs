//! The memory of the third party: which headers came with which request.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{Json, Response};
use axum::routing::get;
use axum::{Router, http::HeaderMap};
use serde_json::{Value, json};

/// Requests remembered; the oldest go first, so that a service left running does not grow.
const REMEMBERED: usize = 1_000;

type Memory = Arc<Mutex<VecDeque<Value>>>;

/// Adds `GET /__seen` and notes every other request.
pub(crate) fn layer(router: Router) -> Router {
    let memory = Memory::default();
    let asked = Arc::clone(&memory);
    router
        .layer(middleware::from_fn_with_state(memory, note))
        .route(
            "/__seen",
            get(async move || Json(json!({ "requests": *lock(&asked) }))),
        )
}

async fn note(State(memory): State<Memory>, request: Request, next: Next) -> Response {
    let entry = json!({ "path": request.uri().to_string(), "headers": as_map(request.headers()) });
    {
        let mut requests = lock(&memory);
        if requests.len() == REMEMBERED {
            requests.pop_front();
        }
        requests.push_back(entry);
    }
    next.run(request).await
}

/// A name that came more than once keeps all its values: a doubled trace header must not hide behind its first value.
fn as_map(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut map = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        map.entry(name.as_str().to_owned())
            .and_modify(|all| {
                all.push_str(", ");
                all.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    map
}

fn lock(memory: &Memory) -> std::sync::MutexGuard<'_, VecDeque<Value>> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}
