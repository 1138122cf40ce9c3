//! Why something that arrived was refused: a closed list, so that counting it takes bounded memory.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

/// A reason of refusal; its snake_case name is what `/api/stats` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    /// The body as it travelled is over the limit.
    BodyTooLarge,
    /// The body is over the limit once decompressed.
    DecompressedTooLarge,
    /// The body's end never came.
    BodyIncomplete,
    /// The body took too long to come.
    BodyTooSlow,
    /// The bytes are not what `Content-Encoding` says.
    BadCompression,
    /// A `Content-Encoding` other than identity, gzip, deflate.
    UnsupportedEncoding,
    /// A `Content-Type` that this endpoint does not read.
    UnsupportedMediaType,
    /// There was nothing in the body.
    EmptyBody,
    /// An event line is not JSON.
    EventNotJson,
    /// An event line is JSON, but no object with a `type`.
    EventNotAnEvent,
    /// An event line is over the intake's limit for one event.
    EventTooLarge,
    /// The same idempotency key came with another body: a client bug, the second body is not shown.
    IdempotencyKeyReused,
    /// `ddforward` names something else than the RUM intake.
    UnknownForward,
    /// The body could not be written to the events folder.
    EventsDirFailed,
    /// The body is no OTLP trace export.
    BadOtlp,
    /// The body is no Datadog agent trace payload.
    BadMsgpack,
    /// A span without usable ids.
    BadSpan,
    /// A span beyond as many of one body as are kept at all.
    TooManySpans,
    /// An event beyond as many as one body may bring.
    TooManyEvents,
    /// The inspector failed: a defect of it.
    InternalError,
    /// The remote document is over its limit.
    DocumentTooLarge,
    /// The remote document is no JSON object.
    BadDocument,
    /// No fault that can be set.
    BadFault,
    /// The `Host` header names a host that is not this inspector: DNS rebinding.
    ForeignHost,
    /// A browser page of another origin sent this.
    ForeignOrigin,
    /// The token is missing or wrong.
    NoToken,
    /// No more live streams are given out.
    TooManyStreams,
}

impl Reason {
    fn status(self) -> StatusCode {
        match self {
            Self::BodyTooLarge | Self::DecompressedTooLarge | Self::DocumentTooLarge => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::UnsupportedEncoding | Self::UnsupportedMediaType => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::ForeignHost | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::TooManyStreams => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// A refusal on its way back to who asked.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    detail: String,
}

impl Refusal {
    /// `detail` is a sentence for a person; it may quote a parser, never a whole body.
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }

    /// The sentence.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (
            self.reason.status(),
            Json(json!({"reason": self.reason, "detail": self.detail})),
        )
            .into_response()
    }
}

/// How often each reason was met.
#[derive(Debug, Default)]
pub(crate) struct RefusalCounts(BTreeMap<Reason, u64>);

/// One row of `/api/stats`.
#[derive(Debug, Serialize)]
pub(crate) struct RefusalCount {
    reason: Reason,
    count: u64,
}

impl RefusalCounts {
    /// Counts so many more.
    pub(crate) fn add(&mut self, reason: Reason, times: usize) {
        let count = self.0.entry(reason).or_default();
        *count = count.saturating_add(times as u64);
    }

    /// The reasons met so far.
    pub(crate) fn rows(&self) -> Vec<RefusalCount> {
        self.0
            .iter()
            .map(|(&reason, &count)| RefusalCount { reason, count })
            .collect()
    }
}
