//! Long tasks and frozen frames, by `rum/long_task-schema.json`.

use serde_json::json;

use super::action::Child;
use super::attributes::Attributes;
use super::error::set_action;
use super::event::{set, whole};
use super::live::{LiveSession, Own, Teller};
use crate::limits;

impl LiveSession {
    pub(super) fn add_long_task(
        &mut self,
        duration_ns: u64,
        attributes: &Attributes,
        tell: &mut Teller<'_>,
    ) {
        let now = tell.now();
        let began = now.saturating_sub(duration_ns / 1_000_000);
        let Some(at) = self.view_now(tell) else {
            return self.drop_background(tell);
        };
        // What a tap has started blocks the thread from then on: it may have begun a moment before it was told of.
        let action = self.caused_by(now, Child::LongTask, tell);
        let own = Own::at(began, attributes);
        let Some(mut event) = self.child("long_task", at, own, tell) else {
            return;
        };
        let is_frozen = duration_ns >= limits::FROZEN_FRAME_NS;
        let fields = json!({
            "id": tell.env.uuid(),
            "duration": whole(duration_ns),
            "is_frozen_frame": is_frozen,
        });
        set(&mut event, "long_task", Some(fields));
        set_action(&mut event, action);
        tell.push("long_task", event);
        if let Some(view) = self.views.get_mut(at) {
            view.counts.long_task += 1;
            view.counts.frozen_frame += u64::from(is_frozen);
            view.is_dirty = true;
        }
    }
}
