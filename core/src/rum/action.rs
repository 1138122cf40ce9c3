//! Actions and their windows, by `rum/action-schema.json` and the rules of Datadog's SDKs (`RumActionScope`, `RUMUserActionScope`).

use serde_json::{Map, Value, json};

use super::attributes::{Attributes, merge};
use super::command::ActionKind;
use super::event::{ns, set};
use super::live::{LiveSession, Own, Teller};
use super::session::Calls;
use super::view::opens_views;
use crate::config::Configuration;
use crate::limits;

/// An action that may still cause something.
#[derive(Debug)]
pub(super) struct Action {
    /// UUID.
    pub(super) id: String,
    kind: ActionKind,
    name: String,
    attributes: Attributes,
    /// UUID of its view.
    view_id: String,
    /// Monotonic, milliseconds.
    started: u64,
    /// When it, or what it caused, was last heard of.
    last: u64,
    /// The app says when it ends.
    waits_for_stop: bool,
    /// What was under way when it began.
    calls: Calls,
    /// Resources by hand that began in it and have not ended.
    open: u32,
    caused: Caused,
}

/// What an action has caused.
#[derive(Debug, Clone, Copy, Default)]
struct Caused {
    error: u64,
    crash: u64,
    resource: u64,
    long_task: u64,
}

/// Something that an action may have caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Child {
    Resource,
    Error { is_crash: bool },
    LongTask,
}

impl Action {
    /// When its window closes, if nothing more comes.
    fn closes_at(&self, calls: Calls, configuration: &Configuration) -> u64 {
        let longest = self.started.saturating_add(longest_ms(configuration));
        if self.waits_for_stop || self.open > 0 || calls.are_under_way_since(self.calls) {
            return longest;
        }
        let quiet = self.last.saturating_add(limits::ACTION_QUIET_MS);
        quiet.min(longest)
    }

    fn is_frustrating(&self, configuration: &Configuration) -> bool {
        configuration.track_frustrations && self.kind == ActionKind::Tap && self.caused.error > 0
    }
}

fn longest_ms(configuration: &Configuration) -> u64 {
    match configuration.source.as_str() {
        "ios" => limits::ACTION_MAX_IOS_MS,
        _ => limits::ACTION_MAX_ANDROID_MS,
    }
}

impl LiveSession {
    pub(super) fn start_action(
        &mut self,
        kind: ActionKind,
        name: String,
        attributes: Attributes,
        waits_for_stop: bool,
        tell: &mut Teller<'_>,
    ) {
        let now = tell.now();
        let is_beside = self.action.is_some();
        if is_beside && (kind != ActionKind::Custom || waits_for_stop) {
            if self.facts.kept {
                tell.drop("action_dropped");
            }
            return;
        }
        let Some(view) = self.view_now(tell).and_then(|at| self.views.get(at)) else {
            return self.drop_background(tell);
        };
        let action = Action {
            id: tell.env.uuid(),
            kind,
            name,
            attributes,
            view_id: view.id.clone(),
            started: now,
            last: now,
            waits_for_stop,
            calls: tell.calls,
            open: 0,
            caused: Caused::default(),
        };
        if opens_views(kind) {
            self.last_interaction = Some(now);
        }
        if is_beside {
            // What the app calls an action is never lost to one of ours, and causes nothing beside it.
            self.write_action(&action, now, tell);
        } else {
            self.action = Some(action);
        }
    }

    pub(super) fn stop_action(
        &mut self,
        kind: Option<ActionKind>,
        name: Option<String>,
        attributes: Attributes,
        tell: &mut Teller<'_>,
    ) {
        let now = tell.now();
        let Some(action) = self.action.as_mut().filter(|action| action.waits_for_stop) else {
            return;
        };
        action.waits_for_stop = false;
        action.last = now;
        action.kind = kind.unwrap_or(action.kind);
        action.name = name.unwrap_or_else(|| std::mem::take(&mut action.name));
        tell.out.left_out += merge(&mut action.attributes, attributes);
        if opens_views(action.kind) {
            self.last_interaction = Some(now);
        }
    }

    /// The id of the action that has caused what began then and ends now, if there is one; it is counted.
    pub(super) fn caused_by(
        &mut self,
        began: u64,
        child: Child,
        tell: &Teller<'_>,
    ) -> Option<String> {
        // Its window has been open from its start until now.
        let mut action = self.action.as_mut();
        let action = action.take_if(|action| action.started <= began)?;
        action.last = action.last.max(tell.now());
        let caused = &mut action.caused;
        match child {
            Child::Resource => caused.resource += 1,
            Child::LongTask => caused.long_task += 1,
            Child::Error { is_crash } => {
                caused.error += 1;
                caused.crash += u64::from(is_crash);
            }
        }
        Some(action.id.clone())
    }

    /// A resource by hand begins; answers the id of the action that it keeps open.
    pub(super) fn resource_begins(&mut self, now: u64) -> Option<String> {
        let action = self.action.as_mut()?;
        action.last = action.last.max(now);
        action.open += 1;
        Some(action.id.clone())
    }

    /// It has ended, or never will.
    pub(super) fn resource_ends(&mut self, action_id: Option<&str>) {
        if let Some(action) = &mut self.action
            && action_id == Some(action.id.as_str())
        {
            action.open = action.open.saturating_sub(1);
        }
    }

    /// A call has ended that is none of the action's: it must not count for one of the action's own.
    pub(super) fn call_ended(&mut self, began: u64) {
        if let Some(action) = &mut self.action
            && began < action.started
        {
            action.calls.ended = action.calls.ended.wrapping_add(1);
        }
    }

    /// Closes a window whose time has come.
    pub(super) fn expire_action(&mut self, tell: &mut Teller<'_>) {
        let configuration = tell.env.configuration;
        let closes_at = self.action_closes_at(tell.calls, configuration);
        if closes_at.is_some_and(|at| at <= tell.now())
            && let Some(action) = self.action.take()
        {
            let longest = action.started.saturating_add(longest_ms(configuration));
            let ended = if action.waits_for_stop {
                longest
            } else {
                action.last.min(longest)
            };
            self.write_action(&action, ended, tell);
        }
    }

    pub(super) fn action_closes_at(
        &self,
        calls: Calls,
        configuration: &Configuration,
    ) -> Option<u64> {
        let action = self.action.as_ref()?;
        Some(action.closes_at(calls, configuration))
    }

    /// What it may still cause is of no matter any more.
    pub(super) fn end_action(&mut self, at: u64, tell: &mut Teller<'_>) {
        if let Some(action) = self.action.take() {
            let ended = if action.waits_for_stop {
                at
            } else {
                action.last
            };
            self.write_action(&action, ended, tell);
        }
    }

    fn write_action(&mut self, action: &Action, ended: u64, tell: &mut Teller<'_>) {
        let by_id = |view: &super::view::View| view.id == action.view_id;
        let Some(at) = self.views.iter().position(by_id) else {
            return;
        };
        let own = Own::at(action.started, &action.attributes);
        let Some(mut event) = self.child("action", at, own, tell) else {
            return;
        };
        let caused = action.caused;
        let is_frustrating = action.is_frustrating(tell.env.configuration);
        let mut fields = Map::new();
        set(&mut fields, "type", Some(kind_name(action.kind)));
        set(&mut fields, "id", Some(action.id.as_str()));
        set(&mut fields, "target", Some(json!({ "name": action.name })));
        let spent = ns(ended.saturating_sub(action.started)).max(1);
        set(&mut fields, "loading_time", Some(spent));
        for (name, count) in [
            ("error", caused.error),
            ("crash", caused.crash),
            ("resource", caused.resource),
            ("long_task", caused.long_task),
        ] {
            set(&mut fields, name, Some(json!({ "count": count })));
        }
        let frustration = is_frustrating.then(|| json!({ "type": ["error_tap"] }));
        set(&mut fields, "frustration", frustration);
        set(&mut event, "action", Some(fields));
        set_foreground(&mut event, tell);
        tell.push("action", event);
        if let Some(view) = self.views.get_mut(at) {
            view.counts.action += 1;
            view.counts.frustration += u64::from(is_frustrating);
            view.is_dirty = true;
        }
    }
}

/// On actions and errors.
pub(super) fn set_foreground(event: &mut Map<String, Value>, tell: &Teller<'_>) {
    if let Some(view) = super::event::part(event, "view") {
        set(view, "in_foreground", Some(!tell.phone.is_background));
    }
}

fn kind_name(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Tap => "tap",
        ActionKind::Click => "click",
        ActionKind::Scroll => "scroll",
        ActionKind::Swipe => "swipe",
        ActionKind::Back => "back",
        ActionKind::Custom => "custom",
    }
}
