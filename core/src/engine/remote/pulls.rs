//! When the remote document is asked for: at a cold start, and when the app comes back after more than 30 s. One request at a
//! time, none in the background, none without a network; after a failure again and again, ever later.

use crate::limits;
use crate::seams::clock::Now;
use crate::upload::backoff_ms;

/// What went wrong with a pull, as far as the next one depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    /// What the server asked for (`Retry-After`), milliseconds from now.
    pub(super) after_ms: Option<u64>,
    /// It was not the server that answered: another network may do better.
    pub(super) is_networks: bool,
}

/// A clock for pulls.
#[derive(Debug, Default)]
pub(super) struct Pulls {
    /// Since when the app is in the background, monotonic milliseconds.
    background_since: Option<u64>,
    is_offline: bool,
    /// When one is due, monotonic milliseconds. In the background and without a network it waits.
    due_at: Option<u64>,
    under_way: bool,
    /// Since the last one that was answered well.
    failures: u32,
    /// Until then the server wants nobody to come.
    asked_until: u64,
    /// The last failure was a network's.
    was_networks: bool,
    /// When a network that came back last brought a try forward.
    hastened_at: Option<u64>,
}

impl Pulls {
    /// The app has started. With a document in force the pull waits a random moment; without one it is needed now.
    pub(super) fn cold_start(&mut self, in_force: bool, random: u64, now: Now) {
        self.due_at = Some(now.mono_ms.saturating_add(moment(in_force, random)));
    }

    pub(super) fn background(&mut self, now: Now) {
        self.background_since.get_or_insert(now.mono_ms);
    }

    /// The app is back. It asks again after more than 30.000 s; a pull that was due before goes now.
    pub(super) fn foreground(&mut self, in_force: bool, random: u64, now: Now) {
        let Some(since) = self.background_since.take() else {
            return;
        };
        let away_ms = now.mono_ms.saturating_sub(since);
        // Whoever was asked to wait has a try planned for when that is over.
        if away_ms > limits::REMOTE_BACKGROUND_MS && now.mono_ms >= self.asked_until {
            self.due_at = Some(now.mono_ms.saturating_add(moment(in_force, random)));
        }
    }

    /// The platform tells whether there is a network. What waited for one goes after a random moment: the phones of one train
    /// must not come as one when it leaves its tunnel.
    pub(super) fn network(&mut self, is_there: bool, random: u64, now: Now) {
        let was_offline = std::mem::replace(&mut self.is_offline, !is_there);
        if !is_there || !was_offline {
            return;
        }
        let soon = now.mono_ms.saturating_add(moment(true, random));
        let Some(due) = self.due_at else { return };
        if due <= now.mono_ms {
            self.due_at = Some(soon);
            return;
        }
        // A network that comes and goes must not undo the delays, nor what a server has asked for.
        let rested = self
            .hastened_at
            .is_none_or(|at| now.mono_ms.saturating_sub(at) >= limits::REMOTE_RETRY_BASE_MS);
        if self.was_networks && rested {
            self.hastened_at = Some(now.mono_ms);
            self.due_at = Some(due.min(soon.max(self.asked_until)));
        }
    }

    /// Monotonic time at which a pull is to be made; none while there is nothing to wait for but somebody's word.
    pub(super) fn next_at(&self) -> Option<u64> {
        let may = !self.under_way && !self.is_offline && self.background_since.is_none();
        self.due_at.filter(|_| may)
    }

    /// True once when a pull is to be made now; from then on it is under way.
    pub(super) fn begin(&mut self, now: Now) -> bool {
        let is_due = self.next_at().is_some_and(|at| at <= now.mono_ms);
        if is_due {
            self.due_at = None;
            self.under_way = true;
        }
        is_due
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// The server has answered as it should: the next pull is the next start's or the next return's.
    pub(super) fn answered(&mut self) {
        self.under_way = false;
        self.failures = 0;
        self.asked_until = 0;
        self.was_networks = false;
    }

    /// No answer, or none of use. Both delays count, ours and the server's: phones that were told the same must not all come
    /// back at once.
    pub(super) fn failed(&mut self, failure: Failure, random: u64, now: Now) {
        let asked_ms = failure.after_ms.unwrap_or_default();
        let base_ms = match failure.after_ms {
            Some(_) => limits::REMOTE_ASKED_BASE_MS,
            None => limits::REMOTE_RETRY_BASE_MS,
        };
        let bounds = (base_ms, limits::REMOTE_RETRY_MAX_MS);
        let delay = backoff_ms(bounds, self.failures, random).saturating_add(asked_ms);
        self.under_way = false;
        self.failures = self.failures.saturating_add(1);
        self.asked_until = now.mono_ms.saturating_add(asked_ms);
        self.was_networks = failure.is_networks;
        self.due_at = Some(now.mono_ms.saturating_add(delay));
    }
}

/// Whole fleets come at one moment, after a push message or on the hour: a phone that can wait does so, up to two seconds.
fn moment(can_wait: bool, random: u64) -> u64 {
    if can_wait {
        random % (limits::REMOTE_JITTER_MS + 1)
    } else {
        0
    }
}

#[cfg(test)]
#[path = "pulls_test.rs"]
mod tests;
