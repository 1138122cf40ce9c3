//! An app on a clock of the test's: the rules that the app's threads ask, and the engine, without a thread between them.

use std::sync::Arc;

use handspan_core::config::from_json;
use handspan_core::engine::{Command, Effect, Engine, StoredId};
use handspan_core::limits;
use handspan_core::rum::attributes::{Attribute, AttributeValue, Attributes};
use handspan_core::rum::call::{FinishedCall, Hop};
use handspan_core::rum::command::{ActionKind, RumCommand, RumError};
use handspan_core::rum::person::Person;
use handspan_core::rum::session::{Calls, Session, SessionFacts, Stamp, Standing, Stimulus, judge};
use handspan_core::seams::clock::Now;
use handspan_core::seams::entropy::SeededEntropy;
use handspan_core::seams::transport::HttpAnswer;
use serde_json::Value;

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;

pub(crate) struct App {
    pub engine: Engine,
    pub now: Now,
    pub calls: Calls,
    /// All that was stored, in order.
    pub events: Vec<Value>,
    /// Ids of all sessions that have begun.
    pub sessions: Vec<String>,
    pub person: Person,
    entropy: Arc<SeededEntropy>,
    session: Session,
    last_interaction: u64,
    interacts: bool,
    /// Facts of the sessions that are alive.
    facts: Vec<Arc<SessionFacts>>,
}

/// A request that has begun.
pub(crate) struct Begun {
    session: String,
    at: u64,
}

impl App {
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// With these members of the configuration, as `,"name":value`.
    pub(crate) fn with(extra: &str) -> Self {
        let text = format!(
            r#"{{"client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
                "first_party_hosts":{{"a.example":["datadog"]}},"intakes":[{{"type":"datadog"}}]{extra}}}"#
        );
        let (configuration, refusals) = from_json(&text).unwrap();
        assert_eq!(refusals, []);
        let (settings, _) = configuration.validate().unwrap();
        let entropy = Arc::new(SeededEntropy::new(7));
        let now = Now {
            wall_ms: 1_700_000_000_000,
            mono_ms: 60_000,
        };
        let session = Session::first(entropy.as_ref(), now);
        let random = Arc::clone(&entropy);
        let mut app = Self {
            engine: Engine::new(Arc::new(settings), "memory", limits::STORE_BYTES, random),
            now,
            calls: Calls::default(),
            events: Vec::new(),
            sessions: vec![session.id.clone()],
            person: Person::default(),
            entropy,
            session,
            last_interaction: now.mono_ms,
            interacts: false,
            facts: Vec::new(),
        };
        app.tell(Command::ColdStart {
            document: None,
            install_id: StoredId::None,
        });
        app
    }

    /// Lets time pass: what is due meanwhile is done.
    pub(crate) fn wait(&mut self, ms: u64) {
        let until = self.now.mono_ms + ms;
        while let Some(at) = self.engine.wake_at().filter(|at| *at <= until) {
            let step = at.saturating_sub(self.now.mono_ms);
            self.now.mono_ms += step;
            self.now.wall_ms += step;
            self.tell(Command::CallsUnderWay(self.calls));
            self.tell(Command::Tick);
            if step == 0 && self.engine.wake_at() == Some(at) {
                break;
            }
        }
        let rest = until - self.now.mono_ms;
        self.now.mono_ms += rest;
        self.now.wall_ms += rest;
    }

    pub(crate) fn record(&mut self, mut command: RumCommand) {
        command.bound();
        let stops = matches!(command, RumCommand::StopSession);
        self.judge(Stimulus::of(&command));
        if stops && self.session.is_stopped {
            return;
        }
        let stamp = self.stamp(None);
        self.tell(Command::Rum(Box::new(command), stamp));
        if stops {
            self.session = self.session.stopped(self.entropy.as_ref(), self.now);
        }
    }

    pub(crate) fn begin_call(&mut self) -> Begun {
        self.judge(Stimulus::Request);
        self.calls.begun += 1;
        Begun {
            session: self.session.id.clone(),
            at: self.now.mono_ms,
        }
    }

    pub(crate) fn end_call(&mut self, begun: &Begun) {
        self.calls.ended += 1;
        let Some(stamp) = self.known(&begun.session) else {
            return;
        };
        let call = FinishedCall {
            method: "GET".to_owned(),
            url: "https://a.example/".to_owned(),
            duration_ns: self.now.mono_ms.saturating_sub(begun.at) * 1_000_000,
            status_code: Some(200),
            hops: vec![Hop {
                url: "https://a.example/".to_owned(),
                reason: "traced".to_owned(),
                session_id: begun.session.clone(),
                ..Hop::default()
            }],
            ..FinishedCall::default()
        };
        self.tell(Command::Finish(Box::new(call), stamp));
    }

    pub(crate) fn background(&mut self) {
        self.tell(Command::Background);
    }

    pub(crate) fn foreground(&mut self) {
        self.judge(Stimulus::Foreground);
        self.tell(Command::Foreground);
    }

    /// The core ends: what is open is written.
    pub(crate) fn end(mut self) -> Vec<Value> {
        self.tell(Command::Shutdown);
        self.events
    }

    fn judge(&mut self, stimulus: Stimulus) {
        let standing = Standing {
            session: &self.session,
            last_interaction_mono_ms: self.last_interaction,
            app_interacts: self.interacts,
        };
        let verdict = judge(&standing, stimulus, self.now);
        if verdict.renews {
            self.last_interaction = self.last_interaction.max(self.now.mono_ms);
        }
        self.interacts |= matches!(stimulus, Stimulus::View | Stimulus::Action);
        if let Some(why) = verdict.begins {
            self.session = self.session.next(why, self.entropy.as_ref(), self.now);
            self.sessions.push(self.session.id.clone());
        }
    }

    fn stamp(&mut self, session: Option<Arc<SessionFacts>>) -> Stamp {
        let session = session.unwrap_or_else(|| {
            let facts = Arc::new(SessionFacts {
                id: self.session.id.clone(),
                number: self.session.number,
                started: self.session.started,
                precondition: self.session.precondition,
                sample_rate: 100.0,
                kept: !self.session.is_stopped,
                is_stopped: self.session.is_stopped,
                captures_resources: true,
                person: self.person.clone(),
                remote_version: None,
            });
            if facts.kept && !self.facts.iter().any(|known| known.id == facts.id) {
                self.facts.push(Arc::clone(&facts));
            }
            facts
        });
        Stamp {
            session,
            calls: self.calls,
        }
    }

    /// The stamp of a call of this session; none where nobody remembers it.
    fn known(&mut self, session: &str) -> Option<Stamp> {
        if session == self.session.id {
            let stamp = self.stamp(None);
            return stamp.session.kept.then_some(stamp);
        }
        let mut recent = self.facts.iter().rev().take(2);
        let facts = recent.find(|facts| facts.id == session).cloned()?;
        Some(self.stamp(Some(facts)))
    }

    pub(crate) fn tell(&mut self, command: Command) {
        let mut commands = vec![command];
        while let Some(command) = commands.pop() {
            for effect in self.engine.handle(command, self.now) {
                match effect {
                    Effect::Append { payload, .. } => {
                        self.events.push(serde_json::from_slice(&payload).unwrap());
                    }
                    Effect::Upload { .. } => commands.push(Command::Uploaded(Ok(HttpAnswer {
                        status: 202,
                        headers: Vec::new(),
                        body: Vec::new(),
                    }))),
                    _ => {}
                }
            }
        }
    }

    pub(crate) fn dropped(&self, reason: &str) -> u64 {
        let dropped = self.engine.status().dropped();
        dropped.get(reason).copied().unwrap_or_default()
    }

    pub(crate) fn of(&self, kind: &str) -> Vec<&Value> {
        let events = self.events.iter();
        events.filter(|event| event["type"] == kind).collect()
    }

    /// The last update of the last view of this name.
    pub(crate) fn view(&self, name: &str) -> &Value {
        let mut views = self.events.iter().rev();
        views
            .find(|event| event["type"] == "view" && event["view"]["name"] == name)
            .unwrap_or_else(|| panic!("no {name}"))
    }
}

/// What an app says most.
impl App {
    pub(crate) fn start_view(&mut self, key: &str) {
        self.record(RumCommand::StartView {
            key: key.to_owned(),
            name: key.to_owned(),
            url: None,
            attributes: Vec::new(),
        });
    }

    pub(crate) fn stop_view(&mut self, key: &str) {
        self.record(RumCommand::StopView {
            key: key.to_owned(),
            attributes: Vec::new(),
        });
    }

    pub(crate) fn act(&mut self, kind: ActionKind, name: &str) {
        self.record(RumCommand::AddAction {
            kind,
            name: name.to_owned(),
            attributes: Vec::new(),
        });
    }

    pub(crate) fn fail(&mut self, error: RumError) {
        self.record(RumCommand::AddError(Box::new(error)));
    }

    pub(crate) fn start_resource(&mut self, key: &str) {
        self.record(RumCommand::StartResource {
            key: key.to_owned(),
            method: "get".to_owned(),
            url: format!("https://a.example/{key}"),
            attributes: Vec::new(),
        });
    }

    pub(crate) fn stop_resource(&mut self, key: &str) {
        self.record(RumCommand::StopResource {
            key: key.to_owned(),
            status_code: Some(200),
            kind: handspan_core::rum::command::ResourceKind::Image,
            size: Some(7),
            attributes: attributes("end", 1),
        });
    }
}

pub(crate) fn attributes(name: &str, value: i64) -> Attributes {
    vec![Attribute {
        name: name.to_owned(),
        value: AttributeValue::Int(value),
    }]
}

pub(crate) fn error(message: &str) -> RumError {
    RumError {
        message: message.to_owned(),
        ..RumError::default()
    }
}
