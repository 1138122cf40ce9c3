//! Sessions: who belongs together, and when one ends. The rules are pure; the app's threads ask them, because a request needs its
//! session's id at once.
//!
//! They are those of Datadog's SDKs (`RumSessionScope` of dd-sdk-android, `RUMSessionScope` and `RUMApplicationScope` of dd-sdk-ios).
//! Where these differ, `tests/timelines/sessions.json` names the one that is followed. One rule is ours: of an app that has told of
//! neither view nor action the requests are the interactions, so that an app that only traces has sessions too.

mod facts;
mod rules;

pub use facts::{Calls, SessionFacts, Stamp};
pub use rules::{Standing, Stimulus, Verdict, judge};

use crate::seams::clock::Now;
use crate::seams::entropy::{Entropy, uuid_v4};
use crate::trace::sampling::session_hash;

/// A session. Immutable: when it is over, another takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// UUID, lower-case.
    pub id: String,
    /// What sampling decides from ([`session_hash`]).
    pub hash: u64,
    /// 1 for the first of the process; each later one has a higher number.
    pub number: u64,
    /// When it began.
    pub started: Now,
    /// Why.
    pub precondition: Precondition,
    /// Begun by a stop: it has an id for the requests that go on, and is not recorded.
    pub is_stopped: bool,
}

/// Why a session began (`_dd.session.session_precondition`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// The app was opened.
    UserAppLaunch,
    /// The system started the app in the background.
    BackgroundLaunch,
    /// The one before ended after 15 quiet minutes.
    InactivityTimeout,
    /// The one before ended after four hours.
    MaxDuration,
    /// The app has ended the one before.
    ExplicitStop,
}

impl Precondition {
    /// As the event format spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserAppLaunch => "user_app_launch",
            Self::BackgroundLaunch => "background_launch",
            Self::InactivityTimeout => "inactivity_timeout",
            Self::MaxDuration => "max_duration",
            Self::ExplicitStop => "explicit_stop",
        }
    }
}

impl Session {
    /// The first session of a process.
    pub fn first(entropy: &dyn Entropy, now: Now) -> Self {
        Self::begun(1, Precondition::UserAppLaunch, entropy, now)
    }

    /// The one after this.
    pub fn next(&self, precondition: Precondition, entropy: &dyn Entropy, now: Now) -> Self {
        Self::begun(self.number.saturating_add(1), precondition, entropy, now)
    }

    /// What follows a stop, until somebody uses the app again.
    pub fn stopped(&self, entropy: &dyn Entropy, now: Now) -> Self {
        Self {
            is_stopped: true,
            ..self.next(Precondition::ExplicitStop, entropy, now)
        }
    }

    fn begun(number: u64, precondition: Precondition, entropy: &dyn Entropy, now: Now) -> Self {
        let id = uuid_v4(entropy);
        let hash = session_hash(&id).unwrap_or_default();
        Self {
            id,
            hash,
            number,
            started: now,
            precondition,
            is_stopped: false,
        }
    }
}

/// UUID of the view that a session's events belong to before the app has started one. Made from the session's id, so
/// that a call which outlives its session still finds the right view.
pub fn application_launch_view_id(session_id: &str) -> String {
    // The first group alone is inverted: the version and variant digits stay those of a UUID.
    session_id
        .char_indices()
        .map(|(at, digit)| match digit.to_digit(16) {
            Some(value) if at < 8 => char::from_digit(15 - value, 16).unwrap_or(digit),
            _ => digit,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_launch_view_has_an_id_of_its_own_that_follows_from_the_session() {
        let view = application_launch_view_id("0f4c2b1a-1111-4222-8333-444455556666");
        assert_eq!(view, "f0b3d4e5-1111-4222-8333-444455556666");
    }
}
