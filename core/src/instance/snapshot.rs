//! What a plan reads: immutable, swapped whole.

use std::sync::Arc;

use crate::config::{Consent, Settings};
use crate::rum::person::Person;
use crate::rum::session::{Precondition, Session, SessionFacts};
use crate::trace::{Rate, Reason, TraceSettings, session_hash};

/// Hosts, rates and session at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) trace: Arc<TraceSettings>,
    pub(crate) session: Session,
    pub(crate) inspect: bool,
    pub(crate) person: Person,
    /// The session, as messages tell it.
    facts: Arc<SessionFacts>,
    /// The session before this one: calls that began in it may still end.
    previous: Option<Arc<SessionFacts>>,
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

impl Snapshot {
    pub(crate) fn new(settings: &Settings, session: Session) -> Self {
        let trace = Arc::new(settings.trace.clone());
        let remote = RemoteWord {
            enabled: true,
            captures_resources: true,
            version: None,
        };
        let facts = SessionFacts {
            id: session.id.clone(),
            number: session.number,
            started: session.started,
            precondition: session.precondition,
            sample_rate: trace.session_rate.percent(),
            kept: false,
            is_stopped: session.is_stopped,
            captures_resources: remote.captures_resources,
            person: Person::default(),
            remote_version: None,
        };
        Self {
            next_session_rate: trace.session_rate,
            trace,
            session,
            facts: Arc::new(facts),
            previous: None,
            person: Person::default(),
            inspect: settings.configuration.inspect,
            consent: settings.consent,
            enabled: settings.configuration.enabled,
            remote,
            has_intake: !settings.intakes.is_empty(),
        }
        .with_facts()
    }

    /// What the session is, for what happens in it now; none where nobody will ever be told.
    pub(crate) fn facts(&self) -> Option<Arc<SessionFacts>> {
        (self.has_intake && self.enabled).then(|| Arc::clone(&self.facts))
    }

    /// The session of a call that has ended, if it is recorded: its own, which may be over, or the current one. A `forced`
    /// call is recorded in a session that is not kept too.
    pub(crate) fn records(
        &self,
        session_id: Option<&str>,
        forced: bool,
    ) -> Option<Arc<SessionFacts>> {
        let captures = self.is_on() && self.remote.captures_resources;
        if !self.has_intake || !captures || self.consent == Consent::Refused {
            return None;
        }
        let facts = match session_id {
            Some(id) if id != self.facts.id => self.earlier(id)?,
            _ => Arc::clone(&self.facts),
        };
        (forced || facts.kept).then_some(facts)
    }

    /// A session that is over. Of one before the last the rate is not known any more: today's is the best guess.
    fn earlier(&self, id: &str) -> Option<Arc<SessionFacts>> {
        let known = self.previous.as_deref().filter(|known| known.id == id);
        let mut facts = known.cloned().unwrap_or_else(|| SessionFacts {
            id: id.to_owned(),
            number: 0,
            is_stopped: false,
            ..(*self.facts).clone()
        });
        facts.kept = Rate::new(facts.sample_rate).keeps(session_hash(id)?);
        facts.person = self.person.clone();
        facts.remote_version.clone_from(&self.remote.version);
        Some(Arc::new(facts))
    }

    /// Is the current session kept?
    pub(crate) fn session_sampled(&self) -> bool {
        self.trace.session_rate.keeps(self.session.hash)
    }

    /// With another session. What follows a stop keeps nothing: every kept trace belongs to a session that is recorded.
    pub(crate) fn with_session(&self, session: Session) -> Self {
        let session_rate = if session.is_stopped {
            Rate::NONE
        } else {
            self.next_session_rate
        };
        let trace = TraceSettings {
            session_rate,
            ..(*self.trace).clone()
        };
        let previous = if self.session.is_stopped {
            self.previous.clone()
        } else {
            Some(Arc::clone(&self.facts))
        };
        Self {
            session,
            trace: Arc::new(trace),
            previous,
            ..self.clone()
        }
        .with_facts()
    }

    /// The session's facts as they are now.
    fn with_facts(mut self) -> Self {
        let may_record = self.has_intake && self.is_on() && self.consent != Consent::Refused;
        self.facts = Arc::new(SessionFacts {
            id: self.session.id.clone(),
            number: self.session.number,
            started: self.session.started,
            precondition: self.session.precondition,
            sample_rate: self.trace.session_rate.percent(),
            kept: may_record && self.session_sampled(),
            is_stopped: self.session.is_stopped,
            captures_resources: self.remote.captures_resources,
            person: self.person.clone(),
            remote_version: self.remote.version.clone(),
        });
        self
    }

    /// With another reason for its session, which nothing has been told of.
    pub(crate) fn with_precondition(&self, precondition: Precondition) -> Self {
        let session = Session {
            precondition,
            ..self.session.clone()
        };
        Self {
            session,
            ..self.clone()
        }
        .with_facts()
    }

    pub(crate) fn with_person(&self, person: Person) -> Self {
        Self {
            person,
            ..self.clone()
        }
        .with_facts()
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
        let session_rate = if at_start && !self.session.is_stopped {
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

    /// With what a plan may do, as consent and switches have it.
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
        self.with_facts()
    }
}
