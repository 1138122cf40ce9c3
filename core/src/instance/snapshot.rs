//! What a plan reads: immutable, swapped whole.

use std::sync::Arc;

use crate::config::{Consent, Settings};
use crate::rum::person::Person;
use crate::rum::session::{Session, SessionFacts};
use crate::trace::{Rate, Reason, TraceSettings, session_hash};

/// Hosts, rates and session at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) trace: Arc<TraceSettings>,
    pub(crate) session: Session,
    pub(crate) inspect: bool,
    pub(crate) person: Person,
    /// The session before this one: calls that began in it may still end.
    previous: Option<Ended>,
    /// Session rate of the next session; the current one keeps its own, in `trace`.
    next_session_rate: Rate,
    consent: Consent,
    /// False when the app says off: nothing remote can undo that.
    enabled: bool,
    remote: RemoteWord,
    has_intake: bool,
}

/// What the remote document in force says, beside what a plan reads.
#[derive(Debug, Clone)]
pub(crate) struct RemoteWord {
    /// False: everything off.
    pub(crate) enabled: bool,
    /// False: calls are traced and not recorded.
    pub(crate) captures_resources: bool,
    /// Its version; none where there is no document.
    pub(crate) version: Option<Arc<str>>,
}

/// A session that is over.
#[derive(Debug, Clone)]
struct Ended {
    id: String,
    sample_rate: f64,
}

impl Snapshot {
    pub(crate) fn new(settings: &Settings, session: Session) -> Self {
        Self {
            trace: Arc::new(settings.trace.clone()),
            session,
            previous: None,
            person: Person::default(),
            inspect: settings.configuration.inspect,
            next_session_rate: settings.trace.session_rate,
            consent: settings.consent,
            enabled: settings.configuration.enabled,
            remote: RemoteWord {
                enabled: true,
                captures_resources: true,
                version: None,
            },
            has_intake: !settings.intakes.is_empty(),
        }
    }

    /// The session of a call that has ended, if it is recorded: its own, which may be over, or the current one. A `forced`
    /// call is recorded in a session that is not kept too.
    pub(crate) fn records(&self, session_id: Option<&str>, forced: bool) -> Option<SessionFacts> {
        let captures = self.is_on() && self.remote.captures_resources;
        if !self.has_intake || !captures || self.consent == Consent::Refused {
            return None;
        }
        let sample_rate = match (session_id, &self.previous) {
            (Some(id), Some(previous)) if previous.id == id => previous.sample_rate,
            _ => self.trace.session_rate.percent(),
        };
        let facts = SessionFacts {
            id: session_id.unwrap_or(&self.session.id).to_owned(),
            sample_rate,
            person: self.person.clone(),
            remote_version: self.remote.version.clone(),
        };
        let hash = session_hash(&facts.id)?;
        (forced || Rate::new(facts.sample_rate).keeps(hash)).then_some(facts)
    }

    /// Is the current session kept?
    pub(crate) fn session_sampled(&self) -> bool {
        self.trace.session_rate.keeps(self.session.hash)
    }

    pub(crate) fn with_session(&self, session: Session) -> Self {
        let trace = TraceSettings {
            session_rate: self.next_session_rate,
            ..(*self.trace).clone()
        };
        let previous = Ended {
            id: self.session.id.clone(),
            sample_rate: self.trace.session_rate.percent(),
        };
        Self {
            session,
            trace: Arc::new(trace),
            previous: Some(previous),
            ..self.clone()
        }
    }

    pub(crate) fn with_person(&self, person: Person) -> Self {
        Self {
            person,
            ..self.clone()
        }
    }

    pub(crate) fn with_consent(&self, consent: Consent) -> Self {
        Self {
            consent,
            ..self.clone()
        }
        .with_switches()
    }

    /// Hosts, rates and injection of a remote document. Its session rate holds from the next session on, unless
    /// `at_start`: then this start's session has only just begun.
    pub(crate) fn with_trace(
        &self,
        trace: &TraceSettings,
        remote: RemoteWord,
        at_start: bool,
    ) -> Self {
        let session_rate = if at_start {
            trace.session_rate
        } else {
            self.trace.session_rate
        };
        Self {
            trace: Arc::new(TraceSettings {
                session_rate,
                ..trace.clone()
            }),
            next_session_rate: trace.session_rate,
            remote,
            ..self.clone()
        }
        .with_switches()
    }

    fn is_on(&self) -> bool {
        self.enabled && self.remote.enabled
    }

    fn with_switches(mut self) -> Self {
        let off = match (self.consent, self.is_on()) {
            (Consent::Refused, _) => Some(Reason::ConsentRefused),
            (_, false) => Some(Reason::Disabled),
            _ => None,
        };
        self.trace = Arc::new(TraceSettings {
            off,
            ..(*self.trace).clone()
        });
        self
    }
}
