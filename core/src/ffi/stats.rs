//! What became of the events. The records say what `instance::stats` says.

use super::{Dropped, HandspanCore, guard};
use crate::instance;

/// What became of the events, since the start.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CoreStats {
    /// A track each: `rum`, `logs`, `spans`.
    pub tracks: Vec<TrackStats>,
    /// The intakes, as they are configured; an OTLP receiver is one for each of its addresses.
    pub intakes: Vec<IntakeStats>,
    /// How often the radio was woken to send.
    pub wake_ups: u64,
    /// Why nothing is sent, whatever waits: `no_network`, `metered`, `battery_low`, `low_power` or `disabled`.
    pub hold: Option<String>,
    /// How the remote document does.
    pub remote: RemoteStats,
}

/// The events of one track. Once the queue is empty, `recorded + recovered = sent + superseded + dropped + waiting_events`.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TrackStats {
    /// `rum`, `logs` or `spans`.
    pub track: String,
    /// Events recorded, by the app or by the core itself.
    pub recorded: u64,
    /// Events that an earlier process left. A file that could not be read counts as one.
    pub recovered: u64,
    /// Events stored in a batch.
    pub stored: u64,
    /// Events that every intake with an address for them has taken.
    pub sent: u64,
    /// Updates of a view that were not sent, because a later one of the same batch replaces them.
    pub superseded: u64,
    /// Events given up, by reason.
    pub dropped: Vec<Dropped>,
    /// What was cut so that events fit an intake's limits, by reason.
    pub trimmed: Vec<Dropped>,
    /// Requests made.
    pub requests: u64,
    /// Those of them that are to be made again.
    pub retries: u64,
    /// Bytes of these requests' bodies as they go on the wire, gzipped.
    pub bytes_sent: u64,
    /// Batches that wait, the open ones included.
    pub waiting_batches: u64,
    /// Events in them.
    pub waiting_events: u64,
    /// Bytes of these events.
    pub bytes_stored: u64,
    /// Age of the oldest of these batches, milliseconds.
    pub oldest_ms: Option<u64>,
    /// What an intake said last, as `202`.
    pub last_answer: Option<String>,
}

/// How an intake does.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct IntakeStats {
    /// Its name: its kind and a number made from its URL.
    pub name: String,
    /// Batches that it has taken.
    pub taken: u64,
    /// Batches in which there was nothing that it has an address for.
    pub passed: u64,
    /// Failures in a row.
    pub failures: u32,
    /// Milliseconds until it may be tried again; none where that is now.
    pub next_try_ms: Option<u64>,
    /// What it said last.
    pub last_answer: Option<String>,
}

/// How the remote document does.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct RemoteStats {
    /// `none`, `pulling`, `applied`, `set_aside`, `refused` or `failed`.
    pub state: String,
    /// Version of the document in force.
    pub version: Option<String>,
    /// Id of the key that it is signed with, where the app has keys.
    pub key_id: Option<String>,
    /// What its server calls the kept one (`ETag`).
    pub etag: Option<String>,
    /// Names of its targets that this phone is one of.
    pub targets: Vec<String>,
    /// What its server said last, as `304`, or why it could not be asked.
    pub last_answer: Option<String>,
    /// Milliseconds since the last pull.
    pub last_pull_ms: Option<u64>,
    /// Milliseconds until the next one that is planned; none: at the next start or return.
    pub next_pull_ms: Option<u64>,
    /// Pulls made.
    pub pulls: u64,
    /// Of them those that brought no document, or none of use.
    pub failed: u64,
    /// Of them those that brought nothing new.
    pub not_modified: u64,
    /// Documents that came into force, the kept one included.
    pub applied: u64,
    /// Documents that were refused whole.
    pub refused: u64,
    /// Fields of the last document that were refused; which and why is in `CoreStatus::refusals`.
    pub refused_fields: u64,
    /// Fields of the last document that nothing reads.
    pub unknown_fields: u64,
    /// Starts with the kept document of which none has survived so far, this one included.
    pub starts_without_mark: u32,
    /// Is everything switched off, and by whom? `local` (the app) or `remote`.
    pub disabled_by: Option<String>,
    /// What stands for this install in rollouts.
    pub install_id: Option<String>,
}

#[uniffi::export]
impl HandspanCore {
    /// What became of the events.
    pub fn stats(&self) -> CoreStats {
        guard::guard(Some(&self.inner), unknown, || self.inner.stats().into())
    }
}

/// The stats after a panic.
fn unknown() -> CoreStats {
    CoreStats {
        tracks: Vec::new(),
        intakes: Vec::new(),
        wake_ups: 0,
        hold: None,
        remote: RemoteStats::default(),
    }
}

impl From<instance::Stats> for CoreStats {
    fn from(stats: instance::Stats) -> Self {
        Self {
            tracks: stats.tracks.into_iter().map(TrackStats::from).collect(),
            intakes: stats.intakes.into_iter().map(IntakeStats::from).collect(),
            wake_ups: stats.wake_ups,
            hold: stats.hold.map(str::to_owned),
            remote: stats.remote.into(),
        }
    }
}

impl From<instance::RemoteStats> for RemoteStats {
    fn from(stats: instance::RemoteStats) -> Self {
        Self {
            state: stats.state.to_owned(),
            version: stats.version,
            key_id: stats.key_id,
            etag: stats.etag,
            targets: stats.targets,
            last_answer: stats.last_answer,
            last_pull_ms: stats.last_pull_ms,
            next_pull_ms: stats.next_pull_ms,
            pulls: stats.pulls,
            failed: stats.failed,
            not_modified: stats.not_modified,
            applied: stats.applied,
            refused: stats.refused,
            refused_fields: stats.refused_fields,
            unknown_fields: stats.unknown_fields,
            starts_without_mark: stats.starts_without_mark,
            disabled_by: stats.disabled_by.map(str::to_owned),
            install_id: stats.install_id,
        }
    }
}

impl From<instance::TrackStats> for TrackStats {
    fn from(stats: instance::TrackStats) -> Self {
        Self {
            track: stats.track.to_owned(),
            recorded: stats.recorded,
            recovered: stats.recovered,
            stored: stats.stored,
            sent: stats.sent,
            superseded: stats.superseded,
            dropped: by_reason(stats.dropped),
            trimmed: by_reason(stats.trimmed),
            requests: stats.requests,
            retries: stats.retries,
            bytes_sent: stats.bytes_sent,
            waiting_batches: stats.waiting_batches,
            waiting_events: stats.waiting_events,
            bytes_stored: stats.bytes_stored,
            oldest_ms: stats.oldest_ms,
            last_answer: stats.last_answer,
        }
    }
}

impl From<instance::IntakeStats> for IntakeStats {
    fn from(stats: instance::IntakeStats) -> Self {
        Self {
            name: stats.name,
            taken: stats.taken,
            passed: stats.passed,
            failures: stats.failures,
            next_try_ms: stats.next_try_ms,
            last_answer: stats.last_answer,
        }
    }
}

fn by_reason(counts: Vec<(String, u64)>) -> Vec<Dropped> {
    let counts = counts.into_iter();
    counts
        .map(|(reason, count)| Dropped { reason, count })
        .collect()
}
