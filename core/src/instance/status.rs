//! How a core is doing, as data.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::shared::Shared;
use super::snapshot::Snapshot;
use crate::batch::Track;
use crate::config::{Refusal, RefusalCode};

/// All counts are since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Does the thread run?
    pub running: bool,
    /// UUID of the current session.
    pub session_id: String,
    /// Is this session recorded?
    pub session_sampled: bool,
    /// `folder` or `memory`; `opening` until the thread has looked.
    pub storage: &'static str,
    /// Are hops and headers wanted on events?
    pub inspect: bool,
    /// What was refused or corrected.
    pub refusals: Vec<Refusal>,
    /// Calls reported.
    pub recorded: u64,
    /// Events stored in a batch.
    pub stored: u64,
    /// Events that every intake has taken.
    pub sent: u64,
    /// Events given up, by reason.
    pub dropped: Vec<(String, u64)>,
    /// Batches waiting to be sent.
    pub pending_batches: u64,
    /// What the intake said last.
    pub last_answer: Option<String>,
    /// `none`, `pulling`, `applied`, `set_aside`, `refused` or `failed`.
    pub remote: &'static str,
    /// Version of the applied remote document.
    pub remote_version: Option<String>,
    /// Panics caught.
    pub internal_errors: u64,
}

impl Status {
    pub(super) fn new(snapshot: &Snapshot, shared: &Shared) -> Self {
        let engine = shared.engine.load();
        let mut dropped = BTreeMap::new();
        for (reason, count) in Track::ALL
            .into_iter()
            .flat_map(|track| shared.counters.dropped(track))
        {
            *dropped.entry(reason).or_default() += count;
        }
        for (reason, count) in engine.dropped() {
            *dropped.entry(reason).or_default() += count;
        }
        let mut refusals = shared.counters.refusals();
        refusals.extend(engine.refusals.iter().cloned());
        if let Some(why) = &engine.last_storage_error {
            let code = RefusalCode::StorageUnavailable;
            refusals.push(Refusal::new("storage_dir", "", code, why.as_str()));
        }
        Self {
            running: !shared.stopped.load(Ordering::Relaxed),
            session_id: snapshot.session.id.clone(),
            session_sampled: snapshot.session_sampled(),
            storage: engine.storage,
            inspect: snapshot.inspect,
            refusals,
            recorded: shared.counters.recorded.load(Ordering::Relaxed),
            stored: engine.stored(),
            sent: engine.sent(),
            dropped: dropped
                .into_iter()
                .map(|(reason, count)| (reason.to_owned(), count))
                .collect(),
            pending_batches: engine.pending_batches(),
            last_answer: engine.last_answer.clone(),
            remote: engine.remote.state.as_str(),
            remote_version: engine.remote.version.as_deref().map(str::to_owned),
            internal_errors: shared.counters.internal_errors.load(Ordering::Relaxed),
        }
    }
}
