//! Sessions: who belongs together.

use std::sync::Arc;

use super::person::Person;
use crate::limits;
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
    /// Monotonic start, milliseconds.
    pub started_mono_ms: u64,
}

impl Session {
    /// A new session that starts now.
    pub fn start(entropy: &dyn Entropy, now: Now) -> Self {
        let id = uuid_v4(entropy);
        let hash = session_hash(&id).unwrap_or_default();
        Self {
            id,
            hash,
            started_mono_ms: now.mono_ms,
        }
    }

    /// Over after 15 minutes without activity, or 4 hours in all. Both on the clock that counts sleep; a clock that went
    /// backwards ends nothing.
    pub fn is_over(&self, last_activity_mono_ms: u64, now: Now) -> bool {
        now.mono_ms.saturating_sub(last_activity_mono_ms) >= limits::SESSION_INACTIVITY_MS
            || now.mono_ms.saturating_sub(self.started_mono_ms) >= limits::SESSION_MAX_MS
    }
}

/// What an event tells of its session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionFacts {
    /// UUID.
    pub id: String,
    /// Session rate that it was drawn with, percent.
    pub sample_rate: f64,
    /// Whose session it is.
    pub person: Person,
    /// Version of the remote document in force when the call ended.
    pub remote_version: Option<Arc<str>>,
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
    use crate::seams::entropy::SeededEntropy;

    const MINUTE: u64 = 60_000;

    fn at(mono_ms: u64) -> Now {
        Now {
            wall_ms: 1_700_000_000_000,
            mono_ms,
        }
    }

    #[test]
    fn fifteen_minutes_of_silence_or_four_hours_end_a_session() {
        let session = Session::start(&SeededEntropy::new(1), at(1_000));
        assert!(!session.is_over(1_000, at(1_000 + 15 * MINUTE - 1)));
        assert!(session.is_over(1_000, at(1_000 + 15 * MINUTE)));
        let busy_until = 1_000 + 240 * MINUTE - 1;
        assert!(!session.is_over(busy_until, at(busy_until)));
        assert!(session.is_over(busy_until, at(busy_until + 1)));
    }

    #[test]
    fn a_clock_that_goes_back_ends_nothing() {
        let session = Session::start(&SeededEntropy::new(1), at(50 * MINUTE));
        assert!(!session.is_over(50 * MINUTE, at(0)));
    }

    #[test]
    fn the_launch_view_has_an_id_of_its_own_that_follows_from_the_session() {
        let view = application_launch_view_id("0f4c2b1a-1111-4222-8333-444455556666");
        assert_eq!(view, "f0b3d4e5-1111-4222-8333-444455556666");
    }
}
