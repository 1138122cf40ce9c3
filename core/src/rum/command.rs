//! What the app and the platform's watchers say of a session: commands in, events out.
//!
//! Names are Datadog's, whose event format this is. What a text may be is bounded where a command enters
//! ([`Handspan::record`](crate::instance::Handspan::record)); what is over a limit is cut, and counted.

use super::attributes::{AttributeValue, Attributes};
use crate::trace::{SpanId, TraceId};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum RumCommand {
    /// A screen appears. The one that was active is stopped.
    StartView {
        /// What [`StopView`](Self::StopView) names it by.
        key: String,
        /// For people.
        name: String,
        /// Its URL, as a class name or a route; without one the key.
        url: Option<String>,
        /// On the view and on all events in it.
        attributes: Attributes,
    },
    /// A screen goes. Of one that is not active nothing happens.
    StopView {
        /// As it was started.
        key: String,
        /// On the view's last update.
        attributes: Attributes,
    },
    /// A moment of the active view, measured from its start.
    AddViewTiming {
        /// Letters, digits and `-_.@$`; another character becomes `_`.
        name: String,
    },
    /// The active view shows all that it is to show.
    AddViewLoadingTime {
        /// In place of an earlier one; else the first stands.
        overwrite: bool,
    },
    /// On the active view and the events in it, from now on.
    SetViewAttributes {
        /// In place of those of the same names.
        attributes: Attributes,
    },
    /// The reverse.
    RemoveViewAttributes {
        /// Their names.
        names: Vec<String>,
    },
    /// The user did something.
    AddAction {
        /// What.
        kind: ActionKind,
        /// On what.
        name: String,
        /// On the action.
        attributes: Attributes,
    },
    /// The user begins something that lasts, as a scroll.
    StartAction {
        /// What.
        kind: ActionKind,
        /// On what.
        name: String,
        /// On the action.
        attributes: Attributes,
    },
    /// And ends it.
    StopAction {
        /// What it turned out to be; none: as it was started.
        kind: Option<ActionKind>,
        /// In place of the name that it was started under.
        name: Option<String>,
        /// On the action, beside those that it was started with.
        attributes: Attributes,
    },
    /// Something went wrong.
    AddError(Box<RumError>),
    /// A request that no interceptor of ours sees begins.
    StartResource {
        /// What its end names it by.
        key: String,
        /// HTTP method.
        method: String,
        /// URL.
        url: String,
        /// On the resource.
        attributes: Attributes,
    },
    /// It was answered.
    StopResource {
        /// As it was started.
        key: String,
        /// HTTP status.
        status_code: Option<u16>,
        /// What came.
        kind: ResourceKind,
        /// Bytes of the response's body.
        size: Option<u64>,
        /// On the resource, beside those that it was started with.
        attributes: Attributes,
    },
    /// It failed.
    StopResourceWithError {
        /// As it was started.
        key: String,
        /// HTTP status, if there was one.
        status_code: Option<u16>,
        /// What the platform says.
        message: String,
        /// Class of the failure.
        error_type: Option<String>,
        /// Where it happened.
        stack: Option<String>,
        /// On the resource and on the error.
        attributes: Attributes,
    },
    /// The main thread was busy; it ended now.
    AddLongTask {
        /// For how long, nanoseconds. From 700 ms on it is a frozen frame.
        duration_ns: u64,
        /// On the long task.
        attributes: Attributes,
    },
    /// A reading of the platform's vitals, for the active view.
    AddPerformanceSample {
        /// Memory of the app, bytes.
        memory_bytes: Option<f64>,
        /// CPU ticks of the app since it started.
        cpu_ticks: Option<f64>,
        /// Frames a second.
        refresh_rate: Option<f64>,
    },
    /// A duration that the app has measured; it ended now.
    AddDurationVital {
        /// Of what.
        name: String,
        /// Of which one.
        description: Option<String>,
        /// Nanoseconds.
        duration_ns: u64,
        /// On the vital.
        attributes: Attributes,
    },
    /// A step of something that the user wants done, across views: a login, a payment.
    AddOperationStep {
        /// Of what.
        name: String,
        /// Of which one, where several run at a time.
        key: Option<String>,
        /// Which.
        step: OperationStep,
        /// On the vital.
        attributes: Attributes,
    },
    /// The app has come up; it has done so now.
    AddAppLaunch {
        /// How far.
        metric: AppLaunchMetric,
        /// Since its process began, nanoseconds.
        duration_ns: u64,
        /// From where.
        startup: StartupType,
        /// iOS had begun before the user asked.
        is_prewarmed: Option<bool>,
        /// Android had kept its state.
        has_saved_instance_state: Option<bool>,
    },
    /// A feature flag was asked, and this was the answer: on the active view and the errors in it.
    AddFeatureFlag {
        /// Which.
        name: String,
        /// What it said.
        value: AttributeValue,
    },
    /// On every event from now on.
    SetAttributes {
        /// In place of those of the same names.
        attributes: Attributes,
    },
    /// The reverse.
    RemoveAttributes {
        /// Their names.
        names: Vec<String>,
    },
    /// How the phone is connected, from now on.
    SetConnectivity(Connectivity),
    /// The user is done, though the app stays: a kiosk. The next interaction begins a session.
    StopSession,
    /// A line of a log.
    Log(Box<LogLine>),
    /// A span of the app's own has ended.
    FinishSpan(Box<FinishedSpan>),
}

/// What the user did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// A touch.
    Tap,
    /// A mouse.
    Click,
    /// Content moved.
    Scroll,
    /// A flick.
    Swipe,
    /// Android's back.
    Back,
    /// What the app calls one.
    Custom,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RumError {
    /// In words.
    pub message: String,
    /// Where it comes from.
    pub source: ErrorSource,
    /// Its class, as `java.lang.IllegalStateException`.
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
    pub attributes: Attributes,
}

/// Where an error comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorSource {
    /// A request.
    Network,
    /// The app's code.
    #[default]
    Source,
    /// A console.
    Console,
    /// A log line.
    Logger,
    /// The SDK.
    Agent,
    /// A web view.
    Webview,
    /// What the app calls one.
    Custom,
}

/// Did the app catch it?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorHandling {
    /// It did.
    Handled,
    /// It did not.
    Unhandled,
}

/// What kind of event an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCategory {
    /// Android's "application not responding".
    Anr,
    /// Apple's main thread hung.
    AppHang,
    /// An exception.
    Exception,
    /// The system's watchdog ended the app.
    WatchdogTermination,
    /// The system asked for memory.
    MemoryWarning,
    /// A request failed.
    Network,
}

/// A cause of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorCause {
    /// In words.
    pub message: String,
    /// Its class.
    pub error_type: Option<String>,
    /// Its stack trace.
    pub stack: Option<String>,
}

/// What a response holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResourceKind {
    /// A call of the app's.
    #[default]
    Native,
    /// A picture.
    Image,
    /// Sound or film.
    Media,
    /// A font.
    Font,
    /// A style sheet.
    Css,
    /// A script.
    Js,
    /// A page.
    Document,
    /// Anything else.
    Other,
}

/// A step of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationStep {
    /// It begins.
    Start,
    /// It goes on.
    Update,
    /// It is tried again.
    Retry,
    /// It has worked.
    Succeed,
    /// It has failed: something went wrong.
    FailWithError,
    /// It has failed: the user gave up.
    FailAbandoned,
    /// It has failed otherwise.
    FailOther,
}

/// How far the app has come up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppLaunchMetric {
    /// Its first frame is drawn.
    TimeToInitialDisplay,
    /// It can be used.
    TimeToFullDisplay,
}

/// From where an app comes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartupType {
    /// Its process is new.
    ColdStart,
    /// Its process was there.
    WarmStart,
}

/// How the phone is connected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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

/// Is the phone connected?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConnectivityStatus {
    /// It is.
    Connected,
    /// It is not.
    NotConnected,
    /// Nobody knows.
    #[default]
    Maybe,
}

/// By what a phone is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectivityInterface {
    /// Bluetooth.
    Bluetooth,
    /// A mobile network.
    Cellular,
    /// A cable.
    Ethernet,
    /// Wi-Fi.
    Wifi,
    /// WiMAX.
    Wimax,
    /// Several, or another.
    Mixed,
    /// Something that is neither of these.
    Other,
    /// Nobody knows.
    Unknown,
    /// None.
    None,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Default)]
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
    pub attributes: Attributes,
}

/// How grave a line is (Datadog's `status`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum LogLevel {
    /// For developers.
    Debug,
    /// What happens.
    #[default]
    Info,
    /// What is worth a look.
    Notice,
    /// What may go wrong.
    Warn,
    /// What went wrong.
    Error,
    /// What must be mended now.
    Critical,
}

/// A span of the app's own, on the wire and in events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanContext {
    /// Its trace.
    pub trace_id: TraceId,
    /// Itself.
    pub span_id: SpanId,
    /// Is the trace kept? A span is sampled with its session, and then by `trace_sample_rate`; a child with its parent.
    pub sampled: bool,
    /// The session that the trace began in.
    pub session_id: String,
}

/// A span of the app's own that has ended, now.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedSpan {
    /// Itself.
    pub context: SpanContext,
    /// The span that it is a part of.
    pub parent_span_id: Option<SpanId>,
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
    pub attributes: Attributes,
}

impl ConnectivityInterface {
    /// Its name in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bluetooth => "bluetooth",
            Self::Cellular => "cellular",
            Self::Ethernet => "ethernet",
            Self::Wifi => "wifi",
            Self::Wimax => "wimax",
            Self::Mixed => "mixed",
            Self::Other => "other",
            Self::Unknown => "unknown",
            Self::None => "none",
        }
    }
}
