//! Events that wait for a mapper of the app. Without one configured nothing of this runs.
//!
//! What a mapper has not answered is not stored: it may be there to take out what nobody may read. Two kinds can't be dropped by its
//! answer, as in Datadog's SDKs (`RumEventMapper`): a view, which the rest of its session hangs on, and a crash, which is left without its words.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use super::{Effect, Engine};
use crate::batch::{Lane, Track};
use crate::limits;
use crate::rum::mapper::{self, Mapped};
use crate::seams::clock::Now;

/// Events that wait, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    types: Vec<&'static str>,
    held: VecDeque<Held>,
    bytes: usize,
    last_id: u64,
    /// Somebody wants all that is there to be sent: what waits here goes as soon as it can.
    hurries: bool,
}

#[derive(Debug)]
struct Held {
    id: u64,
    lane: Lane,
    kind: &'static str,
    event: Map<String, Value>,
    bytes: usize,
    since_mono_ms: u64,
}

impl Mapping {
    pub(super) fn new(types: Vec<&'static str>) -> Self {
        Self {
            types,
            ..Self::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// What waits here is to be sent without waiting until its batch is old enough.
    pub(super) fn hurry(&mut self) {
        self.hurries = !self.held.is_empty();
    }

    /// When the oldest has waited long enough.
    pub(super) fn due_at(&self) -> Option<u64> {
        let oldest = self.held.front()?;
        Some(oldest.since_mono_ms.saturating_add(limits::MAPPER_WAIT_MS))
    }

    /// Events and bytes of a track that wait here.
    pub(super) fn waiting(&self, track: Track) -> (u64, u64) {
        let of_track = self.held.iter().filter(|held| held.lane.track == track);
        of_track.fold((0, 0), |(events, bytes), held| {
            (events + 1, bytes + held.bytes as u64)
        })
    }

    fn take(&mut self, id: u64) -> Option<Held> {
        let at = self.held.iter().position(|held| held.id == id)?;
        let held = self.held.remove(at)?;
        self.bytes -= held.bytes;
        Some(held)
    }
}

impl Engine {
    /// Takes an event that the app or its user has caused: to its mapper where there is one, else to its batch.
    pub(super) fn take(
        &mut self,
        lane: Lane,
        kind: &'static str,
        event: Map<String, Value>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        // Maps with text for keys are always JSON.
        let payload = serde_json::to_vec(&event).unwrap_or_default();
        if !self.mapping.types.contains(&kind) {
            return self.record(lane, payload, now, effects);
        }
        let bytes = payload.len();
        if self.mapping.bytes.saturating_add(bytes) > limits::MAPPER_BYTES {
            return self.status.drop_events(lane.track, "mapper_queue_full", 1);
        }
        let mapping = &mut self.mapping;
        mapping.last_id += 1;
        mapping.bytes += bytes;
        effects.push(Effect::Map(mapper::shown(mapping.last_id, kind, &event)));
        mapping.held.push_back(Held {
            id: mapping.last_id,
            lane,
            kind,
            event,
            bytes,
            since_mono_ms: now.mono_ms,
        });
    }

    /// A mapper has answered. Of an event that waits no more it is too late.
    pub(super) fn mapped(
        &mut self,
        id: u64,
        mapped: Option<Box<Mapped>>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some(held) = self.mapping.take(id) else {
            return;
        };
        let Held {
            lane,
            kind,
            mut event,
            ..
        } = held;
        match mapped {
            Some(mapped) => mapper::apply(kind, &mut event, *mapped),
            None if mapper::can_be_dropped(kind, &event) => {
                self.status.drop_events(lane.track, "mapper_dropped", 1);
                return self.mapping_moved(now);
            }
            None => {
                log::warn!("handspan: a mapper can't drop a view or a crash: it is kept");
                mapper::strip_crash(kind, &mut event);
            }
        }
        let payload = serde_json::to_vec(&event).unwrap_or_default();
        self.record(lane, payload, now, effects);
        self.mapping_moved(now);
    }

    /// What has waited for its mapper for too long is given up.
    pub(super) fn expire_mapping(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.mapping.due_at().is_none_or(|due| due > now.mono_ms) {
            return;
        }
        let limit = now.mono_ms.saturating_sub(limits::MAPPER_WAIT_MS);
        self.give_up_mapping("mapper_timeout", |since| since <= limit, effects);
        self.mapping_moved(now);
    }

    /// Gives up what waits for a mapper since such a time.
    pub(super) fn give_up_mapping(
        &mut self,
        reason: &'static str,
        is_over: impl Fn(u64) -> bool,
        effects: &mut Vec<Effect>,
    ) {
        let held = std::mem::take(&mut self.mapping.held);
        let (over, rest): (VecDeque<Held>, VecDeque<Held>) = held
            .into_iter()
            .partition(|held| is_over(held.since_mono_ms));
        self.mapping.held = rest;
        if over.is_empty() {
            return;
        }
        for held in &over {
            self.mapping.bytes -= held.bytes;
            self.status.drop_events(held.lane.track, reason, 1);
        }
        effects.push(Effect::Unmap(over.iter().map(|held| held.id).collect()));
    }

    /// The last that somebody wants to be sent has been answered: now it is where it can be sent from.
    fn mapping_moved(&mut self, now: Now) {
        if self.mapping.hurries && self.mapping.is_empty() {
            self.hurry(now);
            self.schedule.now();
        }
    }
}
