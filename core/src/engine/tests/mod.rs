//! What the machine does over time: each test hands it commands and a clock, and reads the effects.

mod clear;
mod conditions;
mod counts;
mod delivery;
mod halves;
mod hostile;

mod lanes;
mod mapping;
mod recovery;
mod remote;
mod remote_guard;
mod remote_pulls;
mod remote_signed;
mod remote_switch;
mod simulations;
mod steered;
mod told;
mod world;

use std::sync::Arc;

use super::{Command, Effect, Engine, Saved, StoredId};
use crate::batch::{BatchId, Lane};
use crate::config::{Consent, Settings, from_json};
use crate::limits;
use crate::rum::call::{FinishedCall, Hop};
use crate::rum::person::Person;
use crate::rum::session::{Calls, Precondition, SessionFacts, Stamp};
use crate::seams::clock::Now;
use crate::seams::entropy::SeededEntropy;
use crate::seams::storage::{NewBatch, StoredBatch};
use crate::seams::transport::{HttpAnswer, TransportError};

const WALL_MS: u64 = 1_700_000_000_000;

/// A session that is not kept: a call in it is recorded because somebody asked for it, and nothing else is.
fn session() -> Stamp {
    stamp(SessionFacts {
        sample_rate: 0.0,
        kept: false,
        ..kept_session()
    })
}

fn stamp(session: SessionFacts) -> Stamp {
    Stamp {
        session: Arc::new(session),
        calls: Calls::default(),
    }
}

fn kept_session() -> SessionFacts {
    SessionFacts {
        id: "0f4c2b1a-1111-4222-8333-444455556666".to_owned(),
        number: 1,
        started: Now {
            wall_ms: WALL_MS,
            mono_ms: 0,
        },
        precondition: Precondition::UserAppLaunch,
        sample_rate: 100.0,
        kept: true,
        is_stopped: false,
        captures_resources: true,
        person: Person::default(),
        remote_version: None,
    }
}

/// A start that finds nothing of earlier ones.
fn first_start() -> Command {
    Command::ColdStart {
        document: None,
        install_id: StoredId::None,
    }
}

/// Good settings with these members, as `,"name":value`.
fn settings(extra: &str) -> Arc<Settings> {
    let text = format!(
        r#"{{"client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
            "first_party_hosts":{{"a.example":["datadog"]}},"batch_max_age_ms":5000{extra}}}"#
    );
    let (configuration, refusals) = from_json(&text).unwrap();
    assert_eq!(refusals, []);
    let (settings, refusals) = configuration.validate().unwrap();
    assert_eq!(refusals, []);
    Arc::new(settings)
}

/// An engine on a clock that the test turns.
struct Phone {
    engine: Engine,
    mono_ms: u64,
}

impl Phone {
    fn with(extra: &str) -> Self {
        let entropy = Arc::new(SeededEntropy::new(7));
        Self {
            engine: Engine::new(settings(extra), "memory", limits::STORE_BYTES, entropy),
            mono_ms: 0,
        }
    }

    fn new() -> Self {
        Self::with(r#","intakes":[{"type":"datadog"}]"#)
    }

    fn tell(&mut self, command: Command) -> Vec<Effect> {
        let now = Now {
            wall_ms: WALL_MS + self.mono_ms,
            mono_ms: self.mono_ms,
        };
        self.engine.handle(command, now)
    }

    fn call(&mut self) -> Vec<Effect> {
        let call = FinishedCall {
            method: "GET".into(),
            url: "https://a.example/".into(),
            ..Default::default()
        };
        self.tell(Command::Finish(Box::new(call), session()))
    }

    fn wait(&mut self, ms: u64) -> Vec<Effect> {
        self.mono_ms += ms;
        self.tell(Command::Tick)
    }

    fn answer(&mut self, status: u16) -> Vec<Effect> {
        let answer = HttpAnswer {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        };
        self.tell(Command::Uploaded(Ok(answer)))
    }

    fn dropped(&self, reason: &str) -> u64 {
        self.engine
            .status()
            .dropped()
            .get(reason)
            .copied()
            .unwrap_or(0)
    }
}

/// The effects' names: enough where their contents don't matter.
fn names(effects: &[Effect]) -> Vec<&'static str> {
    effects
        .iter()
        .map(|effect| match effect {
            Effect::Create(_) => "create",
            Effect::Append { .. } => "append",
            Effect::Upload { .. } => "upload",
            Effect::Halve { .. } => "halve",
            Effect::MarkDelivered { .. } => "mark",
            Effect::Delete { .. } => "delete",
            Effect::PromotePending => "promote",
            Effect::DeletePending => "delete pending",
            Effect::DeleteAll => "delete all",
            Effect::Map(_) => "map",
            Effect::Unmap(_) => "unmap",
            Effect::Pull { .. } => "pull",
            Effect::Save(Saved::Remote, _) => "save",
            Effect::Save(Saved::InstallId | Saved::AnonymousId, _) => "save id",
            Effect::LogLevel(_) => "log level",
            Effect::Publish { .. } => "publish",
        })
        .collect()
}

#[test]
fn calls_are_stored_at_once_and_sent_when_the_batch_is_old_enough() {
    let mut phone = Phone::new();
    assert_eq!(
        phone.engine.wake_at(),
        None,
        "an idle phone has nothing to wake up for"
    );
    assert_eq!(names(&phone.call()), ["create", "append"]);
    assert_eq!(names(&phone.call()), ["append"]);
    assert_eq!(phone.engine.wake_at(), Some(5_000));
    assert_eq!(names(&phone.wait(4_999)), [""; 0]);
    assert_eq!(names(&phone.wait(1)), ["upload"]);
    assert_eq!(
        phone.engine.wake_at(),
        None,
        "while an answer is due nothing else is"
    );
    assert_eq!(names(&phone.answer(202)), ["delete"]);
    assert_eq!(
        (phone.engine.status().stored(), phone.engine.status().sent()),
        (2, 2)
    );
    assert!(phone.engine.is_idle());
}

#[test]
fn a_batch_is_sealed_by_count_and_by_size() {
    let mut phone = Phone::new();
    let mut effects = Vec::new();
    for _ in 0..=limits::BATCH_EVENTS {
        effects.extend(phone.call());
    }
    assert_eq!(
        names(&effects)
            .iter()
            .filter(|&&name| name == "create")
            .count(),
        2
    );

    let mut phone = Phone::new();
    let hop = Hop {
        url: "x".repeat(limits::TEXT_CHARS),
        ..Hop::default()
    };
    let big = FinishedCall {
        url: "x".repeat(limits::TEXT_CHARS),
        hops: vec![hop; 4],
        ..Default::default()
    };
    let mut creates = 0;
    let mut bytes = 0;
    while creates < 2 {
        for effect in phone.tell(Command::Finish(Box::new(big.clone()), session())) {
            match effect {
                Effect::Create(_) => creates += 1,
                Effect::Append { payload, .. } if creates < 2 => bytes += payload.len(),
                _ => {}
            }
        }
    }
    assert!(bytes <= limits::BATCH_BYTES, "{bytes}");
}

#[test]
fn pending_consent_keeps_events_until_the_user_decides() {
    let mut phone = Phone::with(r#","intakes":[{"type":"datadog"}],"tracking_consent":"pending""#);
    assert!(matches!(
        phone.call()[..],
        [
            Effect::Create(NewBatch {
                pending_consent: true,
                ..
            }),
            _
        ]
    ));
    assert_eq!(names(&phone.wait(10_000)), [""; 0], "nothing is sent yet");
    assert_eq!(
        names(&phone.tell(Command::Consent(Consent::Granted))),
        ["promote", "upload"]
    );

    let mut phone = Phone::with(r#","intakes":[{"type":"datadog"}],"tracking_consent":"pending""#);
    phone.call();
    assert_eq!(
        names(&phone.tell(Command::Consent(Consent::Refused))),
        ["delete pending"]
    );
    assert_eq!(phone.dropped("consent_refused"), 1);
    assert_eq!(names(&phone.call()), [""; 0]);
    assert_eq!(phone.engine.wake_at(), None);
}

#[test]
fn a_disk_that_fails_costs_what_it_failed_on_and_is_counted() {
    let mut phone = Phone::new();
    let effects = phone.call();
    let Effect::Append { batch, .. } = effects[1] else {
        panic!("{effects:?}")
    };
    let why = || "no space left on device".to_owned();
    phone.tell(Command::AppendFailed {
        batch,
        events: 1,
        why: why(),
    });
    assert_eq!(
        (
            phone.engine.status().stored(),
            phone.dropped("storage_failed")
        ),
        (0, 1)
    );
    assert_eq!(names(&phone.call()), ["append"], "it goes on");
    phone.wait(5_000);
    phone.answer(202);
    assert_eq!(
        phone.engine.status().sent(),
        1,
        "what was lost was not sent"
    );
}

#[test]
fn a_batch_that_could_not_be_made_costs_its_one_event() {
    let mut phone = Phone::new();
    let effects = phone.call();
    let Effect::Create(NewBatch { id: batch, .. }) = effects[0] else {
        panic!("{effects:?}")
    };
    let why = || "no space left on device".to_owned();
    phone.tell(Command::AppendFailed {
        batch,
        events: 1,
        why: why(),
    });
    phone.tell(Command::CreateFailed { batch, why: why() });
    assert_eq!(phone.dropped("storage_failed"), 1);
    assert_eq!(
        names(&phone.call()),
        ["create", "append"],
        "the disk may be back"
    );
    assert_eq!(names(&phone.wait(5_000)), ["upload"]);
}

#[test]
fn a_batch_that_one_intake_refused_is_not_called_sent() {
    let mut phone = Phone::with(
        r#","intakes":[{"type":"datadog"},{"type":"proxy","url":"https://proxy.example/rum"}]"#,
    );
    phone.call();
    phone.wait(5_000);
    phone.answer(403);
    assert_eq!(names(&phone.answer(202)), ["delete"]);
    assert_eq!(
        (
            phone.engine.status().sent(),
            phone.dropped("refused_by_intake")
        ),
        (0, 1)
    );
}
