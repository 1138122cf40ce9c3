//! What an earlier process left.

use super::*;

const HOUR_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = limits::BATCH_MAX_DELAY_MS;

fn left(seed: u64, age_ms: u64) -> StoredBatch {
    StoredBatch {
        created_wall_ms: WALL_MS - age_ms,
        ..stored(seed, false, &[])
    }
}

impl Phone {
    fn recovers(&mut self, batches: Vec<StoredBatch>) -> Vec<Effect> {
        self.tell(Command::Recovered {
            batches,
            unreadable: 0,
        })
    }
}

#[test]
fn what_an_earlier_process_left_is_sent_first_the_oldest_before_the_rest() {
    let mut phone = Phone::new();
    let (older, newer) = (left(1, 2_000), left(2, 1_000));
    let effects = phone.tell(Command::Recovered {
        batches: vec![older.clone(), newer],
        unreadable: 2,
    });
    assert!(matches!(&effects[..], [Effect::Upload { batch, .. }] if *batch == older.id));
    assert_eq!(phone.dropped("unreadable_batch"), 2);
}

#[test]
fn what_looks_a_day_old_at_the_start_is_given_up_only_when_an_intake_has_not_taken_it() {
    // The wall clock may have been set by a day between two processes.
    let mut phone = Phone::new();
    let late = || vec![left(1, DAY_MS + 1), left(2, DAY_MS + 1)];
    assert_eq!(names(&phone.recovers(late())), ["upload"]);
    assert_eq!(names(&phone.answer(202)), ["delete", "upload"]);
    // A network that does not reach the intake says nothing of the batch.
    phone.tell(Command::Uploaded(Err(TransportError::Timeout)));
    assert_eq!(names(&phone.wait(limits::RETRY_BASE_MS)), ["upload"]);
    assert_eq!(phone.dropped("too_old"), 0);
    assert_eq!(names(&phone.answer(503)), ["delete"]);
    assert_eq!(
        (phone.engine.status().sent(), phone.dropped("too_old")),
        (3, 3)
    );
}

#[test]
fn what_can_never_be_tried_waits_a_day_of_this_process_and_no_longer() {
    let mut phone = Phone::with("");
    phone.recovers(vec![left(1, DAY_MS + 1)]);
    assert_eq!(names(&phone.wait(DAY_MS)), [""; 0]);
    assert_eq!(names(&phone.wait(1)), ["delete"]);
    assert_eq!(phone.dropped("too_old"), 3);
}

#[test]
fn the_oldest_goes_when_the_store_is_full() {
    let mut phone = Phone::new();
    let batches = (0..60)
        .map(|seed| StoredBatch {
            id: BatchId::random(&SeededEntropy::new(seed)),
            bytes: 1024 * 1024,
            events: 1,
            created_wall_ms: WALL_MS + seed,
            lane: Lane::RUM,
            pending_consent: true,
            delivered: Vec::new(),
        })
        .collect();
    let effects = phone.tell(Command::Recovered {
        batches,
        unreadable: 0,
    });
    let deleted = names(&effects)
        .into_iter()
        .filter(|&name| name == "delete")
        .count();
    assert_eq!(deleted, 10);
    assert_eq!(phone.dropped("store_full"), 10);
}

#[test]
fn the_oldest_go_when_there_are_too_many_however_small_they_are() {
    let mut phone = Phone::with("");
    let many = (0..limits::BATCHES as u64 + 10).map(|seed| stored(seed, false, &[]));
    let many: Vec<StoredBatch> = many.collect();
    let gone = phone.recovers(many.clone());
    assert_eq!(names(&gone), ["delete"; 10]);
    assert!(matches!(gone[9], Effect::Delete { batch } if batch == many[9].id));
    assert_eq!(phone.dropped("store_full"), 30);
}

fn stored(seed: u64, pending_consent: bool, delivered: &[&str]) -> StoredBatch {
    StoredBatch {
        id: BatchId::random(&SeededEntropy::new(seed)),
        bytes: 100,
        events: 3,
        created_wall_ms: WALL_MS,
        lane: Lane::RUM,
        pending_consent,
        delivered: delivered.iter().map(|&key| key.to_owned()).collect(),
    }
}

#[test]
fn what_an_earlier_process_kept_for_the_users_word_gets_it_at_the_start() {
    let recovered = |consent: &str| {
        let mut phone = Phone::with(&format!(
            r#","intakes":[{{"type":"datadog"}}],"tracking_consent":"{consent}""#
        ));
        let batches = vec![stored(1, true, &[])];
        let effects = phone.tell(Command::Recovered {
            batches,
            unreadable: 0,
        });
        (names(&effects), phone.dropped("consent_refused"))
    };
    assert_eq!(recovered("granted"), (vec!["promote", "upload"], 0));
    assert_eq!(recovered("refused"), (vec!["delete pending"], 3));
    assert_eq!(recovered("pending"), (vec![], 0));
}

#[test]
fn a_refusal_also_deletes_what_this_process_does_not_know_of() {
    let mut phone = Phone::with(r#","intakes":[{"type":"datadog"}],"tracking_consent":"pending""#);
    let effects = phone.tell(Command::Consent(Consent::Refused));
    assert_eq!(names(&effects), ["delete pending"]);
}

#[test]
fn a_batch_that_no_intake_waits_for_any_more_is_deleted_and_holds_nothing_up() {
    let mut phone = Phone::new();
    let key = phone.engine.settings.intakes[0].key();
    let batches = vec![
        stored(1, false, &[&key]),
        stored(2, false, &["another-intake"]),
    ];
    let effects = phone.tell(Command::Recovered {
        batches,
        unreadable: 0,
    });
    assert_eq!(names(&effects), ["delete", "upload"]);
    phone.answer(202);
    assert!(phone.engine.is_idle());
}

#[test]
fn without_an_intake_what_is_stored_stays_for_one_and_nothing_waits_for_it() {
    let mut phone = Phone::with("");
    let batches = vec![stored(1, false, &[])];
    let effects = phone.tell(Command::Recovered {
        batches,
        unreadable: 0,
    });
    assert_eq!(names(&effects), [""; 0]);
    assert!(phone.engine.is_idle());
    assert_eq!(phone.engine.wake_at(), None);
}

#[test]
fn halves_beside_their_whole_are_made_again() {
    let mut phone = Phone::new();
    let whole = stored(1, false, &[]);
    let half = StoredBatch {
        id: whole.id.half(false),
        ..stored(2, false, &[])
    };
    let batches = vec![whole.clone(), half.clone()];
    let effects = phone.tell(Command::Recovered {
        batches,
        unreadable: 0,
    });
    assert!(
        matches!(&effects[..], [Effect::Delete { batch: gone }, Effect::Upload { batch, .. }]
            if *gone == half.id && *batch == whole.id),
        "{effects:?}"
    );
    assert_eq!(phone.engine.status().dropped().len(), 0);
}

#[test]
fn a_clock_that_is_set_under_way_ages_nothing() {
    for set_to in [WALL_MS - DAY_MS, WALL_MS + DAY_MS + HOUR_MS] {
        let mut phone = Phone::with("");
        phone.call();
        phone.engine.batches.seal();
        let mut at = |wall_ms, mono_ms| {
            let effects = phone.engine.handle(Command::Tick, Now { wall_ms, mono_ms });
            names(&effects)
        };
        assert_eq!(at(set_to, 1_000), [""; 0]);
        assert_eq!(at(set_to + DAY_MS, DAY_MS), [""; 0]);
        assert_eq!(at(set_to + DAY_MS, DAY_MS + 1), ["delete"]);
        assert_eq!(phone.dropped("too_old"), 1);
    }
}

#[test]
fn a_batch_from_the_future_is_neither_lost_at_once_nor_kept_for_good() {
    for ahead_ms in [HOUR_MS, DAY_MS + HOUR_MS, 365 * DAY_MS] {
        let mut phone = Phone::with("");
        let future = StoredBatch {
            created_wall_ms: WALL_MS + ahead_ms,
            ..stored(1, false, &[])
        };
        phone.tell(Command::Recovered {
            batches: vec![future],
            unreadable: 0,
        });
        assert_eq!(names(&phone.wait(DAY_MS)), [""; 0]);
        assert_eq!(names(&phone.wait(1)), ["delete"]);
        assert_eq!(phone.dropped("too_old"), 3);
    }
}

#[test]
fn events_that_are_missing_when_a_batch_is_read_back_are_counted_and_not_called_sent() {
    let mut phone = Phone::new();
    let batch = stored(1, false, &[]);
    phone.tell(Command::Torn(1));
    phone.tell(Command::Damaged(1));
    let effects = phone.tell(Command::Recovered {
        batches: vec![batch.clone()],
        unreadable: 0,
    });
    assert_eq!(names(&effects), ["upload"]);
    phone.tell(Command::Uploading {
        bytes: 10,
        events: 2,
        superseded: 0,
    });
    phone.answer(202);
    let status = phone.engine.status();
    assert_eq!((status.sent(), phone.dropped("unreadable_event")), (2, 2));
    assert_eq!(phone.dropped("torn_event"), 1);
}

#[test]
fn a_batch_that_the_system_will_not_read_today_is_kept_tried_again_and_holds_nothing_up() {
    let mut phone = Phone::new();
    let (sick, sound) = (stored(1, false, &[]), stored(2, false, &[]));
    phone.tell(Command::Recovered {
        batches: vec![sick.clone(), sound.clone()],
        unreadable: 0,
    });
    let refused = || Command::ReadFailed {
        batch: sick.id,
        why: "too many open files".to_owned(),
    };
    assert_eq!(names(&phone.tell(refused())), [""; 0], "it backs off");
    let status = phone.engine.status();
    assert_eq!(
        status.last_storage_error.as_deref(),
        Some("too many open files")
    );
    assert_eq!((status.intakes[0].failures, status.dropped().len()), (1, 0));

    let wait = |phone: &mut Phone| {
        let ms = phone.engine.wake_at().unwrap() - phone.mono_ms;
        assert!(ms > 0);
        phone.wait(ms)
    };
    let next = wait(&mut phone);
    assert!(
        matches!(next[..], [Effect::Upload { batch, .. }] if batch == sound.id),
        "{next:?}"
    );
    let again = phone.answer(202);
    assert!(
        matches!(again[..], [_, Effect::Upload { batch, .. }] if batch == sick.id),
        "{again:?}"
    );
    for _ in 0..20 {
        phone.tell(refused());
        assert_eq!(names(&wait(&mut phone)), ["upload"]);
    }
    phone.answer(202);
    assert_eq!(
        (phone.engine.status().sent(), phone.engine.is_idle()),
        (6, true)
    );
}

#[test]
fn what_waits_for_its_key_is_not_sent_and_stays_within_a_day_and_half_of_the_store() {
    let mut phone = Phone::new();
    let locked = |seed: u64, age_ms: u64, megabytes: u64| StoredBatch {
        created_wall_ms: WALL_MS - age_ms,
        bytes: megabytes * 1024 * 1024,
        ..stored(seed, false, &[])
    };
    let late = locked(1, DAY_MS + 1, 1);
    let (old, new) = (locked(2, HOUR_MS, 20), locked(3, 0, 20));
    let effects = phone.tell(Command::Locked(vec![late.clone(), old.clone(), new]));
    let gone: Vec<BatchId> = effects
        .iter()
        .map(|effect| match effect {
            Effect::Delete { batch } => *batch,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(gone, [old.id, late.id]);
    assert_eq!(
        (phone.dropped("too_old"), phone.dropped("store_full")),
        (3, 3)
    );
    let said = phone.engine.status().last_storage_error.unwrap();
    assert!(said.contains("1 batches with 3 events"), "{said}");
    assert_eq!(phone.engine.wake_at(), None);
}
