//! A running core, as the app's threads see it: they plan and they enqueue, and never wait.

pub(crate) mod counters;
pub(crate) mod mapping;
pub(crate) mod queue;
pub mod registry;
pub(crate) mod shared;
pub(crate) mod snapshot;
mod stats;
mod status;

pub use stats::{IntakeStats, RemoteStats, Stats, TrackStats};
pub use status::Status;

use counters::Counters;
use mapping::Desk;
use queue::{Message, Queue};
use shared::Shared;
use snapshot::Snapshot;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use crate::batch::Track;
use crate::config::{Configuration, Consent, Refusal, RefusalCode, Settings, StartError, bounded};
use crate::engine::EngineStatus;
use crate::limits;
use crate::rum::call::{FinishedCall, Hop};
use crate::rum::command::{RumCommand, SpanContext};
use crate::rum::mapper::{MappableEvent, Mapped};
use crate::rum::person::{AccountInfo, Person, UserInfo};
use crate::rum::session::{Precondition, Session, Stamp, Stimulus};
use crate::rum::{headers, span};
use crate::seams::Seams;
use crate::seams::clock::Now;
use crate::trace::explain::{Explanation, explain};
use crate::trace::sampling::session_hash;
use crate::trace::{HopRequest, Plan, SessionIdentity, TraceSettings};
use crate::upload::UploadConditions;
use crate::worker;

/// What of it is left for the thread in any case, when a mapper has not answered.
const SHUTDOWN_LEAST: Duration = Duration::from_millis(200);
/// How long a crash is waited for: it takes milliseconds to store, and whoever died wants to be dead.
const CRASH_WAIT: Duration = Duration::from_millis(250);
/// How long `shutdown` waits for the thread: it has only files to write.
const SHUTDOWN_WAIT: Duration = Duration::from_secs(1);

/// A running core. Every method may be called from any thread.
pub struct Handspan {
    name: String,
    shared: Arc<Shared>,
}

/// A plan, and the session that it was made in.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What to do.
    pub plan: Plan,
    /// UUID of the session.
    pub session_id: String,
}

/// A plan, and why it is what it is.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The plan that the request would get now.
    pub planned: Planned,
    /// Why.
    pub explanation: Explanation,
}

impl Planned {
    /// The hop that followed this plan, for [`Handspan::finish`]. `status_code` is none while there is no response.
    pub fn hop(&self, url: String, status_code: Option<u16>) -> Hop {
        let plan = &self.plan;
        Hop {
            url,
            reason: plan.reason.as_str().to_owned(),
            traced: plan.traced,
            host_entry: plan.host_entry.as_deref().map(str::to_owned),
            trace_id: plan.trace_id,
            span_id: plan.span_id,
            sampled: plan.sampled,
            session_id: self.session_id.clone(),
            rule_psr: plan.rule_psr,
            headers: plan
                .headers()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            status_code,
            ..Hop::default()
        }
    }
}

impl Handspan {
    /// Starts a core and its thread. If one of the same instance name runs already, that one is returned and says so in its
    /// status.
    pub fn start(configuration: Configuration) -> Result<Arc<Self>, StartError> {
        Self::start_by(configuration, |settings| Seams::system(&settings.network))
    }

    /// The same with a clock, entropy and transport of the caller's.
    pub fn start_with(configuration: Configuration, seams: Seams) -> Result<Arc<Self>, StartError> {
        Self::start_by(configuration, |_| seams)
    }

    fn start_by(
        configuration: Configuration,
        seams: impl FnOnce(&Settings) -> Seams,
    ) -> Result<Arc<Self>, StartError> {
        registry::find_or_start(&configuration.instance.clone(), move || {
            let name = configuration.instance.clone();
            let (settings, refusals) = configuration.validate()?;
            let seams = seams(&settings);
            Self::spawn(name, settings, refusals, seams)
        })
        .map(|(core, started)| {
            if !started {
                core.shared.counters.refuse(Refusal::new(
                    "instance",
                    &core.name,
                    RefusalCode::AlreadyStarted,
                    "a core of this name runs already and is used; shut it down first to start with another configuration",
                ));
            }
            core
        })
    }

    fn spawn(
        name: String,
        settings: Settings,
        refusals: Vec<Refusal>,
        seams: Seams,
    ) -> Result<Arc<Self>, StartError> {
        let refusals = bounded(refusals);
        for refusal in &refusals {
            log::warn!("handspan: {refusal}");
        }
        let now = seams.clock.now();
        let session = Session::first(seams.entropy.as_ref(), now);
        let (queue, messages) = Queue::new();
        let shared = Arc::new(Shared {
            snapshot: ArcSwap::from_pointee(Snapshot::new(&settings, session)),
            last_interaction_mono_ms: AtomicU64::new(now.mono_ms),
            app_interacts: AtomicBool::new(false),
            was_used: AtomicBool::new(false),
            calls_begun: AtomicU32::new(0),
            calls_ended: AtomicU32::new(0),
            keep_until_mono_ms: AtomicU64::new(0),
            counters: Counters::new(refusals),
            engine: ArcSwap::from_pointee(EngineStatus::default()),
            conditions: AtomicU8::new(UploadConditions::default().bits()),
            captured_headers: settings.captured_headers.clone(),
            mappers: Desk::default(),
            stopped: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            queue,
            seams,
        });
        worker::spawn(settings, Arc::clone(&shared), messages)
            .map_err(|error| StartError::Thread(error.to_string()))?;
        Ok(Arc::new(Self { name, shared }))
    }

    /// What to do with a request that is about to go on the wire. `session_id` overrides the current session: a later hop
    /// stays in the session of its call. One that is no UUID is ignored.
    pub fn plan(&self, request: &HopRequest<'_>, session_id: Option<&str>) -> Planned {
        if session_id.is_none() {
            self.shared.calls_begun.fetch_add(1, Ordering::Relaxed);
        }
        self.plan_then(request, session_id, |_, _, _, planned| planned)
    }

    /// Why a request is or is not traced: the plan that it would get, as data and in words.
    pub fn explain(&self, request: &HopRequest<'_>, session_id: Option<&str>) -> Explained {
        self.plan_then(
            request,
            session_id,
            |settings, session, request, planned| Explained {
                explanation: explain(settings, session, request, &planned.plan),
                planned,
            },
        )
    }

    /// Plans, and hands over what the plan was made from: the settings, whose request it is, and the request, which is to be
    /// kept where all are.
    fn plan_then<R>(
        &self,
        request: &HopRequest<'_>,
        session_id: Option<&str>,
        then: impl FnOnce(&TraceSettings, &SessionIdentity<'_>, &HopRequest<'_>, Planned) -> R,
    ) -> R {
        let now = self.shared.seams.clock.now();
        let snapshot = self.shared.snapshot_for(Stimulus::Request, now);
        let given = session_id.and_then(|id| Some((id, session_hash(id)?)));
        let (id, hash) = given.unwrap_or((&snapshot.session.id, snapshot.session.hash));
        let session = SessionIdentity {
            id,
            hash,
            user_id: snapshot.person.user_id.as_ref().map(|id| &id.in_baggage),
            account_id: snapshot.person.account_id.as_ref().map(|id| &id.in_baggage),
        };
        let keep_until = self.shared.keep_until_mono_ms.load(Ordering::Relaxed);
        // A trace that began earlier keeps the decision that its first hop told.
        let begins = request.ids.sampled.is_none();
        let request = HopRequest {
            keep: request.keep || (begins && now.mono_ms < keep_until),
            ..*request
        };
        let entropy = &self.shared.seams.entropy;
        let seconds = u32::try_from(now.wall_ms / 1000).unwrap_or(u32::MAX);
        let settings = &snapshot.trace;
        let planned = Planned {
            plan: crate::trace::plan(settings, &session, &request, seconds, &mut || {
                entropy.next_u64()
            }),
            session_id: id.to_owned(),
        };
        then(settings, &session, &request, planned)
    }

    /// Keeps every trace that begins within the next `duration`, whatever the rates say; at most a day. Zero ends it.
    pub fn keep_traces_for(&self, duration: Duration) {
        let most = Duration::from_secs(limits::KEEP_MAX_S.into());
        let millis = u64::try_from(duration.min(most).as_millis()).unwrap_or_default();
        let until = match millis {
            0 => 0,
            millis => self.shared.seams.clock.now().mono_ms + millis,
        };
        self.shared
            .keep_until_mono_ms
            .store(until, Ordering::Relaxed);
    }

    /// Who uses the app, from the next request and the next event on. None: nobody.
    pub fn set_user(&self, user: Option<impl Into<UserInfo>>) {
        let mut user: Option<UserInfo> = user.map(Into::into);
        if let Some(user) = &mut user {
            let trimmed = user.bound();
            self.shared.counters.trim(Track::Rum, &trimmed);
        }
        self.change_person(|person| person.with_user(user.clone()));
    }

    /// The account that the app is used under, as [`set_user`](Self::set_user).
    pub fn set_account(&self, account: Option<impl Into<AccountInfo>>) {
        let mut account: Option<AccountInfo> = account.map(Into::into);
        if let Some(account) = &mut account {
            let trimmed = account.bound();
            self.shared.counters.trim(Track::Rum, &trimmed);
        }
        self.change_person(|person| person.with_account(account.clone()));
    }

    fn change_person(&self, change: impl Fn(&Person) -> Person) {
        self.shared
            .update(|snapshot| snapshot.with_person(change(&snapshot.person)));
    }

    /// Something happened, so long ago: what was said before the core was there is told with its age. Returns at once, except with
    /// a crash, which is waited for until it is stored, at most 250 ms.
    pub fn record(&self, mut command: RumCommand, age: Duration) {
        let now = self.shared.seams.clock.now();
        let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        let at = Now {
            wall_ms: now.wall_ms.saturating_sub(age_ms),
            mono_ms: now.mono_ms.saturating_sub(age_ms),
        };
        let snapshot = self.shared.snapshot_for(Stimulus::of(&command), at);
        let Some(session) = snapshot.facts() else {
            return;
        };
        let is_crash = matches!(&command, RumCommand::AddError(error) if error.is_crash);
        let bounded = command.bound();
        self.shared.counters.trim(command.track(), &bounded.trimmed);
        let stops = matches!(command, RumCommand::StopSession);
        let message = Message::Rum {
            command: Box::new(command),
            stamp: Stamp {
                session,
                calls: self.shared.calls(),
            },
            at,
        };
        if is_crash {
            // The process dies next, and what is in the queue with it. A full one must not cost what matters most.
            self.shared.queue.force(message);
            // Stored or not, the app's own handlers come next.
            self.store(CRASH_WAIT);
        } else if !stops {
            self.push(message, bounded.bytes);
        } else if !snapshot.session.is_stopped {
            // As with consent: a full queue must not overrule it.
            self.shared.queue.force(message);
            let next = snapshot
                .session
                .stopped(self.shared.seams.entropy.as_ref(), at);
            self.shared.replace_session(&snapshot, next);
        }
    }

    /// Waits until what was told is stored; what waits for a mapper is, when that has answered.
    fn store(&self, timeout: Duration) {
        let (done, stored) = std::sync::mpsc::channel();
        self.shared.queue.force(Message::Stored(done));
        let _ = stored.recv_timeout(timeout);
    }

    /// Puts something into the queue that is counted when it can't be taken.
    fn push(&self, message: Message, bytes: usize) {
        let is_call = matches!(message, Message::Finish { .. });
        let track = message.track();
        if let Err(reason) = self.shared.queue.push(message, bytes) {
            if !is_call && track == Track::Rum {
                Counters::add(&self.shared.counters.recorded, 1);
            }
            self.shared.counters.drop_events(track, reason, 1);
        }
    }

    /// Begins a span of the app's own: its ids and its decision. With a parent it belongs to the parent's trace. None while
    /// nothing is recorded.
    pub fn start_span(&self, parent: Option<&SpanContext>) -> Option<SpanContext> {
        let now = self.shared.seams.clock.now();
        let snapshot = self.shared.snapshot_for(Stimulus::Rest, now);
        let session = snapshot.facts()?;
        if snapshot.trace.off.is_some() {
            return None;
        }
        let seconds = u32::try_from(now.wall_ms / 1000).unwrap_or(u32::MAX);
        let entropy = &self.shared.seams.entropy;
        let trace = &snapshot.trace;
        let mut span = span::start(
            parent,
            &session.id,
            snapshot.session.hash,
            [trace.session_rate, trace.trace_rate],
            seconds,
            &mut || entropy.next_u64(),
        );
        // As of a request: a trace that begins while all are kept is kept.
        let keep_until = self.shared.keep_until_mono_ms.load(Ordering::Relaxed);
        span.sampled |= parent.is_none() && now.mono_ms < keep_until;
        Some(span)
    }

    /// Deletes what is stored and not sent, and the ids of this install.
    pub fn clear_all_data(&self) {
        self.shared.queue.force(Message::Clear);
    }

    /// Names of the headers that a call's report should carry, lower-case.
    pub fn captured_header_names(&self) -> Vec<String> {
        self.shared.captured_headers.clone()
    }

    /// The next event that waits for a mapper of the app. Waits for one at most `timeout`.
    pub fn next_event_to_map(&self, timeout: Duration) -> Option<MappableEvent> {
        self.shared.mappers.next(timeout)
    }

    /// What the mapper made of an event; none: it is dropped.
    pub fn event_mapped(&self, id: u64, mut mapped: Option<Mapped>) {
        if let Some(mapped) = &mut mapped {
            let trimmed = mapped.bound();
            self.shared.counters.trim(Track::Rum, &trimmed);
        }
        // Never dropped: there is one for each event that waits, and those are bounded.
        let mapped = mapped.map(Box::new);
        self.shared.queue.force(Message::Mapped(id, mapped));
    }

    /// Reports a call that has ended.
    pub fn finish(&self, mut call: FinishedCall) {
        if call.was_counted_as_begun() {
            self.shared.calls_ended.fetch_add(1, Ordering::Relaxed);
        }
        let snapshot = self.shared.snapshot.load();
        let Some(session) = snapshot.records(call.session_id(), call.is_forced()) else {
            return;
        };
        headers::keep_captured(&self.shared.captured_headers, &mut call.request_headers);
        headers::keep_captured(&self.shared.captured_headers, &mut call.response_headers);
        let trimmed = call.bound();
        self.shared.counters.trim(Track::Rum, &trimmed);
        Counters::add(&self.shared.counters.recorded, 1);
        let bytes = call.bytes();
        let message = Message::Finish {
            call: Box::new(call),
            stamp: Stamp {
                session,
                calls: self.shared.calls(),
            },
            at: self.shared.seams.clock.now(),
        };
        self.push(message, bytes);
    }

    /// The user has decided. Injection stops or starts with the next request, recording with the next call.
    pub fn set_tracking_consent(&self, consent: Consent) {
        self.shared
            .update(|snapshot| snapshot.with_consent(consent));
        // Never dropped: a full queue must not overrule the user.
        self.shared.queue.force(Message::Consent(consent));
    }

    /// Seals the open batch, sends what waits, and waits at most `timeout`: true when every intake has taken all of it. Lifts
    /// our own delay after a failed try; an intake's `Retry-After` stands, and then the answer is false at once.
    pub fn flush(&self, timeout: Duration) -> bool {
        let (done, answer) = std::sync::mpsc::channel();
        self.shared.queue.force(Message::Flush(done));
        answer.recv_timeout(timeout).unwrap_or(false)
    }

    /// The state of the phone, at the start and whenever it changes: it decides whether, and how often, anything is sent.
    pub fn set_upload_conditions(&self, conditions: UploadConditions) {
        // Platforms tell the same again and again: the thread sleeps on.
        let bits = conditions.bits();
        if self.shared.conditions.swap(bits, Ordering::Relaxed) != bits {
            self.shared.queue.force(Message::Conditions(conditions));
        }
    }

    /// The app has gone to the background. What was recorded is sealed, and what waits is tried for about five seconds; from
    /// then on the radio is woken at the background's interval. Returns at once; [`flush`](Self::flush) tells when it is done.
    pub fn enter_background(&self) {
        let now = self.shared.seams.clock.now();
        if !self.shared.was_used.swap(true, Ordering::Relaxed) {
            self.shared
                .update(|snapshot| snapshot.with_precondition(Precondition::BackgroundLaunch));
        }
        self.shared.queue.force(Message::Background(true, now));
    }

    /// The app is back in the foreground. After more than 30 s in the background the remote document is asked for again.
    pub fn enter_foreground(&self) {
        let now = self.shared.seams.clock.now();
        self.shared.snapshot_for(Stimulus::Foreground, now);
        self.shared.queue.force(Message::Background(false, now));
    }

    /// How the core is doing.
    pub fn status(&self) -> Status {
        let snapshot = self.shared.snapshot.load();
        Status::new(&snapshot, &self.shared)
    }

    /// What became of the events.
    pub fn stats(&self) -> Stats {
        Stats::new(&self.shared)
    }

    /// Counts a panic that a door has caught.
    pub(crate) fn count_internal_error(&self) {
        Counters::add(&self.shared.counters.internal_errors, 1);
    }

    /// Stops the thread when all that was recorded is stored, and leaves the registry. Requests are still planned, nothing
    /// is recorded any more.
    pub fn shutdown(&self) {
        let until = Instant::now() + SHUTDOWN_WAIT;
        // Mappers see what is to be stored while they can.
        self.store(SHUTDOWN_WAIT);
        self.shared.mappers.close();
        // From here on a start under this name makes another core, which waits for this one's folder.
        self.shared.closing.store(true, Ordering::Relaxed);
        let (done, answer) = std::sync::mpsc::channel();
        self.shared.queue.force(Message::Stop(done));
        let left = until.saturating_duration_since(Instant::now());
        if answer.recv_timeout(left.max(SHUTDOWN_LEAST)).is_err()
            && !self.shared.stopped.load(Ordering::Relaxed)
        {
            log::warn!("handspan: the thread has not stopped within a second");
        }
        registry::remove(&self.name, self);
    }

    /// Does it work, and will it go on?
    pub(crate) fn is_alive(&self) -> bool {
        !self.shared.closing.load(Ordering::Relaxed) && !self.shared.stopped.load(Ordering::Relaxed)
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Drop for Handspan {
    fn drop(&mut self) {
        self.shared
            .queue
            .force(Message::Stop(std::sync::mpsc::channel().0));
    }
}
