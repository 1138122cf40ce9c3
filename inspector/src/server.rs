//! Which address answers what, and the one gate before all of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get, post};

use crate::shared::Shared;
use crate::{api, exchange, intake, page, remote_api, session_api, stream};

/// The routes of one inspector.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(page::index))
        .route("/page/{name}", get(page::file))
        .route("/api/requests", get(api::requests).delete(api::clear))
        .route("/api/requests/{id}/event", get(api::raw_event))
        .route("/api/sessions", get(session_api::sessions))
        .route("/api/sessions/{id}", get(session_api::session))
        .route(
            "/api/sessions/{id}/events/{event}",
            get(session_api::raw_event),
        )
        .route("/api/stats", get(api::stats))
        .route("/api/stream", get(stream::stream))
        .route(
            "/api/fault",
            get(api::fault)
                .put(api::set_fault)
                .delete(api::remove_fault),
        )
        .route("/api/uploads", get(api::uploads))
        .route("/api/telemetry", get(api::telemetry))
        .route(
            "/config.json",
            get(remote_api::pull)
                .put(remote_api::set)
                .delete(remote_api::remove),
        )
        .route("/api/remote", get(remote_api::state))
        .route("/api/remote/check", post(remote_api::check))
        .route("/api/v2/rum", post(exchange::rum))
        .route("/api/v2/logs", post(exchange::logs))
        .route("/api/v2/spans", post(exchange::spans))
        .route("/v1/traces", post(exchange::otlp_traces))
        .route("/v1/metrics", post(intake::otlp_ignored))
        .route("/v1/logs", post(exchange::otlp_logs))
        .route("/info", get(intake::agent_info))
        .route(
            "/v0.3/traces",
            post(intake::agent_v04).put(intake::agent_v04),
        )
        .route(
            "/v0.4/traces",
            post(intake::agent_v04).put(intake::agent_v04),
        )
        .route(
            "/v0.5/traces",
            post(intake::agent_v05).put(intake::agent_v05),
        )
        .route("/v0.6/stats", any(intake::agent_ignored))
        .route("/v0.7/config", any(intake::agent_ignored))
        .route("/v0.1/pipeline_stats", any(intake::agent_ignored))
        .route("/telemetry/proxy/{*rest}", any(intake::agent_ignored))
        .route("/evp_proxy/{*rest}", any(intake::agent_ignored))
        .route("/profiling/v1/input", any(intake::agent_ignored))
        .route("/debugger/{*rest}", any(intake::agent_ignored))
        .with_state(Arc::clone(&shared))
        .layer(from_fn_with_state(shared, gate))
}

/// Checks who asks, sends a proxied batch to the intake whatever its path, and marks every answer.
async fn gate(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let allowed = shared
        .guard
        .check(request.method(), request.uri(), request.headers());
    let forwarded =
        intake::forwarded_path(request.uri()).filter(|_| *request.method() == Method::POST);
    let mut response = match (allowed, forwarded) {
        (Err(refusal), _) => shared.answer(Err(refusal)),
        (Ok(()), Some(path)) => intake::forwarded(shared, &path, request).await,
        (Ok(()), None) => next.run(request).await,
    };
    page::protect(response.headers_mut());
    response
}
