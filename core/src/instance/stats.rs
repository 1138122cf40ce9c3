//! What became of the events, as data: by track, and by intake.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::shared::Shared;
use crate::batch::Track;
use crate::engine::{IntakeStatus, RemoteStatus, TrackStatus};
use crate::seams::clock::Now;

/// All counts are since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// A track each: `rum`, `logs`, `spans`.
    pub tracks: Vec<TrackStats>,
    /// The intakes, as they are configured; an OTLP receiver is one for each of its addresses.
    pub intakes: Vec<IntakeStats>,
    /// How often the radio was woken to send.
    pub wake_ups: u64,
    /// Why nothing is sent, whatever waits: `no_network`, `metered`, `battery_low`, `low_power` or `disabled`.
    pub hold: Option<&'static str>,
    /// How the remote document does.
    pub remote: RemoteStats,
}

/// The events of one track. Once the queue is empty, `recorded + recovered = sent + superseded + dropped + waiting_events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackStats {
    /// `rum`, `logs` or `spans`.
    pub track: &'static str,
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
    pub dropped: Vec<(String, u64)>,
    /// What was cut or left out of events that were taken, by reason: attributes over a limit, the ends of long texts.
    pub trimmed: Vec<(String, u64)>,
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
    /// What an intake said last, as `202` or `no complete answer in time`.
    pub last_answer: Option<String>,
}

/// How an intake does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeStats {
    /// Its name, as `datadog-ea65ee77d963742a`: its kind and a number made from its URL, which may hold a secret.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteStats {
    /// `none`, `pulling`, `applied`, `set_aside`, `refused` or `failed`.
    pub state: &'static str,
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
    /// Fields of the last document that were refused; which and why is in `status().refusals`.
    pub refused_fields: u64,
    /// Fields of the last document that nothing reads.
    pub unknown_fields: u64,
    /// Starts with the kept document of which none has survived so far, this one included.
    pub starts_without_mark: u32,
    /// Is everything switched off, and by whom? `local` (the app) or `remote`.
    pub disabled_by: Option<&'static str>,
    /// What stands for this install in rollouts.
    pub install_id: Option<String>,
}

impl Stats {
    pub(super) fn new(shared: &Shared) -> Self {
        let now = shared.seams.clock.now();
        let engine = shared.engine.load();
        let tracks = Track::ALL.map(|track| {
            let mut stats = TrackStats::new(track, engine.track(track), now);
            // What the app's threads count: calls, and what did not get into the queue.
            let is_rum = track == Track::Rum;
            if is_rum {
                stats.recorded += shared.counters.recorded.load(Ordering::Relaxed);
            }
            for (reason, count) in shared.counters.dropped(track) {
                stats.dropped.push((reason.to_owned(), count));
                if !is_rum {
                    stats.recorded += count;
                }
            }
            for (reason, count) in shared.counters.trimmed(track) {
                match stats.trimmed.iter_mut().find(|(known, _)| known == reason) {
                    Some((_, known)) => *known += count,
                    None => stats.trimmed.push((reason.to_owned(), count)),
                }
            }
            stats
        });
        Self {
            tracks: tracks.into(),
            intakes: engine
                .intakes
                .iter()
                .map(|intake| IntakeStats::new(intake, now))
                .collect(),
            wake_ups: engine.wake_ups,
            hold: engine.hold.map(|hold| hold.as_str()),
            remote: RemoteStats::new(&engine.remote, now),
        }
    }
}

impl RemoteStats {
    fn new(status: &RemoteStatus, now: Now) -> Self {
        let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
        let next_pull = status.next_pull_mono_ms;
        Self {
            state: status.state.as_str(),
            version: text(&status.version),
            key_id: text(&status.key_id),
            etag: text(&status.etag),
            targets: status.targets.iter().map(|name| name.to_string()).collect(),
            last_answer: text(&status.last_answer),
            last_pull_ms: status
                .last_pull_mono_ms
                .map(|at| now.mono_ms.saturating_sub(at)),
            next_pull_ms: next_pull.map(|at| at.saturating_sub(now.mono_ms)),
            pulls: status.pulls,
            failed: status.failed,
            not_modified: status.not_modified,
            applied: status.applied,
            refused: status.refused,
            refused_fields: status.refused_fields,
            unknown_fields: status.unknown_fields,
            starts_without_mark: status.starts_without_mark,
            disabled_by: status.disabled_by.map(|by| by.as_str()),
            install_id: text(&status.install_id),
        }
    }
}

impl TrackStats {
    fn new(track: Track, status: &TrackStatus, now: Now) -> Self {
        let waiting = &status.waiting;
        Self {
            track: track.as_str(),
            recorded: status.made,
            recovered: status.recovered,
            stored: status.stored,
            sent: status.sent,
            superseded: status.superseded,
            dropped: status
                .dropped
                .iter()
                .map(|(reason, count)| ((*reason).to_owned(), *count))
                .collect(),
            trimmed: status
                .trimmed
                .iter()
                .map(|(reason, count)| (reason.to_owned(), count))
                .collect(),
            requests: status.requests,
            retries: status.retries,
            bytes_sent: status.bytes_sent,
            waiting_batches: waiting.batches,
            waiting_events: waiting.events,
            bytes_stored: waiting.bytes,
            oldest_ms: waiting.oldest.map(|made| made.age_ms(now)),
            last_answer: status.last_answer.clone(),
        }
    }
}

impl IntakeStats {
    fn new(status: &IntakeStatus, now: Now) -> Self {
        let next_try_ms = status.not_before_mono_ms.saturating_sub(now.mono_ms);
        Self {
            name: status.key.clone(),
            taken: status.taken,
            passed: status.passed,
            failures: status.failures,
            next_try_ms: (next_try_ms > 0).then_some(next_try_ms),
            last_answer: status.last_answer.clone(),
        }
    }
}
