//! What each message to the engine tells of the session that it belongs to.

use std::sync::Arc;

use super::Precondition;
use crate::rum::person::Person;
use crate::seams::clock::Now;

/// A session as events tell it. Made when something of it changes, and shared by all messages until then.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionFacts {
    /// UUID.
    pub id: String,
    /// Of two sessions the later one has the higher number; 0 of one that this process does not remember.
    pub number: u64,
    /// When it began.
    pub started: Now,
    /// Why it began.
    pub precondition: Precondition,
    /// Session rate that it was drawn with, percent.
    pub sample_rate: f64,
    /// Is it recorded? Not when it was not drawn, nor while the user or a switch forbids it.
    pub kept: bool,
    /// Has the app ended the one before, and was not used since? Then there is nothing to know of it.
    pub is_stopped: bool,
    /// False: calls are traced and not recorded, and resources by hand neither.
    pub captures_resources: bool,
    /// Whose session it is.
    pub person: Person,
    /// Version of the remote document in force.
    pub remote_version: Option<Arc<str>>,
}

/// Requests that the app's interceptors have begun and ended since the core started; both wrap around.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// First hops planned.
    pub begun: u32,
    /// Calls reported.
    pub ended: u32,
}

impl Calls {
    /// Is a call under way that began after `earlier` was counted? As far as those that have ended since began since, too.
    pub fn are_under_way_since(self, earlier: Self) -> bool {
        self.begun.wrapping_sub(earlier.begun) > self.ended.wrapping_sub(earlier.ended)
    }
}

/// What a message tells beside what happened.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// The session that it happened in.
    pub session: Arc<SessionFacts>,
    /// What was under way then.
    pub calls: Calls,
}
