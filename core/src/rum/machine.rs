//! The machine: what the app says, folded into the sessions that are alive. Pure: no I/O, no clock, no thread.
//!
//! Which session something belongs to is decided where it is said, on the app's threads ([`super::session`]); each message bears
//! its [`Stamp`]. A stamp with a later session than those that are known begins that session. Two are alive: the current one, and
//! the one before for what ends late.

use std::sync::Arc;

use super::attributes::{Attribute, merge, remove};
use super::call::FinishedCall;
use super::command::RumCommand;
use super::dispatch::stop_resource;
use super::event::{Env, Out, Phone};
use super::live::{LiveSession, Teller};
use super::log;
use super::resource;
use super::session::{Calls, Precondition, SessionFacts, Stamp, Stimulus};
use super::span;
use super::view::Identity;
use crate::config::Configuration;

/// Sessions, and what they have in common.
#[derive(Debug, Default)]
pub struct Machine {
    phone: Phone,
    calls: Calls,
    /// When the first session that was told of began: monotonic, milliseconds.
    app_started: Option<u64>,
    current: Option<LiveSession>,
    previous: Option<LiveSession>,
    /// The view that was active when the app ended its session.
    stopped_view: Option<Identity>,
    /// The view that was active when its session ended in the background: it goes on when the app comes back.
    waiting_view: Option<Identity>,
}

/// Where the app stands: what log lines and spans tell.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The session's active view, or the one that was left last: UUID, name and URL. None before the first.
    pub view: Option<(&'a str, &'a str, &'a str)>,
    /// UUID of the action in its window.
    pub action_id: Option<&'a str>,
    /// The app's, for every event.
    pub attributes: &'a [Attribute],
}

impl Machine {
    /// Something has happened.
    pub fn fold(&mut self, command: RumCommand, stamp: &Stamp, env: &Env<'_>, out: &mut Out) {
        self.app_started
            .get_or_insert(stamp.session.started.mono_ms);
        self.calls.begun = stamp.calls.begun;
        self.expire(env, out);
        self.calls = stamp.calls;
        let command = match command {
            RumCommand::SetAttributes { attributes } => {
                out.left_out += merge(&mut self.phone.attributes, attributes);
                return self.changed();
            }
            RumCommand::RemoveAttributes { names } => {
                remove(&mut self.phone.attributes, &names);
                return self.changed();
            }
            RumCommand::SetConnectivity(connectivity) => {
                self.phone.connectivity = Some(connectivity);
                return self.changed();
            }
            RumCommand::Log(line) => {
                let context = self.context(&stamp.session.id);
                let facts = &stamp.session;
                return out
                    .events
                    .push(log::told(&line, facts, &context, &self.phone, env));
            }
            RumCommand::FinishSpan(span) => {
                let context = self.context(&span.context.session_id);
                let person = &stamp.session.person;
                return out.events.extend(span::told(&span, person, &context, env));
            }
            command => command,
        };
        self.enter(&stamp.session, Stimulus::of(&command), env, out);
        let Self {
            phone,
            calls,
            app_started,
            current,
            previous,
            stopped_view,
            waiting_view,
        } = self;
        let tell = &mut Teller::new(env, phone, *calls, *app_started, out);
        if let RumCommand::StopResource { .. } | RumCommand::StopResourceWithError { .. } = command
        {
            let is_here = stop_resource(command, [current, previous], tell);
            if !is_here && stamp.session.kept && stamp.session.captures_resources {
                tell.drop("resource_never_started");
            }
            return;
        }
        let of_stamp = |live: &&mut LiveSession| live.facts.id == stamp.session.id;
        let mut alive = [current, previous].into_iter().flatten();
        let Some(session) = alive.find(of_stamp) else {
            return;
        };
        session.last_seen = session.last_seen.max(tell.now());
        if matches!(command, RumCommand::StopSession) {
            // Two threads may say so at once.
            *stopped_view = session.app_view().or(stopped_view.take());
            return session.stop(tell);
        }
        if matches!(command, RumCommand::StartView { .. }) {
            *waiting_view = None;
        }
        session.fold(command, tell);
    }

    /// A call has ended.
    pub fn finish(&mut self, call: &FinishedCall, stamp: &Stamp, env: &Env<'_>, out: &mut Out) {
        self.app_started
            .get_or_insert(stamp.session.started.mono_ms);
        // Until now it was under way: a window that waits for it is open, however late the thread hears of all that.
        let ended = u32::from(call.was_counted_as_begun());
        self.calls = Calls {
            ended: stamp.calls.ended.wrapping_sub(ended),
            ..stamp.calls
        };
        self.expire(env, out);
        self.calls = stamp.calls;
        let facts = &stamp.session;
        if facts.kept {
            self.enter(facts, Stimulus::Request, env, out);
        }
        let Self {
            phone,
            calls,
            app_started,
            current,
            previous,
            ..
        } = self;
        let of_stamp = |live: &&mut LiveSession| live.facts.id == facts.id && facts.kept;
        match [current, previous].into_iter().flatten().find(of_stamp) {
            Some(session) => {
                session.last_seen = session.last_seen.max(env.now.mono_ms);
                session.finish(
                    call,
                    &mut Teller::new(env, phone, *calls, *app_started, out),
                );
            }
            None => out.events.push(resource::alone(call, facts, env, phone)),
        }
    }

    /// Time has passed; so many calls have begun and ended by now.
    pub fn pass(&mut self, calls: Option<Calls>, env: &Env<'_>, out: &mut Out) {
        self.calls = calls.unwrap_or(self.calls);
        self.expire(env, out);
    }

    /// The app has gone to the background, or come back.
    pub fn moved(&mut self, to_background: bool, env: &Env<'_>, out: &mut Out) {
        self.expire(env, out);
        self.phone.is_background = to_background;
        let tell = &mut Teller::new(env, &self.phone, self.calls, self.app_started, out);
        if let Some(session) = &mut self.current {
            session.moved(to_background, tell);
            if !to_background && let Some(is) = self.waiting_view.take() {
                session.renew_view(is, tell.now(), tell);
            }
        }
    }

    /// Writes what views have to tell: a batch is about to go.
    pub fn write_dirty(&mut self, env: &Env<'_>, out: &mut Out) {
        self.expire(env, out);
        let tell = &mut Teller::new(env, &self.phone, self.calls, self.app_started, out);
        for session in [&mut self.previous, &mut self.current]
            .into_iter()
            .flatten()
        {
            session.write_dirty(tell);
        }
    }

    /// The core ends: what may still be caused is not waited for.
    pub fn close(&mut self, env: &Env<'_>, out: &mut Out) {
        self.expire(env, out);
        let tell = &mut Teller::new(env, &self.phone, self.calls, self.app_started, out);
        for session in [&mut self.previous, &mut self.current]
            .into_iter()
            .flatten()
        {
            session.end_action(tell.now(), tell);
            session.write_dirty(tell);
        }
    }

    /// Monotonic time at which something is to be written though nobody says a word; none while there is nothing.
    pub fn wake_at(&self, configuration: &Configuration) -> Option<u64> {
        let alive = [&self.current, &self.previous].into_iter().flatten();
        alive
            .filter_map(|session| session.action_closes_at(self.calls, configuration))
            .min()
    }

    /// Where the app stands in a session; the app's attributes alone in one that is not alive.
    pub fn context(&self, session_id: &str) -> Context<'_> {
        let mut alive = [&self.current, &self.previous].into_iter().flatten();
        let session = alive.find(|session| session.facts.id == session_id);
        let view = session.and_then(|session| {
            let active = session.active().and_then(|at| session.views.get(at));
            active.or(session.views.last())
        });
        Context {
            view: view.map(|view| (&*view.id, &*view.is.name, &*view.is.url)),
            action_id: session.and_then(|session| Some(&*session.action.as_ref()?.id)),
            attributes: &self.phone.attributes,
        }
    }

    /// The first that is told of a session which is over: a request was planned in it, and nothing else.
    fn enter_late(
        &mut self,
        facts: &Arc<SessionFacts>,
        over_at: u64,
        env: &Env<'_>,
        out: &mut Out,
    ) {
        let before = self.previous.as_ref().map(|live| live.facts.number);
        if before.is_some_and(|before| before > facts.number) {
            return;
        }
        let tell = &mut Teller::new(env, &self.phone, self.calls, self.app_started, out);
        if let Some(forgotten) = self.previous.take() {
            forgotten.forget(tell);
        }
        let mut session = LiveSession::begin(Arc::clone(facts));
        session.end(over_at, tell);
        self.previous = Some(session);
    }

    /// What every event bears has changed.
    fn changed(&mut self) {
        let current = self.current.as_mut();
        if let Some(view) = current.and_then(LiveSession::active_view) {
            view.is_dirty = true;
        }
    }

    fn expire(&mut self, env: &Env<'_>, out: &mut Out) {
        let tell = &mut Teller::new(env, &self.phone, self.calls, self.app_started, out);
        for session in [&mut self.previous, &mut self.current]
            .into_iter()
            .flatten()
        {
            session.expire_action(tell);
        }
    }

    /// Takes in what a stamp says of its session, and begins it where it is a new one.
    fn enter(
        &mut self,
        facts: &Arc<SessionFacts>,
        stimulus: Stimulus,
        env: &Env<'_>,
        out: &mut Out,
    ) {
        let alive = [&mut self.current, &mut self.previous].into_iter();
        let known = alive.flatten().find(|live| live.facts.id == facts.id);
        if let Some(session) = known {
            let may_again = facts.kept && !session.facts.kept;
            session.facts = Arc::clone(facts);
            if may_again {
                let tell = &mut Teller::new(env, &self.phone, self.calls, self.app_started, out);
                session.begin_anew(tell);
            }
            return;
        }
        if facts.is_stopped || facts.number == 0 {
            return;
        }
        if let Some(current) = &self.current
            && facts.number < current.facts.number
        {
            return self.enter_late(facts, current.facts.started.mono_ms, env, out);
        }
        let tell = &mut Teller::new(env, &self.phone, self.calls, self.app_started, out);
        if let Some(forgotten) = self.previous.take() {
            forgotten.forget(tell);
        }
        // After a stop the view is back when the user does something in it (both peers), not before.
        let stopped = self.stopped_view.take();
        let mut goes_on = stopped.filter(|_| stimulus == Stimulus::Action);
        if let Some(mut ended) = self.current.take() {
            let waits = self.waiting_view.take();
            goes_on = goes_on.or(ended.app_view()).or(waits);
            // After a night's sleep: it was looked at until it was last heard of.
            let at = match facts.precondition {
                Precondition::InactivityTimeout => ended.last_seen.min(facts.started.mono_ms),
                _ => facts.started.mono_ms,
            };
            ended.end(at, tell);
            self.previous = Some(ended);
        }
        let mut session = LiveSession::begin(Arc::clone(facts));
        let goes_on = goes_on.filter(|_| stimulus != Stimulus::View);
        // What happens in the background has a view of its own (dd-sdk-ios).
        if self.phone.is_background {
            self.waiting_view = goes_on;
        } else if let Some(is) = goes_on {
            session.renew_view(is, facts.started.mono_ms, tell);
        }
        self.current = Some(session);
    }
}

impl<'a> Teller<'a> {
    fn new(
        env: &'a Env<'a>,
        phone: &'a Phone,
        calls: Calls,
        app_started: Option<u64>,
        out: &'a mut Out,
    ) -> Self {
        Self {
            env,
            phone,
            calls,
            app_started: app_started.unwrap_or(env.now.mono_ms),
            out,
        }
    }
}
