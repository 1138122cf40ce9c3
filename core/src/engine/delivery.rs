//! Which batch goes where, and when: one exchange at a time, each intake with its own delays.

mod halves;

use std::collections::HashMap;

use super::batches::{Batches, Sealed};
use super::{Effect, Engine, IntakeStatus};
use crate::batch::BatchId;
use crate::limits;
use crate::seams::clock::Now;
use crate::seams::entropy::{Entropy, uuid_v4};
use crate::seams::transport::{HttpAnswer, TransportError};
use crate::upload::{Intake, Verdict, backoff_ms, judge};

/// First and longest delay after a failure.
const DELAYS: (u64, u64) = (limits::RETRY_BASE_MS, limits::RETRY_MAX_MS);

/// State of every intake.
#[derive(Debug)]
pub(super) struct Delivery {
    intakes: Vec<IntakeState>,
    under_way: Option<(BatchId, usize)>,
}

#[derive(Debug)]
struct IntakeState {
    intake: Intake,
    status: IntakeStatus,
    /// It was the intake that asked for the delay, not a network that did not reach it.
    asked_to_wait: bool,
    /// Monotonic time until which its last `Retry-After` keeps everybody away.
    asked_until_mono_ms: u64,
    /// Batches that it could not cope with, though it was there.
    strikes: HashMap<BatchId, Strikes>,
}

/// Why an intake is done with a batch.
enum Done {
    /// It has taken it, but for so many events.
    Taken { rejected: u64 },
    /// There was nothing in it that it has an address for.
    Passed,
    /// It will never take it.
    Refused(&'static str),
}

#[derive(Debug, Default)]
struct Strikes {
    count: u32,
    /// What the intake had taken when the last one was counted.
    taken: u64,
}

impl Delivery {
    pub(super) fn new(intakes: Vec<Intake>) -> Self {
        let intakes = intakes
            .into_iter()
            .map(|intake| IntakeState {
                status: IntakeStatus {
                    key: intake.key(),
                    ..IntakeStatus::default()
                },
                intake,
                asked_to_wait: false,
                asked_until_mono_ms: 0,
                strikes: HashMap::new(),
            })
            .collect();
        Self {
            intakes,
            under_way: None,
        }
    }

    pub(super) fn status(&self) -> Vec<IntakeStatus> {
        self.intakes
            .iter()
            .map(|intake| intake.status.clone())
            .collect()
    }

    pub(super) fn keys(&self) -> Vec<String> {
        let intakes = self.intakes.iter();
        intakes.map(|intake| intake.status.key.clone()).collect()
    }

    /// A batch is gone.
    pub(super) fn forget(&mut self, batch: &BatchId) {
        for intake in &mut self.intakes {
            intake.strikes.remove(batch);
        }
    }

    pub(super) fn under_way(&self) -> bool {
        self.under_way.is_some()
    }

    pub(super) fn batch_under_way(&self) -> Option<BatchId> {
        self.under_way.map(|(batch, _)| batch)
    }

    /// The exchange under way comes to nothing.
    pub(super) fn give_up(&mut self) {
        self.under_way = None;
    }

    /// The exchange under way could not be made for want of something on the phone: its intake rests as after a failure. No
    /// intake failed on the batch, but others go first: should it never be readable, it holds none of them up.
    pub(super) fn try_later(&mut self, batch: &BatchId, entropy: &dyn Entropy, now: Now) {
        let Some((_, index)) = self.under_way.take() else {
            return;
        };
        if let Some(intake) = self.intakes.get_mut(index) {
            intake.strikes.entry(*batch).or_default();
            intake.rest(None, false, entropy.next_u64(), now);
        }
    }

    /// Somebody asked to send now: our own delays are forgotten, the count of failures is not, nor what an intake asked for.
    pub(super) fn retry_now(&mut self) {
        for intake in &mut self.intakes {
            intake.status.not_before_mono_ms = intake.asked_until_mono_ms;
        }
    }

    /// There is a network again, or the app is: delays for which the network was to blame are forgotten, but for a moment, so
    /// that the phones of one train do not come as one when it leaves its tunnel.
    pub(super) fn network_is_back(&mut self, entropy: &dyn Entropy, now: Now) {
        for intake in &mut self.intakes {
            if !intake.asked_to_wait && intake.status.not_before_mono_ms > now.mono_ms {
                let moment = backoff_ms(DELAYS, 0, entropy.next_u64());
                intake.status.not_before_mono_ms = intake
                    .status
                    .not_before_mono_ms
                    .min(now.mono_ms.saturating_add(moment));
            }
        }
    }

    /// Monotonic time at which something is to be sent: a sealed batch as soon as its intake may be tried, an open one also not
    /// before it is old enough. None while there is nothing to send.
    pub(super) fn due_at(&self, batches: &Batches) -> Option<u64> {
        let sealed = self
            .intakes
            .iter()
            .filter(|intake| batches.sendable().any(|batch| intake.wants(batch)))
            .map(|intake| intake.status.not_before_mono_ms)
            .min();
        let ready = self
            .intakes
            .iter()
            .map(|intake| intake.status.not_before_mono_ms)
            .min();
        let open = batches.due_at().and_then(|due| Some(due.max(ready?)));
        sealed.into_iter().chain(open).min()
    }

    fn next(&self, batches: &Batches, now: Now) -> Option<(BatchId, usize)> {
        // A batch that an intake has failed on waits behind those it has not seen: it must not hold them up.
        self.next_unseen(batches, now)
            .or_else(|| self.ready(batches, now, true))
    }

    fn next_unseen(&self, batches: &Batches, now: Now) -> Option<(BatchId, usize)> {
        self.ready(batches, now, false)
    }

    /// The first batch that an intake can be sent now; `again`: of those that it has failed on.
    fn ready(&self, batches: &Batches, now: Now, again: bool) -> Option<(BatchId, usize)> {
        batches.sendable().find_map(|batch| {
            let intake = self.intakes.iter().position(|intake| {
                intake.wants(batch)
                    && intake.status.not_before_mono_ms <= now.mono_ms
                    && intake.strikes.contains_key(&batch.id) == again
            })?;
            Some((batch.id, intake))
        })
    }

    /// Does any intake wait for a batch that may be sent?
    pub(super) fn is_wanted(&self, batches: &Batches) -> bool {
        batches.sendable().any(|batch| !self.all_done(batch))
    }

    /// Batches that some intake has taken and that none of today's wants. One that nobody has taken stays: the app may
    /// start with an intake again.
    pub(super) fn finished(&self, batches: &Batches) -> Vec<BatchId> {
        batches
            .sendable()
            .filter(|batch| !batch.delivered.is_empty() && self.all_done(batch))
            .map(|batch| batch.id)
            .collect()
    }

    fn all_done(&self, batch: &Sealed) -> bool {
        !self.intakes.iter().any(|intake| intake.wants(batch))
    }
}

impl IntakeState {
    /// It has failed, or could not be asked: not again before our own delay and what it asked for are over. Both: after the
    /// same `Retry-After` the phones must not all come back at once.
    fn rest(&mut self, after_ms: Option<u64>, asked_to_wait: bool, random: u64, now: Now) {
        let asked_ms = after_ms.unwrap_or_default();
        let delay = backoff_ms(DELAYS, self.status.failures, random).saturating_add(asked_ms);
        self.status.failures = self.status.failures.saturating_add(1);
        self.status.not_before_mono_ms = now.mono_ms.saturating_add(delay);
        self.asked_to_wait = asked_to_wait;
        self.asked_until_mono_ms = now.mono_ms.saturating_add(asked_ms);
    }

    fn wants(&self, batch: &Sealed) -> bool {
        !batch.delivered.contains(&self.status.key)
    }

    /// The intake answered that it failed. Is it this batch that it fails on? It is when, time and again, others were taken
    /// in between. 429 and 503 speak of the intake alone.
    fn strike(&mut self, batch: &BatchId, answer: &HttpAnswer) -> bool {
        if !(matches!(answer.status, 408 | 500..=599)) || matches!(answer.status, 503 | 511) {
            return false;
        }
        let taken = self.status.taken;
        let strikes = self.strikes.entry(*batch).or_default();
        if strikes.count == 0 || taken > strikes.taken {
            strikes.count += 1;
            strikes.taken = taken;
        }
        strikes.count >= limits::POISON_STRIKES
    }
}

impl Engine {
    pub(super) fn send_next(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.delivery.under_way() {
            return;
        }
        let due_at = self.delivery.due_at(&self.batches);
        let is_due = self.disabled_by().is_none() && due_at.is_some_and(|due| due <= now.mono_ms);
        if !is_due || !self.schedule.allows(now) {
            self.schedule.rest(now, due_at);
            return;
        }
        if !self.schedule.is_awake() {
            self.add_telemetry(now, effects);
            self.schedule.wake(now);
            // All that waits goes in one. A batch that this very command has opened took over from a full one: it has time.
            self.batches.hurry(now.mono_ms);
        }
        // What is sealed goes first. As long as that does not get through, nothing else need be sealed.
        if self.delivery.next_unseen(&self.batches, now).is_none() {
            if self.batches.is_due(now) {
                self.write_views(now, effects);
            }
            self.batches.seal_due(now);
        }
        if let Some((batch, intake)) = self.delivery.next(&self.batches, now) {
            self.delivery.under_way = Some((batch, intake));
            effects.push(Effect::Upload {
                batch,
                intake,
                request_id: uuid_v4(self.entropy.as_ref()),
                timeout_ms: self.schedule.timeout_ms(now),
            });
        }
    }

    /// A request of the exchange under way was made, of so many events that could be read.
    pub(super) fn uploading(&mut self, bytes: u64, events: u32, superseded: u32) {
        let batch = self.delivery.batch_under_way();
        if let Some((track, missing)) = batch.and_then(|batch| self.batches.found(&batch, events)) {
            self.status
                .drop_events(track, "unreadable_event", missing.into());
        }
        if let Some(batch) = batch.and_then(|batch| self.batches.get_mut(&batch)) {
            batch.superseded = superseded;
            let track = self.status.track_mut(batch.lane.track);
            track.requests += 1;
            track.bytes_sent += bytes;
        }
    }

    pub(super) fn uploaded(
        &mut self,
        answer: &Result<HttpAnswer, TransportError>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some((batch, index)) = self.delivery.under_way.take() else {
            return;
        };
        let random = self.entropy.next_u64();
        let Some(intake) = self.delivery.intakes.get_mut(index) else {
            return;
        };
        let said = match answer {
            Ok(answer) => answer.status.to_string(),
            Err(error) => error.to_string(),
        };
        intake.status.last_answer = Some(said.clone());
        self.status.last_answer = Some(said.clone());
        let verdict = judge(&intake.intake, answer, now.wall_ms);
        let track = self.batches.get_mut(&batch).map(|batch| {
            // A network that does not reach the intake has not asked it.
            batch.tried |= !matches!(
                verdict,
                Verdict::Retry {
                    asked_to_wait: false,
                    ..
                }
            );
            self.status.track_mut(batch.lane.track)
        });
        // Nor does a batch that is to be cut count as done: cutting may fail time and again.
        if !matches!(verdict, Verdict::Retry { .. } | Verdict::Split { .. }) {
            intake.status.failures = 0;
        }
        if let Some(track) = track {
            track.last_answer = Some(said);
            track.retries += u64::from(matches!(verdict, Verdict::Retry { .. }));
        }
        match verdict {
            Verdict::Taken { rejected } => {
                intake.status.taken += 1;
                if let Ok(answer) = answer {
                    self.clock.learn(answer, now);
                }
                self.delivered(&batch, index, Done::Taken { rejected }, effects);
            }
            Verdict::Split { why } => {
                log::info!("handspan: a batch is cut in two: {why}");
                self.split(&batch, index, effects);
            }
            Verdict::Drop { reason, why } => {
                log::warn!("handspan: the intake refuses a batch for good: {why}");
                self.delivered(&batch, index, Done::Refused(reason), effects);
            }
            Verdict::Retry {
                after_ms,
                asked_to_wait,
                why,
            } => {
                log::info!("handspan: an upload failed and is tried again: {why}");
                let poison = answer
                    .as_ref()
                    .is_ok_and(|answer| intake.strike(&batch, answer));
                intake.rest(after_ms, asked_to_wait, random, now);
                if poison {
                    log::warn!("handspan: a batch is given up, others were taken meanwhile: {why}");
                    self.delivered(&batch, index, Done::Refused("poison_batch"), effects);
                }
            }
        }
    }

    /// Nothing in the batch is of the kind that its intake takes: then that is done with it too.
    pub(super) fn nothing_to_send(&mut self, effects: &mut Vec<Effect>) {
        if let Some((batch, index)) = self.delivery.under_way.take() {
            self.delivered(&batch, index, Done::Passed, effects);
        }
    }

    fn delivered(&mut self, id: &BatchId, index: usize, done: Done, effects: &mut Vec<Effect>) {
        let Some(batch) = self.batches.get_mut(id) else {
            return;
        };
        let Some(intake) = self.delivery.intakes.get_mut(index) else {
            return;
        };
        let intake_key = intake.status.key.clone();
        intake.strikes.remove(id);
        batch.delivered.push(intake_key.clone());
        let track = batch.lane.track;
        let events = u64::from(batch.events);
        match done {
            Done::Taken { rejected } => {
                batch.taken = true;
                batch.rejected = batch.rejected.saturating_add(rejected);
            }
            Done::Passed => intake.status.passed += 1,
            Done::Refused(reason) => {
                // Two intakes that refuse a batch lose its events once.
                if !std::mem::replace(&mut batch.refused, true) && !batch.counted_elsewhere {
                    self.status.drop_events(track, reason, events);
                }
            }
        }
        if !self.delivery.all_done(batch) {
            effects.push(Effect::MarkDelivered {
                batch: *id,
                intake_key,
            });
            return;
        }
        if batch.refused || batch.counted_elsewhere {
            // Counted already, or counted there.
        } else if batch.taken {
            let superseded = u64::from(batch.superseded).min(events);
            let rejected = batch.rejected.min(events - superseded);
            let counts = self.status.track_mut(track);
            counts.superseded += superseded;
            counts.sent += events - superseded - rejected;
            self.status
                .drop_events(track, "rejected_by_intake", rejected);
        } else {
            self.status.drop_events(track, "no_address", events);
        }
        self.batches.remove(id);
        effects.push(Effect::Delete { batch: *id });
    }
}
