//! What every backend of the demo answers: `/hello`, `/redirect?to=URL`, `/fail`.

use axum::Router;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;

/// The routes, untraced.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/hello", get(hello))
        .route("/redirect", get(redirect))
        .route("/fail", get(fail))
}

async fn hello() -> Response {
    Json(json!({ "hello": "from Rust" })).into_response()
}

#[derive(Deserialize)]
struct RedirectQuery {
    to: Option<String>,
}

async fn redirect(Query(query): Query<RedirectQuery>) -> Response {
    match query.to {
        Some(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        None => (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": "which way? add ?to=URL" })),
        )
            .into_response(),
    }
}

async fn fail() -> Response {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        Json(json!({ "error": "as asked" })),
    )
        .into_response()
}
