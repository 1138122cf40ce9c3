//! The pure machine: `(command, now) → effects`. It does no I/O, starts no thread and reads no clock; the worker performs
//! what it asks for and tells it what came of it.

mod batches;
mod clear;
mod command;
mod delivery;
mod effect;
mod ids;
mod mapping;
mod remote;
mod rum;
mod schedule;
mod server_clock;
mod session_events;
mod status;
mod telemetry;
#[cfg(test)]
mod tests;

pub use command::{Command, StoredId};
pub use effect::{Effect, Saved};
pub use remote::{DisabledBy, RemoteState, RemoteStatus};
pub use status::{EngineStatus, IntakeStatus, Made, TrackStatus, Waiting};

use std::sync::Arc;

use crate::batch::{BatchId, Lane, Track};
use crate::config::{Configuration, Consent, Settings};
use crate::limits;
use crate::rum::fit::fit;
use crate::rum::machine::Machine;
use crate::seams::clock::Now;
use crate::seams::entropy::Entropy;
use crate::seams::storage::{NewBatch, StoredBatch};

use crate::upload::{Hold, Network};

use batches::Batches;
use delivery::Delivery;
use mapping::Mapping;
use remote::{Remote, Told};
use schedule::Schedule;
use server_clock::ServerClock;
use session_events::SessionEvents;

/// The machine.
pub struct Engine {
    settings: Arc<Settings>,
    entropy: Arc<dyn Entropy>,
    consent: Consent,
    remote: Option<Box<Remote>>,
    batches: Batches,
    delivery: Delivery,
    schedule: Schedule,
    clock: ServerClock,
    rum: Machine,
    mapping: Mapping,
    session_events: SessionEvents,
    /// What events name this install by.
    anonymous_id: Option<String>,
    /// When the stats last went along as an event.
    telemetry_at: Option<u64>,
    status: EngineStatus,
}

impl Engine {
    /// A machine in its first state. `store_bytes` is what all batches together may hold.
    pub fn new(
        settings: Arc<Settings>,
        storage: &'static str,
        store_bytes: u64,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            consent: settings.consent,
            remote: None,
            batches: Batches::new(settings.batch_max_age_ms, store_bytes),
            delivery: Delivery::new(settings.intakes.clone()),
            schedule: Schedule::new(settings.configuration.upload.clone()),
            clock: ServerClock::default(),
            rum: Machine::default(),
            mapping: Mapping::new(settings.mapped_events.clone()),
            session_events: SessionEvents::default(),
            anonymous_id: None,
            telemetry_at: None,
            status: EngineStatus {
                storage,
                ..EngineStatus::default()
            },
            settings,
            entropy,
        }
    }

    /// Folds one command in.
    pub fn handle(&mut self, command: Command, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.batches
            .seal_opened_before(now.mono_ms.saturating_sub(limits::BATCH_SPAN_MS));
        match command {
            Command::Recovered {
                batches,
                unreadable,
            } => {
                // Nobody knows what was in them.
                let rum = self.status.track_mut(Track::Rum);
                rum.recovered += unreadable;
                self.status
                    .drop_events(Track::Rum, "unreadable_batch", unreadable);
                for batch in &batches {
                    self.status.track_mut(batch.lane.track).recovered += u64::from(batch.events);
                }
                self.batches.recover(batches, now);
                self.settle_recovered(&mut effects);
            }
            Command::Locked(batches) => self.keep_locked(batches, now, &mut effects),
            Command::Torn(events) => {
                // As with the unreadable.
                self.status.track_mut(Track::Rum).recovered += events;
                self.status.drop_events(Track::Rum, "torn_event", events);
            }
            Command::Damaged(events) => {
                self.status.track_mut(Track::Rum).recovered += events;
                self.status
                    .drop_events(Track::Rum, "unreadable_event", events);
            }
            Command::ColdStart {
                document,
                install_id,
            } => {
                self.cold_start(document, install_id, now, &mut effects);
                self.tell_rum(now, &mut effects, |rum, env, out| rum.pass(None, env, out));
            }
            Command::AnonymousId(stored) => self.set_anonymous_id(stored, &mut effects),
            Command::Finish(mut call, stamp) => {
                self.settings.redaction.call(&mut call);
                self.tell_rum(now, &mut effects, |rum, env, out| {
                    rum.finish(&call, &stamp, env, out);
                });
            }
            Command::Rum(mut command, stamp) => {
                self.settings.redaction.command(&mut command);
                self.tell_rum(now, &mut effects, |rum, env, out| {
                    rum.fold(*command, &stamp, env, out);
                });
            }
            Command::Mapped(id, mapped) => self.mapped(id, mapped, now, &mut effects),
            Command::Clear => self.clear(&mut effects),
            Command::CallsUnderWay(calls) => self.tell_rum(now, &mut effects, |rum, env, out| {
                rum.pass(Some(calls), env, out);
            }),
            Command::Consent(consent) => self.set_consent(consent, now, &mut effects),
            Command::Flush => {
                self.write_views(now, &mut effects);
                self.hurry(now);
                self.delivery.retry_now();
                self.schedule.now();
            }
            Command::Conditions(conditions) => {
                let is_there = conditions.network != Network::None;
                self.remote_told(Told::Network(is_there), now, &mut effects);
                if self.schedule.set_conditions(conditions) {
                    self.delivery.network_is_back(self.entropy.as_ref(), now);
                }
            }
            Command::Background | Command::Foreground => {
                let is_background = matches!(command, Command::Background);
                let told = if is_background {
                    Told::Background
                } else {
                    Told::Foreground
                };
                self.remote_told(told, now, &mut effects);
                self.tell_rum(now, &mut effects, |rum, env, out| {
                    rum.moved(is_background, env, out);
                });
                if is_background {
                    self.write_views(now, &mut effects);
                }
                self.hurry(now);
                self.schedule.set_background(is_background, now);
                self.delivery.network_is_back(self.entropy.as_ref(), now);
            }
            Command::Tick => {
                self.tell_rum(now, &mut effects, |rum, env, out| rum.pass(None, env, out));
            }
            Command::Store => {
                self.tell_rum(now, &mut effects, |rum, env, out| rum.close(env, out));
            }
            Command::Shutdown => {
                self.tell_rum(now, &mut effects, |rum, env, out| rum.close(env, out));
                self.give_up_mapping("mapper_timeout", |_| true, &mut effects);
                self.mark(&mut effects);
                return effects;
            }
            Command::Uploading {
                bytes,
                events,
                superseded,
            } => self.uploading(bytes, events, superseded),
            Command::Uploaded(answer) => self.uploaded(&answer, now, &mut effects),
            Command::Pulled(answer) => self.pulled(answer, now, &mut effects),
            Command::CreateFailed { batch, why } => {
                if let Some((track, events)) = self.batches.discard_open(&batch) {
                    self.storage_failed(track, events);
                }
                self.status.last_storage_error = Some(why);
            }
            Command::AppendFailed { batch, events, why } => {
                if let Some(track) = self.batches.lose(&batch, events) {
                    self.storage_failed(track, events);
                    self.status.last_storage_error = Some(why);
                }
            }
            Command::StorageFailed { why } => self.status.last_storage_error = Some(why),
            Command::NothingToSend => self.nothing_to_send(&mut effects),
            Command::Halved { batch, halves } => {
                let instead_for = self.halved_for(&batch);
                self.delivery.give_up();
                self.delivery.forget(&batch);
                self.batches.replace(&batch, halves, instead_for);
            }
            Command::ReadFailed { batch, why } => {
                self.status.last_storage_error = Some(why);
                self.delivery.try_later(&batch, self.entropy.as_ref(), now);
            }
            Command::BatchUnreadable { batch, why } => {
                self.delivery.give_up();
                self.status.last_storage_error = Some(why);
                self.drop_batch(&batch, "unreadable_batch", &mut effects);
            }
        }
        self.expire_mapping(now, &mut effects);
        self.evict(now, &mut effects);
        self.remote_next(now, &mut effects);
        self.send_next(now, &mut effects);
        effects
    }

    /// Monotonic milliseconds at which a [`Command::Tick`] is due; none while there is nothing to wait for.
    pub fn wake_at(&self) -> Option<u64> {
        let rum_at = self.rum.wake_at(self.effective());
        let others = self.upload_at().into_iter().chain(self.remote_at());
        others.chain(rum_at).chain(self.mapping.due_at()).min()
    }

    /// When a try to send is due.
    fn upload_at(&self) -> Option<u64> {
        if self.disabled_by().is_some() {
            return None;
        }
        // The answer wakes.
        if self.delivery.under_way() {
            return None;
        }
        let earliest = self.schedule.earliest()?;
        Some(self.delivery.due_at(&self.batches)?.max(earliest))
    }

    /// How it is doing.
    pub fn status(&self) -> EngineStatus {
        let mut status = EngineStatus {
            intakes: self.delivery.status(),
            wake_ups: self.schedule.wake_ups(),
            hold: self.schedule.hold(),
            ..self.status.clone()
        };
        if let Some(remote) = &self.remote {
            remote.tell(&mut status.remote);
        }
        status.remote.disabled_by = self.disabled_by();
        if status.remote.disabled_by.is_some() {
            status.hold = Some(Hold::Disabled);
        }
        for track in Track::ALL {
            let (events, bytes) = self.mapping.waiting(track);
            let mut waiting = self.batches.waiting(track);
            waiting.events += events;
            waiting.bytes += bytes;
            status.track_mut(track).waiting = waiting;
        }
        status
    }

    /// Has every batch that may be sent been taken by every intake?
    pub fn is_idle(&self) -> bool {
        self.mapping.is_empty()
            && !self.delivery.is_wanted(&self.batches)
            && (!self.batches.is_hurried() || self.delivery.due_at(&self.batches).is_none())
    }

    /// Is there an event that is not stored, because a mapper has not answered?
    pub fn waits_for_mapper(&self) -> bool {
        !self.mapping.is_empty()
    }

    /// Does it wait for an answer?
    pub fn is_sending(&self) -> bool {
        self.delivery.under_way()
    }

    /// Does it wait for the remote document?
    pub fn is_pulling(&self) -> bool {
        self.remote
            .as_ref()
            .is_some_and(|remote| remote.is_pulling())
    }

    /// Do the intakes, the phone or a switch keep it from sending what is there?
    pub fn is_held_back(&self, now: Now) -> bool {
        self.mapping.is_empty()
            && !self.delivery.under_way()
            && self.upload_at().is_none_or(|at| at > now.mono_ms)
    }

    /// Who has switched everything off, if somebody has. Off beats on, and local beats remote.
    fn disabled_by(&self) -> Option<DisabledBy> {
        if !self.settings.configuration.enabled {
            return Some(DisabledBy::Local);
        }
        let remote = self.remote.as_ref()?;
        remote.is_off().then_some(DisabledBy::Remote)
    }

    /// The configuration with the remote document laid over it: what events say.
    fn effective(&self) -> &Configuration {
        effective(&self.settings, self.remote.as_deref())
    }

    /// Takes an event of any kind: into the open batch of its lane, or counted.
    fn record(&mut self, lane: Lane, payload: Vec<u8>, now: Now, effects: &mut Vec<Effect>) {
        // The app's thread may not have seen the switch yet.
        if self.disabled_by().is_some() {
            self.status.drop_events(lane.track, "disabled", 1);
            return;
        }
        if self.consent == Consent::Refused {
            self.status.drop_events(lane.track, "consent_refused", 1);
            return;
        }
        let trimmed = &mut self.status.track_mut(lane.track).trimmed;
        let Some(payload) = fit(payload, lane.track, trimmed) else {
            self.status.drop_events(lane.track, "event_too_large", 1);
            return;
        };
        let pending_consent = self.consent == Consent::Pending;
        let open = self.batches.open_for(lane, payload.len(), pending_consent);
        let batch = open.unwrap_or_else(|| {
            let batch = NewBatch {
                id: BatchId::random(self.entropy.as_ref()),
                created_wall_ms: now.wall_ms,
                lane,
                pending_consent,
            };
            self.batches.open(&batch, now);
            effects.push(Effect::Create(batch));
            batch.id
        });
        self.batches.appended(lane, payload.len());
        self.status.track_mut(lane.track).stored += 1;
        effects.push(Effect::Append { batch, payload });
    }

    /// What is there is to be sent now, with what waits for a mapper.
    fn hurry(&mut self, now: Now) {
        self.batches.hurry(now.mono_ms.saturating_add(1));
        self.mapping.hurry();
    }

    fn set_consent(&mut self, consent: Consent, now: Now, effects: &mut Vec<Effect>) {
        if consent == self.consent {
            return;
        }
        self.write_views(now, effects);
        self.batches.seal();
        self.consent = consent;
        if consent == Consent::Refused {
            self.give_up_mapping("consent_refused", |_| true, effects);
        }
        self.settle_pending(effects);
    }

    /// What waits for the user's word gets it.
    fn settle_pending(&mut self, effects: &mut Vec<Effect>) {
        match self.consent {
            Consent::Granted if self.batches.has_pending() => {
                self.batches.promote_pending();
                effects.push(Effect::PromotePending);
            }
            // Also when we know of none: some may wait for their key, or were left by another process.
            Consent::Refused => {
                for batch in self.batches.remove_pending() {
                    let events = batch.events.into();
                    self.status
                        .drop_events(batch.lane.track, "consent_refused", events);
                }
                effects.push(Effect::DeletePending);
            }
            Consent::Granted | Consent::Pending => {}
        }
    }

    /// The user may have decided, or the app may have other intakes, since an earlier process stored these.
    fn settle_recovered(&mut self, effects: &mut Vec<Effect>) {
        self.settle_pending(effects);
        let mut settled = self.batches.unfinished_halves(&self.delivery.keys());
        settled.extend(self.delivery.finished(&self.batches));
        for batch in settled {
            if let Some(sealed) = self.batches.remove(&batch) {
                // Their events are counted elsewhere: in the whole, or by the process that sent them.
                self.status.track_mut(sealed.lane.track).recovered -= u64::from(sealed.events);
                effects.push(Effect::Delete { batch });
            }
        }
        for whole in self
            .batches
            .sendable()
            .filter(|batch| batch.counted_elsewhere)
        {
            self.status.track_mut(whole.lane.track).recovered -= u64::from(whole.events);
        }
    }

    /// What waits for its key ages like all that waits, and takes its part of the store.
    fn keep_locked(&mut self, batches: Vec<StoredBatch>, now: Now, effects: &mut Vec<Effect>) {
        let (mut kept, mut events) = (0_u64, 0_u64);
        for (batch, reason) in self.batches.lock(batches, now) {
            let refused = batch.pending_consent && self.consent == Consent::Refused;
            let Some(reason) = reason.or(refused.then_some("consent_refused")) else {
                kept += 1;
                events += u64::from(batch.events);
                continue;
            };
            let track = batch.lane.track;
            self.status.track_mut(track).recovered += u64::from(batch.events);
            self.status.drop_events(track, reason, batch.events.into());
            effects.push(Effect::Delete { batch: batch.id });
        }
        if kept > 0 {
            let why = format!(
                "{kept} batches with {events} events are encrypted, and not with the key of this start; they wait for it"
            );
            log::warn!("handspan: {why}");
            self.status.last_storage_error = Some(why);
        }
    }

    /// Keeps the store within its bounds: too late for the intake, or too much for the phone.
    fn evict(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let busy = self.delivery.batch_under_way();
        while let Some((batch, reason)) = self.batches.next_to_evict(now, busy.as_ref()) {
            self.drop_batch(&batch, reason, effects);
        }
    }

    fn storage_failed(&mut self, track: Track, events: u32) {
        let events = u64::from(events);
        self.status.drop_events(track, "storage_failed", events);
        let stored = &mut self.status.track_mut(track).stored;
        *stored = stored.saturating_sub(events);
    }

    fn drop_batch(&mut self, batch: &BatchId, reason: &'static str, effects: &mut Vec<Effect>) {
        if let Some(sealed) = self.batches.remove(batch) {
            self.delivery.forget(batch);
            // What an intake refused is counted as that, once.
            if !sealed.refused && !sealed.counted_elsewhere {
                let events = sealed.events.into();
                self.status.drop_events(sealed.lane.track, reason, events);
            }
            effects.push(Effect::Delete { batch: *batch });
        }
    }
}

fn effective<'a>(settings: &'a Settings, remote: Option<&'a Remote>) -> &'a Configuration {
    let changed = remote.and_then(|remote| remote.changed());
    changed.unwrap_or(&settings.configuration)
}
