//! What the app says, folded into its sessions; what comes of it, stored and counted.

use super::{Effect, Engine, effective};
use crate::batch::{Lane, Track};
use crate::config::Consent;
use crate::rum::event::{Env, Out};
use crate::rum::machine::Machine;
use crate::seams::clock::Now;

impl Engine {
    /// Tells the machine something, and takes the events that come of it.
    pub(super) fn tell_rum(
        &mut self,
        now: Now,
        effects: &mut Vec<Effect>,
        tell: impl FnOnce(&mut Machine, &Env<'_>, &mut Out),
    ) {
        let may_record = self.disabled_by().is_none() && self.consent != Consent::Refused;
        let env = Env {
            configuration: effective(&self.settings, self.remote.as_deref()),
            entropy: self.entropy.as_ref(),
            now: Now {
                wall_ms: self.clock.wall_ms(now),
                ..now
            },
            clock_offset_ms: self.clock.offset_ms(now),
            may_record,
            captured_headers: &self.settings.captured_headers,
            anonymous_id: self.anonymous_id.as_deref(),
        };
        let mut out = Out::default();
        tell(&mut self.rum, &env, &mut out);
        for (reason, was_counted) in out.dropped {
            self.status.track_mut(Track::Rum).made += u64::from(!was_counted);
            self.status.drop_events(Track::Rum, reason, 1);
        }
        let trimmed = &mut self.status.track_mut(Track::Rum).trimmed;
        trimmed.add("attribute_too_many", out.left_out);
        for event in out.events {
            let track = event.track();
            self.status.track_mut(track).made += u64::from(!event.was_counted);
            if track == Track::Rum && !self.session_events.takes(&event.body) {
                self.status.drop_events(track, "session_full", 1);
                continue;
            }
            let lane = Lane {
                track,
                priority: event.priority,
            };
            self.take(lane, event.kind, event.body, now, effects);
        }
    }

    /// Views that have changed tell it now, once for all that has changed: a batch is about to be sealed.
    pub(super) fn write_views(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.tell_rum(now, effects, |rum, env, out| rum.write_dirty(env, out));
    }
}
