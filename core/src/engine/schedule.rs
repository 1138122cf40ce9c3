//! When the radio may be woken, and for how long it is used.
//!
//! While anything is being sent the radio is awake, and all that waits goes: every batch, to every intake. Then it sleeps until
//! something is due, and no sooner than the policy's interval allows. While the phone's state forbids sending there is no timer
//! at all: the platform's next word wakes.

use crate::limits;
use crate::seams::clock::Now;
use crate::upload::{Hold, Network, UploadConditions, UploadPolicy};

#[derive(Debug)]
pub(super) struct Schedule {
    policy: UploadPolicy,
    conditions: UploadConditions,
    background: bool,
    /// Since when, while it is awake.
    awake_since: Option<u64>,
    /// When it last went to sleep; none where the interval does not count: nothing was sent yet, or somebody asked to send now.
    slept_at: Option<u64>,
    /// How often it was woken.
    wake_ups: u64,
}

impl Schedule {
    pub(super) fn new(policy: UploadPolicy) -> Self {
        Self {
            policy,
            conditions: UploadConditions::default(),
            background: false,
            awake_since: None,
            slept_at: None,
            wake_ups: 0,
        }
    }

    /// From now on this policy holds.
    pub(super) fn set_policy(&mut self, policy: UploadPolicy) {
        self.policy = policy;
    }

    /// The platform tells of the phone. True when what waits may go now and could not before.
    pub(super) fn set_conditions(&mut self, conditions: UploadConditions) -> bool {
        let before = std::mem::replace(&mut self.conditions, conditions);
        let freed = self.policy.hold(before).is_some() && self.hold().is_none();
        // On a network that costs nothing nobody waits for the interval of one that does.
        if freed || conditions.network != Network::Metered && before.network == Network::Metered {
            self.now();
        }
        freed
    }

    /// The app has come or gone.
    pub(super) fn set_background(&mut self, background: bool, now: Now) {
        self.background = background;
        // Its time in the background begins here.
        self.awake_since = self.awake_since.map(|_| now.mono_ms);
        self.now();
    }

    /// The next wake-up may be at once.
    pub(super) fn now(&mut self) {
        self.slept_at = None;
    }

    pub(super) fn hold(&self) -> Option<Hold> {
        self.policy.hold(self.conditions)
    }

    pub(super) fn wake_ups(&self) -> u64 {
        self.wake_ups
    }

    pub(super) fn is_awake(&self) -> bool {
        self.awake_since.is_some()
    }

    /// Monotonic time from which a try may be made; none while the phone's state forbids it.
    pub(super) fn earliest(&self) -> Option<u64> {
        if self.hold().is_some() {
            return None;
        }
        let asleep = self.awake_since.is_none();
        let interval = self.policy.interval_ms(self.conditions, self.background);
        Some(match self.slept_at.filter(|_| asleep) {
            Some(slept_at) => slept_at.saturating_add(interval),
            None => 0,
        })
    }

    /// May a try be made now?
    pub(super) fn allows(&self, now: Now) -> bool {
        self.earliest()
            .is_some_and(|earliest| earliest <= now.mono_ms)
            && self.left_ms(now) > 0
    }

    pub(super) fn wake(&mut self, now: Now) {
        self.awake_since = Some(now.mono_ms);
        self.wake_ups += 1;
    }

    /// Nothing can be sent now; the next thing will be at `next`. In the background a try that is due within this wake-up's
    /// time keeps it awake.
    pub(super) fn rest(&mut self, now: Now, next: Option<u64>) {
        let stays = self.background
            && self.hold().is_none()
            && next.is_some_and(|next| next.saturating_sub(now.mono_ms) < self.left_ms(now));
        if self.is_awake() && !stays {
            self.awake_since = None;
            self.slept_at = Some(now.mono_ms);
        }
    }

    /// How long an exchange that starts now may take, milliseconds.
    pub(super) fn timeout_ms(&self, now: Now) -> u64 {
        self.left_ms(now)
            .clamp(limits::BACKGROUND_LEAST_MS, limits::HTTP_TIMEOUT_MS)
    }

    /// What is left of the time of this wake-up: bounded in the background alone.
    fn left_ms(&self, now: Now) -> u64 {
        if !self.background {
            return u64::MAX;
        }
        let since = self.awake_since.unwrap_or(now.mono_ms);
        limits::BACKGROUND_TRY_MS.saturating_sub(now.mono_ms.saturating_sub(since))
    }
}
