//! The larger parts of a command, as they cross the boundary.

use super::attributes::{Attribute, into_core};
use super::kinds::{
    ConnectivityInterface, ConnectivityStatus, ErrorCategory, ErrorHandling, ErrorSource, LogLevel,
};
use super::rum;
use crate::trace::{SpanId, TraceId};

/// What went wrong.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct RumError {
    /// In words.
    pub message: String,
    /// Where it comes from.
    pub source: ErrorSource,
    /// Its class.
    pub error_type: Option<String>,
    /// Stack trace.
    pub stack: Option<String>,
    /// Did it end the process?
    pub is_crash: bool,
    /// Did the app catch it?
    pub handling: Option<ErrorHandling>,
    /// What kind of event it is.
    pub category: Option<ErrorCategory>,
    /// What it is grouped by in place of the stack.
    pub fingerprint: Option<String>,
    /// What caused it, the nearest first.
    pub causes: Vec<ErrorCause>,
    /// How long the app hung, nanoseconds.
    pub freeze_duration_ns: Option<u64>,
    /// On the error.
    pub attributes: Vec<Attribute>,
}

/// A cause of an error.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ErrorCause {
    /// In words.
    pub message: String,
    /// Its class.
    pub error_type: Option<String>,
    /// Its stack trace.
    pub stack: Option<String>,
}

/// How the phone is connected.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Connectivity {
    /// Whether it is.
    pub status: ConnectivityStatus,
    /// By what.
    pub interfaces: Vec<ConnectivityInterface>,
    /// Technology of the mobile network, as `LTE`.
    pub cellular_technology: Option<String>,
    /// Who runs it.
    pub carrier_name: Option<String>,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct LogLine {
    /// How grave.
    pub level: LogLevel,
    /// The line.
    pub message: String,
    /// Name of the logger.
    pub logger_name: Option<String>,
    /// Name of the thread.
    pub thread_name: Option<String>,
    /// Class of the error that goes with it.
    pub error_type: Option<String>,
    /// Its message.
    pub error_message: Option<String>,
    /// Its stack trace.
    pub error_stack: Option<String>,
    /// The span that it was logged in.
    pub span: Option<SpanContext>,
    /// On the line.
    pub attributes: Vec<Attribute>,
}

/// A span of the app's own. A request made in it is planned with `RequestIds` of its trace, decision and session, and
/// reported with its span as `FinishedCall::parent_span_id`.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SpanContext {
    /// 32 hex digits.
    pub trace_id: String,
    /// 16 hex digits.
    pub span_id: String,
    /// Is the trace kept?
    pub sampled: bool,
    /// UUID of the session that the trace began in.
    pub session_id: String,
}

/// A span of the app's own that has ended.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct FinishedSpan {
    /// Itself.
    pub context: SpanContext,
    /// 16 hex digits: the span that it is a part of.
    pub parent_span_id: Option<String>,
    /// What it did.
    pub name: String,
    /// Start until end, nanoseconds on a clock that does not jump.
    pub duration_ns: u64,
    /// Class of the failure that it ended with.
    pub error_type: Option<String>,
    /// Its message.
    pub error_message: Option<String>,
    /// Its stack trace.
    pub error_stack: Option<String>,
    /// On the span.
    pub attributes: Vec<Attribute>,
}

impl From<RumError> for rum::RumError {
    fn from(record: RumError) -> Self {
        Self {
            message: record.message,
            source: record.source.into(),
            error_type: record.error_type,
            stack: record.stack,
            is_crash: record.is_crash,
            handling: record.handling.map(Into::into),
            category: record.category.map(Into::into),
            fingerprint: record.fingerprint,
            causes: record.causes.into_iter().map(Into::into).collect(),
            freeze_duration_ns: record.freeze_duration_ns,
            attributes: into_core(record.attributes),
        }
    }
}

impl From<ErrorCause> for rum::ErrorCause {
    fn from(record: ErrorCause) -> Self {
        Self {
            message: record.message,
            error_type: record.error_type,
            stack: record.stack,
        }
    }
}

impl From<Connectivity> for rum::Connectivity {
    fn from(record: Connectivity) -> Self {
        Self {
            status: record.status.into(),
            interfaces: record.interfaces.into_iter().map(Into::into).collect(),
            cellular_technology: record.cellular_technology,
            carrier_name: record.carrier_name,
        }
    }
}

impl From<LogLine> for rum::LogLine {
    fn from(record: LogLine) -> Self {
        Self {
            level: record.level.into(),
            message: record.message,
            logger_name: record.logger_name,
            thread_name: record.thread_name,
            error_type: record.error_type,
            error_message: record.error_message,
            error_stack: record.error_stack,
            span: record.span.and_then(SpanContext::into_core),
            attributes: into_core(record.attributes),
        }
    }
}

/// Ids that are malformed are as good as absent: they come from our own platform code.
impl SpanContext {
    pub(super) fn into_core(self) -> Option<rum::SpanContext> {
        Some(rum::SpanContext {
            trace_id: TraceId::parse(&self.trace_id)?,
            span_id: SpanId::parse(&self.span_id)?,
            sampled: self.sampled,
            session_id: self.session_id,
        })
    }
}

impl From<rum::SpanContext> for SpanContext {
    fn from(context: rum::SpanContext) -> Self {
        Self {
            trace_id: context.trace_id.to_string(),
            span_id: context.span_id.to_string(),
            sampled: context.sampled,
            session_id: context.session_id,
        }
    }
}

impl FinishedSpan {
    pub(super) fn into_core(self) -> Option<rum::FinishedSpan> {
        Some(rum::FinishedSpan {
            context: self.context.into_core()?,
            parent_span_id: self.parent_span_id.as_deref().and_then(SpanId::parse),
            name: self.name,
            duration_ns: self.duration_ns,
            error_type: self.error_type,
            error_message: self.error_message,
            error_stack: self.error_stack,
            attributes: into_core(self.attributes),
        })
    }
}
