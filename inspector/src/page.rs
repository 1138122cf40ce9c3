//! The page: a few files, part of the binary, and the headers that keep it from ever running anything else.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::guard::COOKIE;
use crate::shared::Shared;

const HTML: &str = include_str!("../page/index.html");

/// Name, type and content of everything the page loads.
const FILES: [(&str, &str, &str); 18] = [
    ("app.js", SCRIPT, include_str!("../page/app.js")),
    ("details.js", SCRIPT, include_str!("../page/details.js")),
    ("dom.js", SCRIPT, include_str!("../page/dom.js")),
    ("facts.js", SCRIPT, include_str!("../page/facts.js")),
    ("item.js", SCRIPT, include_str!("../page/item.js")),
    ("list.js", SCRIPT, include_str!("../page/list.js")),
    ("listbox.js", SCRIPT, include_str!("../page/listbox.js")),
    ("raw.js", SCRIPT, include_str!("../page/raw.js")),
    ("remote.js", SCRIPT, include_str!("../page/remote.js")),
    ("sessions.js", SCRIPT, include_str!("../page/sessions.js")),
    ("story.js", SCRIPT, include_str!("../page/story.js")),
    ("tabs.js", SCRIPT, include_str!("../page/tabs.js")),
    ("uploads.js", SCRIPT, include_str!("../page/uploads.js")),
    ("waterfall.js", SCRIPT, include_str!("../page/waterfall.js")),
    ("words.js", SCRIPT, include_str!("../page/words.js")),
    (
        "sessions.css",
        "text/css; charset=utf-8",
        include_str!("../page/sessions.css"),
    ),
    (
        "style.css",
        "text/css; charset=utf-8",
        include_str!("../page/style.css"),
    ),
    (
        "icon.svg",
        "image/svg+xml",
        include_str!("../page/icon.svg"),
    ),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What an app sent is shown by `textContent`; were that ever forgotten, Trusted Types refuse the assignment
/// and no script, style or picture of another origin may load.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// `GET /`. With `?token=…` it leaves a cookie and goes to `/`, so that the token does not stay in the address.
pub(crate) async fn index(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    match shared.guard.token_in_address(&uri) {
        Some(token) => {
            let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict");
            ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
        }
        None => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], HTML).into_response(),
    }
}

/// `GET /page/{name}`.
pub(crate) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(file, ..)| *file == name) {
        Some(&(_, kind, content)) => ([(header::CONTENT_TYPE, kind)], content).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Headers for every answer; an answer's own `Cache-Control` stays.
pub(crate) fn protect(headers: &mut HeaderMap) {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            header::HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
