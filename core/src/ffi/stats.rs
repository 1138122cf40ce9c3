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
    /// Why nothing is sent, whatever waits: `no_network`, `metered`, `battery_low` or `low_power`.
    pub hold: Option<String>,
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
    }
}

impl From<instance::Stats> for CoreStats {
    fn from(stats: instance::Stats) -> Self {
        Self {
            tracks: stats.tracks.into_iter().map(TrackStats::from).collect(),
            intakes: stats.intakes.into_iter().map(IntakeStats::from).collect(),
            wake_ups: stats.wake_ups,
            hold: stats.hold.map(str::to_owned),
        }
    }
}

impl From<instance::TrackStats> for TrackStats {
    fn from(stats: instance::TrackStats) -> Self {
        let dropped = stats.dropped.into_iter();
        Self {
            track: stats.track.to_owned(),
            recorded: stats.recorded,
            recovered: stats.recovered,
            stored: stats.stored,
            sent: stats.sent,
            superseded: stats.superseded,
            dropped: dropped
                .map(|(reason, count)| Dropped { reason, count })
                .collect(),
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
