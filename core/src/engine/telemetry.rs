//! The SDK's own stats, as an event among the app's: it travels with what is sent anyway, and wakes nobody.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Effect, Engine, EngineStatus};
use crate::batch::{Lane, Track};
use crate::limits;
use crate::rum::telemetry;
use crate::seams::clock::Now;

impl Engine {
    /// The radio is about to be woken: the stats go along where the configuration asks for them, at most once a minute.
    pub(super) fn add_telemetry(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let said = self.telemetry_at;
        let due =
            said.is_none_or(|at| now.mono_ms.saturating_sub(at) >= limits::TELEMETRY_INTERVAL_MS);
        // Before the first wake-up there is nothing to tell.
        if !self.effective().telemetry() || !due || self.schedule.wake_ups() == 0 {
            return;
        }
        let stats = stats(&self.status());
        let event = telemetry::event(self.effective(), self.clock.wall_ms(now), stats);
        // It joins the batch that is there; alone it is not worth a request.
        if self
            .batches
            .open_for(Lane::RUM, event.len(), false)
            .is_none()
        {
            return;
        }
        self.telemetry_at = Some(now.mono_ms);
        self.status.track_mut(Track::Rum).made += 1;
        self.record(Lane::RUM, event, now, effects);
    }
}

fn stats(status: &EngineStatus) -> Value {
    let tracks: Map<String, Value> = Track::ALL
        .into_iter()
        .filter(|track| status.track(*track).stored + status.track(*track).recovered > 0)
        .map(|track| (track.as_str().to_owned(), of_track(status, track)))
        .collect();
    let intakes: Vec<Value> = status
        .intakes
        .iter()
        .map(|intake| {
            json!({
                "name": intake.key,
                "taken": intake.taken,
                "failures": intake.failures,
                "last_answer": intake.last_answer,
            })
        })
        .collect();
    json!({
        "storage": status.storage,
        "wake_ups": status.wake_ups,
        "tracks": tracks,
        "intakes": intakes,
    })
}

fn of_track(status: &EngineStatus, track: Track) -> Value {
    let counts = status.track(track);
    json!({
        "recovered": counts.recovered,
        "stored": counts.stored,
        "sent": counts.sent,
        "superseded": counts.superseded,
        "dropped": counts.dropped,
        "trimmed": counts.trimmed.iter().collect::<BTreeMap<_, _>>(),
        "requests": counts.requests,
        "retries": counts.retries,
        "bytes_sent": counts.bytes_sent,
        "waiting_events": counts.waiting.events,
        "bytes_stored": counts.waiting.bytes,
    })
}
