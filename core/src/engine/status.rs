//! What the engine counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::remote::RemoteStatus;
use crate::batch::Track;
use crate::config::Refusal;
use crate::rum::trim::Trimmed;
use crate::seams::clock::Now;
use crate::upload::Hold;

/// How the engine is doing. All counts are since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineStatus {
    /// `folder` or `memory`; `opening` until the thread has looked.
    pub storage: &'static str,
    /// A track each, as [`Track::ALL`].
    pub(super) tracks: [TrackStatus; 3],
    /// The intakes, as they are configured.
    pub intakes: Vec<IntakeStatus>,
    /// How often the radio was woken.
    pub wake_ups: u64,
    /// Why nothing is sent, whatever waits.
    pub hold: Option<Hold>,
    /// What an intake said last.
    pub last_answer: Option<String>,
    /// What the storage said when it last failed.
    pub last_storage_error: Option<String>,
    /// How the remote document does.
    pub remote: RemoteStatus,
    /// What of the last document was refused.
    pub refusals: Arc<[Refusal]>,
}

/// The events of one track. What came in is what went out and what is there:
/// `recorded + recovered = sent + superseded + dropped + waiting`, where `recorded` is what the app reported (and reached the
/// engine), with `made`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrackStatus {
    /// Events that the core itself made.
    pub made: u64,
    /// Events that an earlier process left. A file that could not be read counts as one.
    pub recovered: u64,
    /// Events stored by this process.
    pub stored: u64,
    /// Events that every intake with an address for them has taken.
    pub sent: u64,
    /// Updates of a view that a later one of the same batch replaced.
    pub superseded: u64,
    /// Events given up, by reason.
    pub dropped: BTreeMap<&'static str, u64>,
    /// What was cut or left out of events that were taken, by reason.
    pub trimmed: Trimmed,
    /// Requests made.
    pub requests: u64,
    /// Those of them that are to be made again.
    pub retries: u64,
    /// Bytes of these requests' bodies as they go on the wire, gzipped.
    pub bytes_sent: u64,
    /// What an intake said last.
    pub last_answer: Option<String>,
    /// What is there.
    pub waiting: Waiting,
}

/// What waits of one track, the open batches included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Batches.
    pub batches: u64,
    /// Events in them.
    pub events: u64,
    /// Their bytes, without headers.
    pub bytes: u64,
    /// When the oldest was made.
    pub oldest: Option<Made>,
}

/// When a batch was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// By the wall clock.
    pub wall_ms: u64,
    /// By the monotonic one, where it was this process.
    pub mono_ms: Option<u64>,
}

impl Made {
    /// Between processes only the wall clock goes on; within one a clock that is set must not age what is there.
    pub fn age_ms(self, now: Now) -> u64 {
        match self.mono_ms {
            Some(made) => now.mono_ms.saturating_sub(made),
            None => now.wall_ms.saturating_sub(self.wall_ms),
        }
    }
}

/// How an intake does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntakeStatus {
    /// Its name for delivery marks ([`crate::upload::Intake::key`]).
    pub key: String,
    /// Batches that it has taken.
    pub taken: u64,
    /// Batches in which there was nothing that it has an address for.
    pub passed: u64,
    /// Failures since the last time that it did not fail.
    pub failures: u32,
    /// Monotonic time before which it is not tried, milliseconds.
    pub not_before_mono_ms: u64,
    /// What it said last.
    pub last_answer: Option<String>,
}

impl EngineStatus {
    /// The counts of a track.
    pub fn track(&self, track: Track) -> &TrackStatus {
        let [rum, logs, spans] = &self.tracks;
        match track {
            Track::Rum => rum,
            Track::Logs => logs,
            Track::Spans => spans,
        }
    }

    pub(super) fn track_mut(&mut self, track: Track) -> &mut TrackStatus {
        let [rum, logs, spans] = &mut self.tracks;
        match track {
            Track::Rum => rum,
            Track::Logs => logs,
            Track::Spans => spans,
        }
    }

    /// Events stored, of all tracks.
    pub fn stored(&self) -> u64 {
        self.tracks.iter().map(|track| track.stored).sum()
    }

    /// Events sent, of all tracks.
    pub fn sent(&self) -> u64 {
        self.tracks.iter().map(|track| track.sent).sum()
    }

    /// Batches that exist.
    pub fn pending_batches(&self) -> u64 {
        self.tracks.iter().map(|track| track.waiting.batches).sum()
    }

    /// Events given up, of all tracks, by reason.
    pub fn dropped(&self) -> BTreeMap<&'static str, u64> {
        let mut all = BTreeMap::new();
        for (reason, count) in self.tracks.iter().flat_map(|track| &track.dropped) {
            *all.entry(*reason).or_default() += count;
        }
        all
    }

    pub(super) fn drop_events(&mut self, track: Track, reason: &'static str, count: u64) {
        if count > 0 {
            *self.track_mut(track).dropped.entry(reason).or_default() += count;
        }
    }
}

impl Default for EngineStatus {
    fn default() -> Self {
        Self {
            storage: "opening",
            tracks: Default::default(),
            intakes: Vec::new(),
            wake_ups: 0,
            hold: None,
            last_answer: None,
            last_storage_error: None,
            remote: RemoteStatus::default(),
            refusals: Arc::from([]),
        }
    }
}
