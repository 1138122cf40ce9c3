//! What the app's threads and the `handspan` thread share: all of it read and swapped without a lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::counters::Counters;
use super::queue::Queue;
use super::snapshot::Snapshot;
use crate::engine::EngineStatus;
use crate::rum::session::Session;
use crate::seams::Seams;
use crate::seams::clock::Now;

/// The two sides' common ground.
pub(crate) struct Shared {
    pub(crate) seams: Seams,
    pub(crate) queue: Queue,
    pub(crate) counters: Counters,
    /// What the engine says of itself; swapped whole.
    pub(crate) engine: ArcSwap<EngineStatus>,
    pub(super) snapshot: ArcSwap<Snapshot>,
    pub(super) last_activity_mono_ms: AtomicU64,
    /// Until then every trace is kept; 0 for never.
    pub(super) keep_until_mono_ms: AtomicU64,
    /// The state of the phone as it was last told, in bits.
    pub(super) conditions: AtomicU8,
    /// The thread has ended.
    pub(crate) stopped: AtomicBool,
    /// Somebody has asked it to.
    pub(super) closing: AtomicBool,
}

impl Shared {
    /// The snapshot as of now: when its session is over, another has taken its place.
    pub(super) fn snapshot_at(&self, now: Now) -> Arc<Snapshot> {
        let snapshot = self.snapshot.load_full();
        let last_activity = self
            .last_activity_mono_ms
            .swap(now.mono_ms, Ordering::Relaxed);
        if !snapshot.session.is_over(last_activity, now) {
            return snapshot;
        }
        let next = Session::start(self.seams.entropy.as_ref(), now);
        self.snapshot.rcu(|current| {
            // Another thread may have been first: its session stays.
            if current.session.id == snapshot.session.id {
                Arc::new(current.with_session(next.clone()))
            } else {
                Arc::clone(current)
            }
        });
        self.snapshot.load_full()
    }

    /// Swaps the snapshot; requests in flight keep the one they began with.
    pub(crate) fn update(&self, change: impl Fn(&Snapshot) -> Snapshot) {
        self.snapshot.rcu(|current| change(current));
    }
}
