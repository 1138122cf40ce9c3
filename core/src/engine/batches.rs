//! The open batches, one a lane at most, and the sealed ones: sizes, ages, order.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::status::{Made, Waiting};
use crate::batch::{BatchId, Lane, Priority, Track};
use crate::limits;
use crate::seams::clock::Now;
use crate::seams::storage::{NewBatch, StoredBatch};

/// A batch that grows no more.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    pub(super) id: BatchId,
    pub(super) events: u32,
    pub(super) bytes: u64,
    pub(super) created_wall_ms: u64,
    /// What is in it.
    pub(super) lane: Lane,
    /// When this process made it; none for what an earlier one left, bar what that dated later than now.
    created_mono_ms: Option<u64>,
    /// Since when this process has it.
    since_mono_ms: u64,
    /// Has an intake answered a try of this process?
    pub(super) tried: bool,
    /// Kept until the user agrees.
    pub(super) pending: bool,
    /// Keys of the intakes that are done with it.
    pub(super) delivered: Vec<String>,
    /// Has one of them refused it?
    pub(super) refused: bool,
    /// Has one of them taken it?
    pub(super) taken: bool,
    /// One of them gets it in halves, and with those its events are counted.
    pub(super) counted_elsewhere: bool,
    /// Events of it that they said they did not want, though they took it.
    pub(super) rejected: u64,
    /// Events of it that are not worth sending, as its last request had it.
    pub(super) superseded: u32,
}

impl Sealed {
    fn made(&self) -> Made {
        Made {
            wall_ms: self.created_wall_ms,
            mono_ms: self.created_mono_ms,
        }
    }

    /// No intake wants it any more, by a clock that cannot be wrong about it: the monotonic one for as long as this process
    /// has it, and the phone's wall clock against its own stamp. That may have been set since: whatever it says, an intake
    /// is asked first.
    fn is_too_old(&self, now: Now) -> bool {
        let is_late = |age_ms| age_ms > limits::BATCH_MAX_DELAY_MS;
        is_late(now.mono_ms.saturating_sub(self.since_mono_ms))
            || self.tried && is_late(self.made().age_ms(now))
    }

    fn stored(stored: StoredBatch, since_mono_ms: u64) -> Self {
        Self {
            id: stored.id,
            events: stored.events,
            bytes: stored.bytes,
            created_wall_ms: stored.created_wall_ms,
            lane: stored.lane,
            created_mono_ms: None,
            since_mono_ms,
            tried: false,
            pending: stored.pending_consent,
            taken: !stored.delivered.is_empty(),
            delivered: stored.delivered,
            refused: false,
            counted_elsewhere: false,
            rejected: 0,
            superseded: 0,
        }
    }
}

/// The ids of a batch's halves: always the same. An intake that gets halves while others still want the whole has a pair of
/// its own, so that each pair tells whom it is for.
pub(super) fn halves(batch: BatchId, instead_for: Option<&str>) -> [BatchId; 2] {
    let mut id = batch;
    for (place, byte) in (0..id.0.len())
        .cycle()
        .zip(instead_for.unwrap_or("").bytes())
    {
        if let Some(mixed) = id.0.get_mut(place) {
            *mixed ^= byte;
        }
    }
    [id.half(false), id.half(true)]
}

#[derive(Debug)]
struct Open {
    sealed: Sealed,
    opened_mono_ms: u64,
}

/// All batches that exist.
#[derive(Debug)]
pub(super) struct Batches {
    max_age_ms: u64,
    max_bytes: u64,
    /// Bytes of batches that nobody can read today: so much less room there is.
    locked_bytes: u64,
    /// What was opened before this monotonic time is to be sent without waiting until it is old enough.
    hurry_before: u64,
    open: BTreeMap<Lane, Open>,
    sealed: VecDeque<Sealed>,
}

impl Batches {
    pub(super) fn new(max_age_ms: u64, max_bytes: u64) -> Self {
        Self {
            max_age_ms,
            max_bytes,
            locked_bytes: 0,
            hurry_before: 0,
            open: BTreeMap::new(),
            sealed: VecDeque::new(),
        }
    }

    /// From now on a batch is due at this age.
    pub(super) fn set_max_age(&mut self, max_age_ms: u64) {
        self.max_age_ms = max_age_ms;
    }

    /// Batches of an earlier process go in front: they are older.
    pub(super) fn recover(&mut self, batches: Vec<StoredBatch>, now: Now) {
        for stored in batches.into_iter().rev() {
            // The clock was or is wrong: its age is counted from here, so that it is neither lost at once nor kept for good.
            let from_the_future = stored.created_wall_ms > now.wall_ms;
            self.sealed.push_front(Sealed {
                created_mono_ms: from_the_future.then_some(now.mono_ms),
                ..Sealed::stored(stored, now.mono_ms)
            });
        }
    }

    /// Batches that nobody can read today leave less room for the others, but half of it; answers why one of them must go.
    pub(super) fn lock(
        &mut self,
        mut batches: Vec<StoredBatch>,
        now: Now,
    ) -> Vec<(StoredBatch, Option<&'static str>)> {
        let room = self.max_bytes / 2;
        let mut bytes = 0_u64;
        batches.sort_by_key(|stored| std::cmp::Reverse(stored.created_wall_ms));
        let mut judge = |stored: &StoredBatch| {
            let age_ms = now.wall_ms.saturating_sub(stored.created_wall_ms);
            let with_it = bytes.saturating_add(stored.bytes);
            if age_ms > limits::BATCH_MAX_DELAY_MS {
                return Some("too_old");
            }
            if with_it > room {
                return Some("store_full");
            }
            bytes = with_it;
            None
        };
        let judged = batches
            .into_iter()
            .map(|stored| {
                let reason = judge(&stored);
                (stored, reason)
            })
            .collect();
        self.max_bytes -= bytes;
        self.locked_bytes += bytes;
        judged
    }

    /// Halves beside the batch that they were cut from, whose cutting was not finished: it still holds all of them for
    /// everybody. It was finished when the intake that they are for is done with the whole; then they are for no other.
    pub(super) fn unfinished_halves(&mut self, intake_keys: &[String]) -> Vec<BatchId> {
        let mut unfinished = HashSet::new();
        let mut finished = HashMap::new();
        for whole in &self.sealed {
            unfinished.extend(halves(whole.id, None));
            for key in intake_keys {
                for half in halves(whole.id, Some(key)) {
                    if whole.delivered.contains(key) {
                        finished.insert(half, (whole.id, key));
                    } else {
                        unfinished.insert(half);
                    }
                }
            }
        }
        let mut wholes = HashSet::new();
        for half in &mut self.sealed {
            if let Some((whole, for_key)) = finished.get(&half.id) {
                wholes.insert(*whole);
                let others = intake_keys.iter().filter(|key| key != for_key);
                half.delivered.extend(others.cloned());
            }
        }
        for whole in &mut self.sealed {
            whole.counted_elsewhere = wholes.contains(&whole.id);
        }
        self.sealed
            .iter()
            .map(|batch| batch.id)
            .filter(|id| unfinished.contains(id))
            .collect()
    }

    /// Halves in the place of a batch, or beside it where one intake alone gets them.
    pub(super) fn replace(
        &mut self,
        id: &BatchId,
        others: Vec<StoredBatch>,
        instead_for: Option<String>,
    ) {
        let Some(at) = self.sealed.iter().position(|batch| batch.id == *id) else {
            return;
        };
        let behind = self.sealed.split_off(at + 1);
        let Some(mut whole) = self.sealed.pop_back() else {
            return;
        };
        for stored in others {
            self.sealed.push_back(Sealed {
                refused: whole.refused,
                taken: whole.taken,
                counted_elsewhere: whole.counted_elsewhere,
                created_mono_ms: whole.created_mono_ms,
                ..Sealed::stored(stored, whole.since_mono_ms)
            });
        }
        if let Some(intake_key) = instead_for {
            whole.counted_elsewhere = true;
            whole.delivered.push(intake_key);
            self.sealed.push_back(whole);
        }
        self.sealed.extend(behind);
    }

    /// The lane's open batch, if an event of this size and consent fits in; else it is sealed.
    pub(super) fn open_for(&mut self, lane: Lane, bytes: usize, pending: bool) -> Option<BatchId> {
        let open = &self.open.get(&lane)?.sealed;
        let fits = open.bytes.saturating_add(bytes as u64) <= limits::BATCH_BYTES as u64
            && open.events < limits::BATCH_EVENTS
            && open.pending == pending;
        if fits {
            return Some(open.id);
        }
        if let Some(full) = self.open.remove(&lane) {
            self.sealed.push_back(full.sealed);
        }
        None
    }

    pub(super) fn open(&mut self, batch: &NewBatch, now: Now) {
        let sealed = Sealed {
            id: batch.id,
            events: 0,
            bytes: 0,
            created_wall_ms: batch.created_wall_ms,
            lane: batch.lane,
            created_mono_ms: Some(now.mono_ms),
            since_mono_ms: now.mono_ms,
            tried: false,
            pending: batch.pending_consent,
            delivered: Vec::new(),
            refused: false,
            taken: false,
            counted_elsewhere: false,
            rejected: 0,
            superseded: 0,
        };
        let open = Open {
            sealed,
            opened_mono_ms: now.mono_ms,
        };
        self.open.insert(batch.lane, open);
    }

    pub(super) fn appended(&mut self, lane: Lane, bytes: usize) {
        if let Some(open) = self.open.get_mut(&lane) {
            open.sealed.events += 1;
            open.sealed.bytes += bytes as u64;
        }
    }

    /// Seals what is open, the oldest first.
    pub(super) fn seal(&mut self) {
        self.seal_opened_before(u64::MAX);
    }

    /// Seals what was opened before this monotonic time, the oldest first.
    pub(super) fn seal_opened_before(&mut self, mono_ms: u64) {
        let mut old: Vec<Open> = self
            .open
            .extract_if(.., |_, open| open.opened_mono_ms < mono_ms)
            .map(|(_, open)| open)
            .collect();
        old.sort_by_key(|open| open.opened_mono_ms);
        self.sealed.extend(old.into_iter().map(|open| open.sealed));
    }

    /// What is open and was opened before this monotonic time is due. It is sealed when it can be sent, not before: until then
    /// it can grow, and each time that an app comes or goes would leave a batch.
    pub(super) fn hurry(&mut self, before_mono_ms: u64) {
        self.hurry_before = self.hurry_before.max(before_mono_ms);
    }

    /// Is an open batch to be sent without waiting until it is old enough?
    pub(super) fn is_hurried(&self) -> bool {
        let mut open = self.open.values();
        open.any(|open| !open.sealed.pending && open.opened_mono_ms < self.hurry_before)
    }

    /// When an open batch is due. What waits for consent waits for no clock.
    pub(super) fn due_at(&self) -> Option<u64> {
        if self.is_hurried() {
            return Some(0);
        }
        let sendable = self.open.values().filter(|open| !open.sealed.pending);
        let opened = sendable.map(|open| open.opened_mono_ms).min()?;
        Some(opened.saturating_add(self.max_age_ms))
    }

    /// Is an open batch to be sealed now?
    pub(super) fn is_due(&self, now: Now) -> bool {
        self.due_at().is_some_and(|due| due <= now.mono_ms)
    }

    /// Seals what is to hurry; else all when one is due: the radio is woken once, not once a lane.
    pub(super) fn seal_due(&mut self, now: Now) {
        if self.is_hurried() {
            self.seal_opened_before(self.hurry_before);
        } else if self.is_due(now) {
            self.seal();
        }
    }

    /// Sealed batches that may be sent, oldest first.
    pub(super) fn sendable(&self) -> impl Iterator<Item = &Sealed> {
        self.sealed.iter().filter(|batch| !batch.pending)
    }

    pub(super) fn get_mut(&mut self, id: &BatchId) -> Option<&mut Sealed> {
        self.sealed.iter_mut().find(|batch| batch.id == *id)
    }

    pub(super) fn remove(&mut self, id: &BatchId) -> Option<Sealed> {
        let at = self.sealed.iter().position(|batch| batch.id == *id)?;
        self.sealed.remove(at)
    }

    /// Forgets all of them; answers what they were. There is room for all again, also for what waited for its key.
    pub(super) fn remove_all(&mut self) -> Vec<Sealed> {
        self.seal();
        self.max_bytes += std::mem::take(&mut self.locked_bytes);
        std::mem::take(&mut self.sealed).into()
    }

    /// An open batch could not be made; answers what was to go into it.
    pub(super) fn discard_open(&mut self, id: &BatchId) -> Option<(Track, u32)> {
        let mut open = self.open.iter();
        let lane = *open.find(|(_, open)| open.sealed.id == *id)?.0;
        let events = self.open.remove(&lane)?.sealed.events;
        Some((lane.track, events))
    }

    /// Events did not get into their batch; answers of which track they were. None for a batch that is gone already, with
    /// its events.
    pub(super) fn lose(&mut self, id: &BatchId, events: u32) -> Option<Track> {
        let open = self.open.values_mut().map(|open| &mut open.sealed);
        let batch = open.chain(&mut self.sealed).find(|batch| batch.id == *id)?;
        batch.events = batch.events.saturating_sub(events);
        Some(batch.lane.track)
    }

    /// So many events could be read of a batch; answers how many are missing, and of which track, where they count.
    pub(super) fn found(&mut self, id: &BatchId, events: u32) -> Option<(Track, u32)> {
        let batch = self.get_mut(id)?;
        let missing = batch.events.saturating_sub(events);
        batch.events -= missing;
        (!batch.counted_elsewhere).then_some((batch.lane.track, missing))
    }

    pub(super) fn has_pending(&self) -> bool {
        self.sealed.iter().any(|batch| batch.pending)
    }

    pub(super) fn promote_pending(&mut self) {
        for batch in &mut self.sealed {
            batch.pending = false;
        }
    }

    /// Forgets what waits for consent; answers what that was.
    pub(super) fn remove_pending(&mut self) -> VecDeque<Sealed> {
        let (pending, rest) = std::mem::take(&mut self.sealed)
            .into_iter()
            .partition(|batch| batch.pending);
        self.sealed = rest;
        pending
    }

    fn all(&self) -> impl Iterator<Item = &Sealed> {
        let open = self.open.values().map(|open| &open.sealed);
        open.chain(&self.sealed)
    }

    /// What there is of a track, the open batches included.
    pub(super) fn waiting(&self, track: Track) -> Waiting {
        let mut waiting = Waiting::default();
        for batch in self.all().filter(|batch| batch.lane.track == track) {
            waiting.batches += 1;
            if !batch.counted_elsewhere {
                waiting.events += u64::from(batch.events);
            }
            waiting.bytes += batch.bytes;
            let made = batch.made();
            if waiting
                .oldest
                .is_none_or(|oldest| made.wall_ms < oldest.wall_ms)
            {
                waiting.oldest = Some(made);
            }
        }
        waiting
    }

    /// The next batch that must go, and why: the oldest one, errors and crashes after all others. The one being sent stays
    /// until its answer is there.
    pub(super) fn next_to_evict(
        &self,
        now: Now,
        busy: Option<&BatchId>,
    ) -> Option<(BatchId, &'static str)> {
        let mut free = self.sealed.iter().filter(|batch| Some(&batch.id) != busy);
        if let Some(batch) = free.clone().find(|batch| batch.is_too_old(now)) {
            return Some((batch.id, "too_old"));
        }
        let bytes: u64 = self.all().map(|batch| batch.bytes).sum();
        if bytes <= self.max_bytes && self.sealed.len() <= limits::BATCHES {
            return None;
        }
        free.clone()
            .find(|batch| batch.lane.priority == Priority::Usual)
            .or_else(|| free.next())
            .map(|batch| (batch.id, "store_full"))
    }
}
