//! When a session ends and the next one begins.

use super::{Precondition, Session};
use crate::limits;
use crate::rum::command::RumCommand;
use crate::seams::clock::Now;

/// What happens, as far as sessions care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stimulus {
    /// A view is started.
    View,
    /// The user does something.
    Action,
    /// The app comes back to the foreground.
    Foreground,
    /// A request is about to go out.
    Request,
    /// Something is told that becomes an event: an error, a resource, a long task, a vital.
    Event,
    /// Something ends, or is merely known from now on. Neither is a reason for a session: what ends belongs to the one that it
    /// began in (dd-sdk-android: a `StopView` renews nothing).
    Rest,
}

/// How things stand.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The session that runs.
    pub session: &'a Session,
    /// Monotonic time of the last interaction; one before the session's start counts as that.
    pub last_interaction_mono_ms: u64,
    /// Has the app ever told of a view or an action? While it has not, its requests are the interactions.
    pub app_interacts: bool,
}

/// What the rules say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// A session begins with this, and why.
    pub begins: Option<Precondition>,
    /// It is an interaction: 15 minutes begin anew.
    pub renews: bool,
}

/// What a stimulus does. Times are monotonic: a wall clock that jumps ends nothing, nor does a clock that goes back.
pub fn judge(standing: &Standing<'_>, stimulus: Stimulus, now: Now) -> Verdict {
    use Stimulus::{Action, Event, Foreground, Request, Rest, View};
    let session = standing.session;
    let only_traces = stimulus == Request && !standing.app_interacts;
    let is_use = matches!(stimulus, View | Action) || only_traces;
    if session.is_stopped {
        // Peers: the next view or action begins one, and a mere return does not; the time that has passed is of no matter.
        return Verdict {
            begins: is_use.then_some(Precondition::ExplicitStop),
            renews: is_use,
        };
    }
    let started = session.started.mono_ms;
    let last = standing.last_interaction_mono_ms.max(started);
    // In this order, as both peers: after a night's sleep it is the silence that has ended it.
    let over = if now.mono_ms.saturating_sub(last) >= limits::SESSION_INACTIVITY_MS {
        Some(Precondition::InactivityTimeout)
    } else if now.mono_ms.saturating_sub(started) >= limits::SESSION_MAX_MS {
        Some(Precondition::MaxDuration)
    } else {
        None
    };
    Verdict {
        begins: over.filter(|_| matches!(stimulus, View | Action | Foreground | Request | Event)),
        renews: match stimulus {
            View | Action | Foreground => true,
            Request => only_traces,
            Event | Rest => false,
        },
    }
}

impl Stimulus {
    /// What a command is to the session.
    pub fn of(command: &RumCommand) -> Self {
        use RumCommand as Command;
        match command {
            Command::StartView { .. } => Self::View,
            Command::AddAction { .. } | Command::StartAction { .. } => Self::Action,
            Command::AddError(_)
            | Command::StartResource { .. }
            | Command::AddLongTask { .. }
            | Command::AddDurationVital { .. }
            | Command::AddOperationStep { .. }
            | Command::AddAppLaunch { .. } => Self::Event,
            Command::StopView { .. }
            | Command::StopAction { .. }
            | Command::StopResource { .. }
            | Command::StopResourceWithError { .. }
            | Command::AddViewTiming { .. }
            | Command::AddViewLoadingTime { .. }
            | Command::SetViewAttributes { .. }
            | Command::RemoveViewAttributes { .. }
            | Command::AddPerformanceSample { .. }
            | Command::AddFeatureFlag { .. }
            | Command::SetAttributes { .. }
            | Command::RemoveAttributes { .. }
            | Command::SetConnectivity(_)
            | Command::StopSession
            // Logs and spans are told of whatever session there is, as with the peers.
            | Command::Log(_)
            | Command::FinishSpan(_) => Self::Rest,
        }
    }
}
