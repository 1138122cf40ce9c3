//! What an intake's answers do to batches.

use super::*;

impl Phone {
    /// An intake takes the batch, and says what time it is there.
    fn taken_at(&mut self, date: &str) -> Vec<Effect> {
        self.tell(Command::Uploaded(Ok(HttpAnswer {
            status: 202,
            headers: vec![("date".to_owned(), date.to_owned())],
            body: Vec::new(),
        })))
    }
}

#[test]
fn a_batch_that_is_too_large_is_sent_in_halves_and_a_single_event_is_dropped() {
    let mut phone = Phone::new();
    phone.call();
    phone.call();
    let sent = phone.wait(5_000);
    let [Effect::Upload { batch, .. }] = sent[..] else {
        panic!("{sent:?}")
    };
    let cut = phone.answer(413);
    assert!(matches!(cut[..], [Effect::Halve { batch: b, .. }] if b == batch));
    let half = |second: bool| StoredBatch {
        id: batch.half(second),
        bytes: 100,
        events: 1,
        created_wall_ms: WALL_MS,
        lane: Lane::RUM,
        pending_consent: false,
        delivered: Vec::new(),
    };
    let halves = vec![half(false), half(true)];
    let next = phone.tell(Command::Halved { batch, halves });
    assert!(matches!(next[..], [Effect::Upload { batch: b, .. }] if b == batch.half(false)));
    let second = phone.answer(202);
    assert_eq!(names(&second), ["delete", "upload"]);
    assert_eq!(names(&phone.answer(413)), ["delete"]);
    assert_eq!(phone.engine.status().sent(), 1);
    assert_eq!(phone.dropped("payload_too_large"), 1);
    assert!(phone.engine.is_idle());
}

#[test]
fn an_intake_that_takes_nothing_of_a_batch_is_done_with_it() {
    let mut phone =
        Phone::with(r#","intakes":[{"type":"otlp","url":"http://collector.example:4318"}]"#);
    phone.call();
    let first = phone.wait(5_000);
    assert!(matches!(first[..], [Effect::Upload { intake: 0, .. }]));
    let second = phone.tell(Command::NothingToSend);
    assert_eq!(names(&second), ["mark", "upload"]);
    assert_eq!(names(&phone.answer(200)), ["delete"]);
    assert_eq!(phone.engine.status().sent(), 1);
}

#[test]
fn events_of_a_phone_whose_clock_is_wrong_bear_the_intakes_time() {
    // WALL_MS is a day of November 2023; the intake lives three years later.
    const SERVER_MS: u64 = 1_794_127_777_000;
    let date = |effects: &[Effect]| match effects {
        [.., Effect::Append { payload, .. }] => {
            let event: serde_json::Value = serde_json::from_slice(payload).unwrap();
            (
                event["date"].as_u64().unwrap(),
                event["context"]["handspan"]["clock_offset_ms"].as_i64(),
            )
        }
        other => panic!("{other:?}"),
    };
    let mut phone = Phone::new();
    assert_eq!(date(&phone.call()), (WALL_MS, None));
    phone.wait(5_000);
    phone.taken_at("Sun, 08 Nov 2026 08:49:37 GMT");
    assert_eq!(date(&phone.call()).1, None, "one answer may be wrong");
    phone.wait(5_000);
    phone.taken_at("Sun, 08 Nov 2026 08:49:42 GMT");
    phone.mono_ms += 1_000;
    let offset = i64::try_from(SERVER_MS - WALL_MS - 5_000).unwrap();
    assert_eq!(date(&phone.call()), (SERVER_MS + 6_000, Some(offset)));
    // What is corrected by three years is not three years old.
    assert_eq!(names(&phone.wait(5_000)), ["upload"]);
}

#[test]
fn what_an_intake_says_of_the_time_costs_no_batch() {
    // WALL_MS is a day of November 2023.
    for dates in [
        ["Sun, 08 Nov 2026 08:49:37 GMT"; 2],
        ["Mon, 08 Nov 2094 08:49:37 GMT"; 2],
    ] {
        let mut phone = Phone::new();
        let backlog = (0..3).map(|seed| StoredBatch {
            id: BatchId::random(&SeededEntropy::new(seed)),
            bytes: 100,
            events: 1,
            created_wall_ms: WALL_MS - 60_000,
            lane: Lane::RUM,
            pending_consent: false,
            delivered: Vec::new(),
        });
        phone.tell(Command::Recovered {
            batches: backlog.collect(),
            unreadable: 0,
        });
        for date in dates {
            assert_eq!(names(&phone.taken_at(date)), ["delete", "upload"]);
        }
        assert_eq!(names(&phone.answer(202)), ["delete"]);
        assert_eq!(phone.engine.status().sent(), 3);
    }
}

#[test]
fn a_batch_that_an_intake_fails_on_while_it_takes_others_is_given_up() {
    let mut phone = Phone::new();
    phone.call();
    let first = phone.wait(5_000);
    let [Effect::Upload { batch: poison, .. }] = first[..] else {
        panic!("{first:?}")
    };
    phone.answer(500);
    for strike in 1..limits::POISON_STRIKES {
        assert_eq!(phone.dropped("poison_batch"), 0);
        // A newer batch goes first, and is taken.
        phone.call();
        let next = phone.wait(limits::RETRY_MAX_MS);
        assert!(
            matches!(next[..], [Effect::Upload { batch, .. }] if batch != poison),
            "strike {strike}: {next:?}"
        );
        let again = phone.answer(202);
        assert!(
            matches!(again[..], [Effect::Delete { .. }, Effect::Upload { batch, .. }] if batch == poison),
            "strike {strike}: {again:?}"
        );
        phone.answer(500);
    }
    assert_eq!(phone.dropped("poison_batch"), 1);
    assert_eq!(phone.engine.status().sent(), 4);
    assert!(phone.engine.is_idle());
}

#[test]
fn while_nothing_else_is_taken_the_intake_is_to_blame_and_no_batch_is_given_up() {
    let mut phone = Phone::new();
    phone.call();
    phone.wait(5_000);
    for _ in 0..20 {
        phone.answer(500);
        let next = phone.wait(limits::RETRY_MAX_MS);
        assert_eq!(names(&next), ["upload"]);
    }
    assert_eq!(phone.dropped("poison_batch"), 0);
    phone.answer(202);
    assert_eq!(phone.engine.status().sent(), 1);
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
    assert_eq!(phone.engine.status().sent(), 1);
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
            phone.engine.status().sent(),
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
    let due = phone.engine.wake_at().unwrap();
    let jitter = due.checked_sub(5_000 + 120_000).unwrap();
    assert!(
        0 < jitter && jitter <= limits::RETRY_BASE_MS,
        "{jitter}: not all phones at once"
    );
}

#[test]
fn a_flush_lifts_our_own_delay_and_not_the_one_that_an_intake_asked_for() {
    let mut phone = Phone::new();
    phone.call();
    phone.wait(5_000);
    phone.tell(Command::Uploaded(Err(TransportError::Timeout)));
    assert_eq!(names(&phone.tell(Command::Flush)), ["upload"]);
    phone.answer(503);
    assert_eq!(names(&phone.tell(Command::Flush)), ["upload"]);
    phone.tell(Command::Uploaded(Ok(HttpAnswer {
        status: 429,
        headers: vec![("retry-after".to_owned(), "120".to_owned())],
        body: Vec::new(),
    })));
    assert_eq!(names(&phone.tell(Command::Flush)), [""; 0]);
    assert_eq!(phone.engine.wake_at(), Some(phone.mono_ms + 120_000));
    assert_eq!(names(&phone.wait(120_000)), ["upload"]);
}

#[test]
fn what_an_intake_refuses_for_good_is_dropped_and_counted() {
    let mut phone = Phone::new();
    phone.call();
    phone.wait(5_000);
    assert_eq!(names(&phone.answer(403)), ["delete"]);
    assert_eq!(
        (
            phone.engine.status().sent(),
            phone.dropped("refused_by_intake")
        ),
        (0, 1)
    );
    assert_eq!(phone.engine.status().last_answer.as_deref(), Some("403"));
}
