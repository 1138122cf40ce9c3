//! What the machine does over time: each test hands it commands and a clock, and reads the effects.

use std::sync::Arc;

use super::{Command, Effect, Engine, RemoteState};
use crate::config::{Consent, from_json};
use crate::limits;
use crate::rum::call::{FinishedCall, Hop};
use crate::seams::clock::Now;
use crate::seams::entropy::SeededEntropy;
use crate::seams::transport::{HttpAnswer, TransportError};

const SESSION: &str = "0f4c2b1a-1111-4222-8333-444455556666";
const WALL_MS: u64 = 1_700_000_000_000;

/// An engine on a clock that the test turns.
struct Phone {
    engine: Engine,
    mono_ms: u64,
}

impl Phone {
    fn with(extra: &str) -> Self {
        let text = format!(
            r#"{{"client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
                "first_party_hosts":{{"a.example":["datadog"]}},"batch_max_age_ms":5000{extra}}}"#
        );
        let (configuration, refusals) = from_json(&text).unwrap();
        assert_eq!(refusals, []);
        let (settings, refusals) = configuration.validate().unwrap();
        assert_eq!(refusals, []);
        let entropy = Arc::new(SeededEntropy::new(7));
        Self {
            engine: Engine::new(settings, "memory", limits::STORE_BYTES, entropy),
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
        self.tell(Command::Finish(Box::new(call), SESSION.to_owned()))
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
            .dropped
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
            Effect::Create { .. } => "create",
            Effect::Append { .. } => "append",
            Effect::Upload { .. } => "upload",
            Effect::MarkDelivered { .. } => "mark",
            Effect::Delete { .. } => "delete",
            Effect::PromotePending => "promote",
            Effect::DeletePending => "delete pending",
            Effect::Pull { .. } => "pull",
            Effect::SaveDocument(_) => "save",
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
        (phone.engine.status().stored, phone.engine.status().sent),
        (2, 2)
    );
    assert!(phone.engine.is_idle());
}

#[test]
fn a_failing_intake_is_tried_again_later_with_the_same_batch() {
    let mut phone = Phone::new();
    phone.call();
    let first = phone.wait(5_000);
    let [
        Effect::Upload {
            batch: sent,
            request_id: id1,
            ..
        },
    ] = &first[..]
    else {
        panic!("{first:?}")
    };
    assert_eq!(names(&phone.answer(503)), [""; 0]);
    let due = phone.engine.wake_at().unwrap();
    assert!(due <= phone.mono_ms + limits::RETRY_BASE_MS);
    let second = phone.wait(due - phone.mono_ms);
    let [
        Effect::Upload {
            batch: again,
            request_id: id2,
            ..
        },
    ] = &second[..]
    else {
        panic!("{second:?}")
    };
    assert_eq!(
        sent, again,
        "the batch keeps its id: the intake may have taken it the first time"
    );
    assert_ne!(id1, id2, "the try has an id of its own");
    phone.answer(200);
    assert_eq!(
        (
            phone.engine.status().sent,
            phone.dropped("refused_by_intake")
        ),
        (1, 0)
    );
}

#[test]
fn retry_after_is_honoured() {
    let mut phone = Phone::new();
    phone.call();
    phone.wait(5_000);
    let headers = vec![("retry-after".to_owned(), "120".to_owned())];
    phone.tell(Command::Uploaded(Ok(HttpAnswer {
        status: 429,
        headers,
        body: Vec::new(),
    })));
    assert_eq!(phone.engine.wake_at(), Some(5_000 + 120_000));
}

#[test]
fn what_an_intake_refuses_for_good_is_dropped_and_counted() {
    let mut phone = Phone::new();
    phone.call();
    phone.wait(5_000);
    assert_eq!(names(&phone.answer(403)), ["delete"]);
    assert_eq!(
        (
            phone.engine.status().sent,
            phone.dropped("refused_by_intake")
        ),
        (0, 1)
    );
    assert_eq!(phone.engine.status().last_answer.as_deref(), Some("403"));
}

#[test]
fn two_intakes_keep_their_own_pace_and_each_gets_a_batch_once() {
    let mut phone = Phone::with(
        r#","intakes":[{"type":"datadog"},{"type":"proxy","url":"https://proxy.example/rum"}]"#,
    );
    phone.call();
    let first = phone.wait(5_000);
    assert!(matches!(first[..], [Effect::Upload { intake: 0, .. }]));
    // The first is down: the second does not wait for it.
    let second = phone.tell(Command::Uploaded(Err(TransportError::Timeout)));
    assert!(matches!(second[..], [Effect::Upload { intake: 1, .. }]));
    let marked = phone.answer(202);
    assert_eq!(names(&marked), ["mark"], "the batch stays for the first");
    let due = phone.engine.wake_at().unwrap();
    let third = phone.wait(due - phone.mono_ms);
    assert!(matches!(third[..], [Effect::Upload { intake: 0, .. }]));
    assert_eq!(names(&phone.answer(202)), ["delete"]);
    assert_eq!(phone.engine.status().sent, 1);
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
        for effect in phone.tell(Command::Finish(Box::new(big.clone()), SESSION.into())) {
            match effect {
                Effect::Create { .. } => creates += 1,
                Effect::Append { payload, .. } if creates < 2 => bytes += payload.len(),
                _ => {}
            }
        }
    }
    assert!(bytes <= limits::BATCH_BYTES, "{bytes}");
}

#[test]
fn what_an_earlier_process_left_is_sent_first_and_what_is_a_day_old_is_not_sent() {
    let mut old = Phone::new();
    let stored = |seed: u64, age_ms: u64| crate::seams::storage::StoredBatch {
        id: crate::batch::BatchId::random(&SeededEntropy::new(seed)),
        bytes: 100,
        events: 3,
        created_wall_ms: WALL_MS - age_ms,
        pending_consent: false,
        delivered: Vec::new(),
    };
    let late = stored(1, limits::BATCH_MAX_DELAY_MS + 1);
    let fresh = stored(2, 1_000);
    let effects = old.tell(Command::Recovered {
        batches: vec![late, fresh.clone()],
        unreadable: 2,
    });
    assert_eq!(names(&effects), ["delete", "upload"]);
    assert!(matches!(&effects[..], [_, Effect::Upload { batch, .. }] if *batch == fresh.id));
    assert_eq!(
        (old.dropped("too_old"), old.dropped("unreadable_batch")),
        (3, 2)
    );
}

#[test]
fn the_oldest_goes_when_the_store_is_full() {
    let mut phone = Phone::new();
    let batches = (0..60)
        .map(|seed| crate::seams::storage::StoredBatch {
            id: crate::batch::BatchId::random(&SeededEntropy::new(seed)),
            bytes: 1024 * 1024,
            events: 1,
            created_wall_ms: WALL_MS + seed,
            pending_consent: true,
            delivered: Vec::new(),
        })
        .collect();
    let effects = phone.tell(Command::Recovered {
        batches,
        unreadable: 0,
    });
    assert_eq!(names(&effects).len(), 10);
    assert_eq!(phone.dropped("store_full"), 10);
}

#[test]
fn pending_consent_keeps_events_until_the_user_decides() {
    let mut phone = Phone::with(r#","intakes":[{"type":"datadog"}],"tracking_consent":"pending""#);
    assert!(matches!(
        phone.call()[..],
        [Effect::Create { pending: true, .. }, _]
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
    phone.call();
    phone.tell(Command::StorageFailed {
        events: 1,
        why: "no space left on device".into(),
    });
    assert_eq!(
        (
            phone.engine.status().stored,
            phone.dropped("storage_failed")
        ),
        (0, 1)
    );
    assert_eq!(names(&phone.call()), ["append"], "it goes on");
}

#[test]
fn a_remote_document_changes_hosts_and_rates_and_is_kept() {
    let mut phone = Phone::with(
        r#","intakes":[{"type":"datadog"}],"remote_configuration_url":"https://config.example/app.json""#,
    );
    assert_eq!(names(&phone.tell(Command::ColdStart(None))), ["pull"]);
    let body = br#"{"version":"7","trace_sample_rate":25,"first_party_hosts":{"b.example":["tracecontext"],"*":["datadog"]}}"#;
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: body.to_vec(),
    };
    let effects = phone.tell(Command::Pulled(Ok(answer)));
    let [
        Effect::Publish {
            trace,
            enabled: true,
            at_start: false,
        },
        Effect::SaveDocument(kept),
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!(kept, body);
    assert_eq!((trace.hosts.len(), trace.trace_rate.percent()), (1, 25.0));
    let status = phone.engine.status();
    assert_eq!(
        (status.remote, status.remote_version.as_deref()),
        (RemoteState::Applied, Some("7"))
    );
    assert_eq!(status.refusals[0].field, "remote.first_party_hosts[\"*\"]");

    // The next start has it at once, and asks again.
    let effects = phone.tell(Command::ColdStart(Some(body.to_vec())));
    assert_eq!(names(&effects), ["publish", "pull"]);
    assert!(matches!(effects[0], Effect::Publish { at_start: true, .. }));
}

fn too_large() -> TransportError {
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: Vec::new(),
    };
    TransportError::TooLarge {
        limit: limits::REMOTE_BYTES,
        answer: Box::new(answer),
    }
}

#[test]
fn a_remote_document_that_is_no_good_changes_nothing() {
    let url = r#","intakes":[{"type":"datadog"}],"remote_configuration_url":"https://config.example/app.json""#;
    for (body, state) in [
        (Ok(b"garbage".to_vec()), RemoteState::Refused),
        (
            Ok(vec![b' '; limits::REMOTE_BYTES + 1]),
            RemoteState::Refused,
        ),
        (Err(too_large()), RemoteState::Refused),
        (Err(TransportError::Timeout), RemoteState::Failed),
    ] {
        let mut phone = Phone::with(url);
        phone.tell(Command::ColdStart(None));
        let answer = body.map(|body| HttpAnswer {
            status: 200,
            headers: Vec::new(),
            body,
        });
        assert_eq!(names(&phone.tell(Command::Pulled(answer))), [""; 0]);
        assert_eq!(phone.engine.status().remote, state);
        assert_eq!(
            phone.engine.status().refusals.is_empty(),
            state == RemoteState::Failed
        );
    }
}

#[test]
fn a_document_whose_every_host_is_refused_leaves_the_apps_own() {
    let mut phone = Phone::with(
        r#","intakes":[{"type":"datadog"}],"remote_configuration_url":"https://config.example/app.json""#,
    );
    phone.tell(Command::ColdStart(None));
    let body = br#"{"first_party_hosts":{"*":["datadog"]}}"#.to_vec();
    let effects = phone.tell(Command::Pulled(Ok(HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body,
    })));
    assert!(matches!(&effects[0], Effect::Publish { trace, .. } if trace.hosts.len() == 1));
}
