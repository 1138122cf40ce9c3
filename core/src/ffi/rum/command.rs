//! Commands as they cross the boundary.

use super::attributes::{Attribute, AttributeValue, into_core};
use super::kinds::{ActionKind, AppLaunchMetric, OperationStep, ResourceKind, StartupType};
use super::parts::{Connectivity, FinishedSpan, LogLine, RumError};
use super::rum;

/// One thing that happened, as `rum::command::RumCommand` describes it.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum RumCommand {
    /// A screen appears. The one that was active is stopped.
    StartView {
        /// What `StopView` names it by.
        key: String,
        /// For people.
        name: String,
        /// Its URL, as a class name or a route; without one the key.
        url: Option<String>,
        /// On the view and on all events in it.
        attributes: Vec<Attribute>,
    },
    /// A screen goes. Of one that is not active nothing happens.
    StopView {
        /// As it was started.
        key: String,
        /// On the view's last update.
        attributes: Vec<Attribute>,
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
        attributes: Vec<Attribute>,
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
        attributes: Vec<Attribute>,
    },
    /// The user begins something that lasts, as a scroll.
    StartAction {
        /// What.
        kind: ActionKind,
        /// On what.
        name: String,
        /// On the action.
        attributes: Vec<Attribute>,
    },
    /// And ends it.
    StopAction {
        /// What it turned out to be; none: as it was started.
        kind: Option<ActionKind>,
        /// In place of the name that it was started under.
        name: Option<String>,
        /// On the action, beside those that it was started with.
        attributes: Vec<Attribute>,
    },
    /// Something went wrong.
    AddError {
        /// Which.
        error: RumError,
    },
    /// A request that no interceptor of ours sees begins.
    StartResource {
        /// What its end names it by.
        key: String,
        /// HTTP method.
        method: String,
        /// URL.
        url: String,
        /// On the resource.
        attributes: Vec<Attribute>,
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
        attributes: Vec<Attribute>,
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
        attributes: Vec<Attribute>,
    },
    /// The main thread was busy; it ended now.
    AddLongTask {
        /// For how long, nanoseconds. From 700 ms on it is a frozen frame.
        duration_ns: u64,
        /// On the long task.
        attributes: Vec<Attribute>,
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
        attributes: Vec<Attribute>,
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
        attributes: Vec<Attribute>,
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
        attributes: Vec<Attribute>,
    },
    /// The reverse.
    RemoveAttributes {
        /// Their names.
        names: Vec<String>,
    },
    /// How the phone is connected, from now on.
    SetConnectivity {
        /// Which.
        connectivity: Connectivity,
    },
    /// The user is done, though the app stays: a kiosk. The next interaction begins a session.
    StopSession,
    /// A line of a log.
    Log {
        /// Which.
        line: LogLine,
    },
    /// A span of the app's own has ended.
    FinishSpan {
        /// Which.
        span: FinishedSpan,
    },
}

impl RumCommand {
    /// None for a span without ids: there is nothing to tell.
    pub(super) fn into_core(self) -> Option<rum::RumCommand> {
        Some(match self {
            Self::StartView {
                key,
                name,
                url,
                attributes,
            } => rum::RumCommand::StartView {
                key,
                name,
                url,
                attributes: into_core(attributes),
            },
            Self::StopView { key, attributes } => rum::RumCommand::StopView {
                key,
                attributes: into_core(attributes),
            },
            Self::AddViewTiming { name } => rum::RumCommand::AddViewTiming { name },
            Self::AddViewLoadingTime { overwrite } => {
                rum::RumCommand::AddViewLoadingTime { overwrite }
            }
            Self::SetViewAttributes { attributes } => rum::RumCommand::SetViewAttributes {
                attributes: into_core(attributes),
            },
            Self::RemoveViewAttributes { names } => rum::RumCommand::RemoveViewAttributes { names },
            Self::AddAction {
                kind,
                name,
                attributes,
            } => rum::RumCommand::AddAction {
                kind: kind.into(),
                name,
                attributes: into_core(attributes),
            },
            Self::StartAction {
                kind,
                name,
                attributes,
            } => rum::RumCommand::StartAction {
                kind: kind.into(),
                name,
                attributes: into_core(attributes),
            },
            Self::StopAction {
                kind,
                name,
                attributes,
            } => rum::RumCommand::StopAction {
                kind: kind.map(Into::into),
                name,
                attributes: into_core(attributes),
            },
            Self::AddError { error } => rum::RumCommand::AddError(Box::new(error.into())),
            Self::StartResource {
                key,
                method,
                url,
                attributes,
            } => rum::RumCommand::StartResource {
                key,
                method,
                url,
                attributes: into_core(attributes),
            },
            Self::StopResource {
                key,
                status_code,
                kind,
                size,
                attributes,
            } => rum::RumCommand::StopResource {
                key,
                status_code,
                kind: kind.into(),
                size,
                attributes: into_core(attributes),
            },
            Self::StopResourceWithError {
                key,
                status_code,
                message,
                error_type,
                stack,
                attributes,
            } => rum::RumCommand::StopResourceWithError {
                key,
                status_code,
                message,
                error_type,
                stack,
                attributes: into_core(attributes),
            },
            Self::AddLongTask {
                duration_ns,
                attributes,
            } => rum::RumCommand::AddLongTask {
                duration_ns,
                attributes: into_core(attributes),
            },
            Self::AddPerformanceSample {
                memory_bytes,
                cpu_ticks,
                refresh_rate,
            } => rum::RumCommand::AddPerformanceSample {
                memory_bytes,
                cpu_ticks,
                refresh_rate,
            },
            Self::AddDurationVital {
                name,
                description,
                duration_ns,
                attributes,
            } => rum::RumCommand::AddDurationVital {
                name,
                description,
                duration_ns,
                attributes: into_core(attributes),
            },
            Self::AddOperationStep {
                name,
                key,
                step,
                attributes,
            } => rum::RumCommand::AddOperationStep {
                name,
                key,
                step: step.into(),
                attributes: into_core(attributes),
            },
            Self::AddAppLaunch {
                metric,
                duration_ns,
                startup,
                is_prewarmed,
                has_saved_instance_state,
            } => rum::RumCommand::AddAppLaunch {
                metric: metric.into(),
                duration_ns,
                startup: startup.into(),
                is_prewarmed,
                has_saved_instance_state,
            },
            Self::AddFeatureFlag { name, value } => rum::RumCommand::AddFeatureFlag {
                name,
                value: value.into(),
            },
            Self::SetAttributes { attributes } => rum::RumCommand::SetAttributes {
                attributes: into_core(attributes),
            },
            Self::RemoveAttributes { names } => rum::RumCommand::RemoveAttributes { names },
            Self::SetConnectivity { connectivity } => {
                rum::RumCommand::SetConnectivity(connectivity.into())
            }
            Self::StopSession => rum::RumCommand::StopSession,
            Self::Log { line } => rum::RumCommand::Log(Box::new(line.into())),
            Self::FinishSpan { span } => rum::RumCommand::FinishSpan(Box::new(span.into_core()?)),
        })
    }
}
