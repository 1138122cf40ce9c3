//! What the app's threads and the `handspan` thread share: all of it read and swapped without a lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::counters::Counters;
use super::mapping::Desk;
use super::queue::Queue;
use super::snapshot::Snapshot;
use crate::engine::EngineStatus;
use crate::rum::session::{Calls, Session, Standing, Stimulus, judge};
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
    pub(super) last_interaction_mono_ms: AtomicU64,
    /// Has the app told of a view or an action?
    pub(super) app_interacts: AtomicBool,
    /// Has anything happened at all?
    pub(super) was_used: AtomicBool,
    /// First hops planned, and calls reported: both wrap around.
    pub(super) calls_begun: AtomicU32,
    pub(super) calls_ended: AtomicU32,
    /// Until then every trace is kept; 0 for never.
    pub(super) keep_until_mono_ms: AtomicU64,
    /// The state of the phone as it was last told, in bits.
    pub(super) conditions: AtomicU8,
    /// Names of headers that calls tell, lower-case.
    pub(super) captured_headers: Vec<String>,
    /// Where events wait for a mapper of the app.
    pub(crate) mappers: Desk,
    /// The thread has ended.
    pub(crate) stopped: AtomicBool,
    /// Somebody has asked it to.
    pub(super) closing: AtomicBool,
}

impl Shared {
    /// The snapshot for what happens now: where its session is over by it, another has taken its place.
    pub(super) fn snapshot_for(&self, stimulus: Stimulus, now: Now) -> Arc<Snapshot> {
        let snapshot = self.snapshot.load_full();
        let standing = Standing {
            session: &snapshot.session,
            last_interaction_mono_ms: self.last_interaction_mono_ms.load(Ordering::Relaxed),
            app_interacts: self.app_interacts.load(Ordering::Relaxed),
        };
        let verdict = judge(&standing, stimulus, now);
        if verdict.renews {
            self.last_interaction_mono_ms
                .fetch_max(now.mono_ms, Ordering::Relaxed);
        }
        if !standing.app_interacts && matches!(stimulus, Stimulus::View | Stimulus::Action) {
            self.app_interacts.store(true, Ordering::Relaxed);
        }
        self.was_used.store(true, Ordering::Relaxed);
        let Some(why) = verdict.begins else {
            return snapshot;
        };
        let entropy = self.seams.entropy.as_ref();
        self.replace_session(&snapshot, snapshot.session.next(why, entropy, now))
    }

    /// Another session in the place of this one, unless another thread was first: then its session stays.
    pub(super) fn replace_session(&self, snapshot: &Snapshot, next: Session) -> Arc<Snapshot> {
        self.snapshot.rcu(|current| {
            if current.session.id == snapshot.session.id {
                Arc::new(current.with_session(next.clone()))
            } else {
                Arc::clone(current)
            }
        });
        self.snapshot.load_full()
    }

    /// Calls that have begun and ended so far.
    pub(crate) fn calls(&self) -> Calls {
        Calls {
            begun: self.calls_begun.load(Ordering::Relaxed),
            ended: self.calls_ended.load(Ordering::Relaxed),
        }
    }

    /// Swaps the snapshot; requests in flight keep the one they began with.
    pub(crate) fn update(&self, change: impl Fn(&Snapshot) -> Snapshot) {
        self.snapshot.rcu(|current| change(current));
    }
}
