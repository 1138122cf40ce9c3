//! A session that is alive in the machine: its views, its open action, its resources by hand.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::action::Action;
use super::attributes::Attribute;
use super::event::{self, Common, Env, Event, Out, Phone, part, set};
use super::manual::OpenResource;
use super::session::{Calls, Precondition, SessionFacts, application_launch_view_id};
use super::view::{BACKGROUND_VIEW, Identity, LAUNCH_VIEW, Origin, View};
use crate::batch::Priority;
use crate::limits;

/// What a session needs of the machine while it folds something in.
pub(super) struct Teller<'a> {
    pub(super) env: &'a Env<'a>,
    pub(super) phone: &'a Phone,
    pub(super) calls: Calls,
    /// Monotonic, milliseconds.
    pub(super) app_started: u64,
    pub(super) out: &'a mut Out,
}

impl Teller<'_> {
    pub(super) fn now(&self) -> u64 {
        self.env.now.mono_ms
    }

    /// Something that would have been an event is none.
    pub(super) fn drop(&mut self, reason: &'static str) {
        self.out.dropped.push((reason, false));
    }

    pub(super) fn push(&mut self, kind: &'static str, body: Map<String, Value>) {
        let priority = if kind == "error" {
            Priority::High
        } else {
            Priority::Usual
        };
        self.out.events.push(Event {
            kind,
            priority,
            body,
            was_counted: false,
        });
    }
}

/// A session and what is known of it.
#[derive(Debug)]
pub(super) struct LiveSession {
    pub(super) facts: Arc<SessionFacts>,
    /// In the order of their starts; at most one is active.
    pub(super) views: Vec<View>,
    pub(super) action: Option<Action>,
    pub(super) resources: Vec<OpenResource>,
    /// When the user last did something that opens views.
    pub(super) last_interaction: Option<u64>,
    /// When something was last told of it.
    pub(super) last_seen: u64,
    /// Views were forgotten: the first that is known was not the first.
    has_forgotten: bool,
    /// The app has ended it.
    is_stopped: bool,
    /// When it ended: what still comes ended late.
    over_at: Option<u64>,
}

/// What an event adds to the common part.
pub(super) struct Own<'a> {
    pub(super) attributes: &'a [Attribute],
    /// Monotonic, milliseconds: its date.
    pub(super) at: u64,
    pub(super) context: Map<String, Value>,
}

impl<'a> Own<'a> {
    pub(super) fn at(at: u64, attributes: &'a [Attribute]) -> Self {
        Self {
            attributes,
            at,
            context: Map::new(),
        }
    }
}

impl LiveSession {
    pub(super) fn begin(facts: Arc<SessionFacts>) -> Self {
        Self {
            last_seen: facts.started.mono_ms,
            facts,
            views: Vec::new(),
            action: None,
            resources: Vec::new(),
            last_interaction: None,
            has_forgotten: false,
            is_stopped: false,
            over_at: None,
        }
    }

    /// It is over: so is what is open in it.
    pub(super) fn end(&mut self, at: u64, tell: &mut Teller<'_>) {
        self.over_at = self.over_at.or(Some(at));
        self.end_view(at, tell);
    }

    /// The view that the app has started and not stopped: what goes on in the next session.
    pub(super) fn app_view(&self) -> Option<Identity> {
        let mut views = self.views.iter();
        let active = views.find(|view| view.is_active() && view.origin == Origin::App)?;
        Some(active.is.clone())
    }

    pub(super) fn active(&self) -> Option<usize> {
        self.views.iter().position(View::is_active)
    }

    pub(super) fn active_view(&mut self) -> Option<&mut View> {
        self.views.iter_mut().find(|view| view.is_active())
    }

    pub(super) fn start_view(&mut self, is: Identity, at: u64, tell: &mut Teller<'_>) {
        self.end_view(at, tell);
        let mut view = begun_view(is, at, tell);
        view.led_to_by(self.last_interaction);
        self.add_view(view, tell);
    }

    /// A view of the session before goes on in this one, as another.
    pub(super) fn renew_view(&mut self, is: Identity, at: u64, tell: &mut Teller<'_>) {
        self.end_view(at, tell);
        let mut view = begun_view(is, at, tell);
        view.is_renewed = self.facts.precondition != Precondition::ExplicitStop;
        self.add_view(view, tell);
    }

    /// The user, or a switch, allows it again: what was told meanwhile is nobody's to know. What is looked at begins now.
    pub(super) fn begin_anew(&mut self, tell: &mut Teller<'_>) {
        let now = tell.now();
        let goes_on = self.app_view();
        self.views.clear();
        self.resources.clear();
        (self.action, self.last_interaction) = (None, None);
        match goes_on {
            Some(is) => self.renew_view(is, now, tell),
            None if tell.phone.is_background => {}
            None => {
                let is = Identity::ours(LAUNCH_VIEW);
                let id = tell.env.uuid();
                let view = View::start(id, Origin::Launch, is, now, false, tell.env);
                self.add_view(view, tell);
            }
        }
    }

    /// Ends what is active, with its action.
    pub(super) fn end_view(&mut self, at: u64, tell: &mut Teller<'_>) {
        self.end_action(at, tell);
        if let Some(active) = self.active() {
            if let Some(view) = self.views.get_mut(active) {
                view.end(at);
            }
            self.write_view(active, tell);
        }
    }

    /// The app says so. Its views tell it.
    pub(super) fn stop(&mut self, tell: &mut Teller<'_>) {
        self.is_stopped = true;
        let last = self.views.len().checked_sub(1);
        let had_active = self.active().is_some();
        self.end(tell.now(), tell);
        if let Some(last) = last.filter(|_| !had_active) {
            self.write_view(last, tell);
        }
    }

    /// Nobody can add to it any more: its views tell the last that is known, what is open is lost.
    pub(super) fn forget(mut self, tell: &mut Teller<'_>) {
        self.end_view(self.last_seen, tell);
        self.write_dirty(tell);
        if self.facts.kept {
            for _ in &self.resources {
                tell.drop("resource_never_stopped");
            }
        }
    }

    pub(super) fn write_dirty(&mut self, tell: &mut Teller<'_>) {
        for at in 0..self.views.len() {
            if self.views.get(at).is_some_and(|view| view.is_dirty) {
                self.write_view(at, tell);
            }
        }
    }

    fn add_view(&mut self, view: View, tell: &mut Teller<'_>) {
        // Behind those that began before it: the launch view may be found out late.
        let at = self
            .views
            .iter()
            .position(|known| known.started > view.started);
        let at = at.unwrap_or(self.views.len());
        self.views.insert(at, view);
        self.write_view(at, tell);
        if self.views.len() > limits::ENDED_VIEWS + 1 {
            self.has_forgotten = true;
            if self.views.first().is_some_and(|view| view.is_dirty) {
                self.write_view(0, tell);
            }
            self.views.remove(0);
        }
    }

    /// The view that something belongs to which happens now; none where it belongs to none.
    pub(super) fn view_now(&mut self, tell: &mut Teller<'_>) -> Option<usize> {
        self.active().or_else(|| self.view_at(tell.now(), tell))
    }

    /// The view that something belongs to which began then; none where it belongs to none.
    pub(super) fn view_at(&mut self, began: u64, tell: &mut Teller<'_>) -> Option<usize> {
        let is_in = |view: &View| view.started <= began && view.ended.is_none_or(|end| began < end);
        if let Some(at) = self.views.iter().rposition(is_in) {
            return Some(at);
        }
        let goes_on = self.over_at.is_none();
        if goes_on && tell.phone.is_background && self.active().is_none() {
            return self.background_view(began, tell);
        }
        // Between two views of the app: the one that was left.
        let is_before = |view: &View| view.started <= began && view.origin != Origin::Background;
        if let Some(at) = self.views.iter().rposition(is_before) {
            return Some(self.reopened(at, began));
        }
        let launch = |view: &View| view.origin == Origin::Launch;
        if let Some(at) = self.views.iter().position(launch) {
            return Some(self.reopened(at, began));
        }
        // Before the first: it was not, where that went on from another session or where earlier ones are forgotten.
        let first = self.views.first();
        let was_first = |view: &View| view.origin == Origin::App && !view.is_renewed;
        if first.is_some_and(|view| self.has_forgotten || !was_first(view)) {
            return Some(0);
        }
        self.launch_view(began, tell)
    }

    /// The launch view goes on when the app comes back before it has started a view.
    fn reopened(&mut self, at: usize, began: u64) -> usize {
        let is_last = !self
            .views
            .iter()
            .any(|view| view.origin == Origin::App || view.is_active());
        if let Some(view) = self.views.get_mut(at)
            && view.origin == Origin::Launch
            && is_last
            && self.over_at.is_none()
        {
            view.reopen(began);
        }
        at
    }

    fn launch_view(&mut self, began: u64, tell: &mut Teller<'_>) -> Option<usize> {
        let id = application_launch_view_id(&self.facts.id);
        let started = self.facts.started.mono_ms.min(began);
        let is = Identity::ours(LAUNCH_VIEW);
        let mut view = View::start(id, Origin::Launch, is, started, false, tell.env);
        let first = self.views.first().map(|view| view.started);
        if let Some(end) = first.or(self.over_at) {
            view.end(end);
        }
        self.add_view(view, tell);
        let mut views = self.views.iter();
        views.position(|view| view.origin == Origin::Launch)
    }

    fn background_view(&mut self, began: u64, tell: &mut Teller<'_>) -> Option<usize> {
        if !tell.env.configuration.track_background_events {
            return None;
        }
        let id = tell.env.uuid();
        let is = Identity::ours(BACKGROUND_VIEW);
        let left = self.views.iter().filter_map(|view| view.ended).max();
        let started = began.max(left.unwrap_or(self.facts.started.mono_ms));
        let view = View::start(id, Origin::Background, is, started, true, tell.env);
        self.add_view(view, tell);
        self.active()
    }

    /// The app has gone to the background, or come back.
    pub(super) fn moved(&mut self, to_background: bool, tell: &mut Teller<'_>) {
        let now = tell.now();
        if to_background {
            // There may be no later.
            self.end_action(now, tell);
        }
        let Some(view) = self.active_view() else {
            return;
        };
        // What we have started ends with what it stands for (dd-sdk-ios).
        let is_over = match view.origin {
            Origin::App => false,
            Origin::Launch => to_background,
            Origin::Background => !to_background,
        };
        if is_over {
            self.end_view(now, tell);
        } else if to_background {
            view.leave_foreground(now);
        } else {
            view.enter_foreground(now);
        }
    }

    /// The app does not want to know what happens in the background.
    pub(super) fn drop_background(&self, tell: &mut Teller<'_>) {
        if self.facts.kept {
            tell.drop("background_event");
        }
    }

    /// Writes the next update of a view; of a session that is not recorded it stays to be written.
    pub(super) fn write_view(&mut self, at: usize, tell: &mut Teller<'_>) {
        if !self.facts.kept || !tell.env.may_record {
            return;
        }
        let Some(view) = self.views.get_mut(at) else {
            return;
        };
        let (own, version) = view.update(tell.env.now.mono_ms);
        let common = Common {
            env: tell.env,
            phone: tell.phone,
            session: &self.facts,
            view: (&view.id, &view.is.name, &view.is.url),
            attributes: [&view.is.attributes, &[]],
            date: view.date,
            own_context: Map::new(),
        };
        let mut event = event::begin("view", common);
        if let Some(fields) = part(&mut event, "view") {
            fields.extend(own);
        }
        if let Some(fields) = part(&mut event, "session") {
            set(fields, "is_active", Some(!self.is_stopped));
        }
        if let Some(fields) = part(&mut event, "_dd") {
            set(fields, "document_version", Some(version));
        }
        set(&mut event, "feature_flags", view.flags());
        tell.push("view", event);
    }

    /// An event in a view, without its own part; none where the session is not recorded.
    pub(super) fn child(
        &self,
        kind: &'static str,
        view: usize,
        own: Own<'_>,
        tell: &Teller<'_>,
    ) -> Option<Map<String, Value>> {
        if !self.facts.kept {
            return None;
        }
        let view = self.views.get(view)?;
        let common = Common {
            env: tell.env,
            phone: tell.phone,
            session: &self.facts,
            view: (&view.id, &view.is.name, &view.is.url),
            attributes: [&view.is.attributes, own.attributes],
            date: tell.env.wall_at(own.at),
            own_context: own.context,
        };
        Some(event::begin(kind, common))
    }
}

/// A view of the app's that begins.
fn begun_view(is: Identity, at: u64, tell: &Teller<'_>) -> View {
    let (id, background) = (tell.env.uuid(), tell.phone.is_background);
    View::start(id, Origin::App, is, at, background, tell.env)
}
