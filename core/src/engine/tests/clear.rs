//! The user wants to be forgotten.

use super::told::{line, said};
use super::*;
use crate::rum::command::LogLevel;

#[test]
fn all_that_is_stored_goes_and_is_counted_and_the_install_is_another() {
    let mut phone = Phone::with(
        r#","intakes":[{"type":"datadog"}],"remote_configuration_url":"https://r.example/c.json""#,
    );
    let known = StoredId::Known("11111111-2222-4333-8444-555555555555".to_owned());
    phone.tell(Command::AnonymousId(known.clone()));
    phone.tell(Command::ColdStart {
        document: None,
        install_id: known,
    });
    let recovered = StoredBatch {
        id: BatchId([9; 16]),
        bytes: 100,
        events: 7,
        created_wall_ms: WALL_MS,
        lane: Lane::RUM,
        pending_consent: false,
        delivered: Vec::new(),
    };
    phone.tell(Command::Consent(Consent::Pending));
    phone.tell(Command::Recovered {
        batches: vec![
            StoredBatch {
                pending_consent: true,
                id: BatchId([8; 16]),
                ..recovered.clone()
            },
            recovered,
        ],
        unreadable: 0,
    });
    phone.call();
    phone.tell(said(line(LogLevel::Info)));
    let effects = phone.tell(Command::Clear);
    assert_eq!(names(&effects), ["delete all", "save id", "save id"]);
    let ids: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Save(saved, bytes) => Some((*saved, bytes.clone())),
            _ => None,
        })
        .collect();
    assert_eq!([ids[0].0, ids[1].0], [Saved::AnonymousId, Saved::InstallId]);
    let status = phone.engine.status();
    let install_id = status.remote.install_id.clone().unwrap();
    assert_eq!(install_id.as_bytes(), ids[1].1);
    assert!(!install_id.starts_with("11111111"));
    assert_eq!(phone.dropped("cleared"), 7 + 7 + 1 + 1);
    assert_eq!(status.pending_batches(), 0);
    assert!(phone.engine.is_idle());
    assert_eq!(
        names(&phone.call()),
        ["create", "append"],
        "and the app goes on"
    );
}

#[test]
fn what_is_on_its_way_is_not_called_back_and_its_answer_changes_nothing() {
    let mut phone = Phone::new();
    phone.call();
    assert_eq!(names(&phone.wait(5_000)), ["upload"]);
    assert_eq!(
        names(&phone.tell(Command::Clear)),
        ["delete all", "save id"]
    );
    assert_eq!(names(&phone.answer(202)), [""; 0]);
    let status = phone.engine.status();
    assert_eq!((status.sent(), phone.dropped("cleared")), (0, 1));
    assert_eq!(names(&phone.call()), ["create", "append"]);
    assert_eq!(names(&phone.wait(5_000)), ["upload"]);
    assert_eq!(names(&phone.answer(202)), ["delete"]);
    assert_eq!(phone.engine.status().sent(), 1);
}
