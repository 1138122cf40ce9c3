//! What came in is what went out and what is there, whatever happens in between.

use super::*;
use crate::batch::{Priority, Track};
use crate::engine::TrackStatus;

const LOGS: Lane = Lane {
    track: Track::Logs,
    priority: Priority::Usual,
};
const SPANS: Lane = Lane {
    track: Track::Spans,
    priority: Priority::Usual,
};

impl TrackStatus {
    /// Events that went out or are there, or went missing with a reason.
    pub(super) fn accounted_for(&self) -> u64 {
        let dropped: u64 = self.dropped.values().sum();
        self.sent + self.superseded + dropped + self.waiting.events
    }
}

impl Phone {
    fn record_one(&mut self, lane: Lane) -> Vec<Effect> {
        let now = Now {
            wall_ms: WALL_MS + self.mono_ms,
            mono_ms: self.mono_ms,
        };
        let mut effects = Vec::new();
        self.engine.record(lane, b"{}".to_vec(), now, &mut effects);
        effects
    }

    fn track(&self, track: Track) -> TrackStatus {
        self.engine.status().track(track).clone()
    }

    fn uploading(&mut self, bytes: u64, superseded: u32) {
        self.tell(Command::Uploading {
            bytes,
            events: u32::MAX,
            superseded,
        });
    }
}

#[test]
fn each_track_has_counts_of_its_own() {
    let mut phone = Phone::new();
    phone.record_one(Lane::RUM);
    phone.mono_ms += 1;
    phone.record_one(LOGS);
    phone.record_one(LOGS);
    let logs = phone.track(Track::Logs);
    assert_eq!(
        (logs.stored, logs.waiting.events, logs.waiting.batches),
        (2, 2, 1)
    );
    assert_eq!(logs.waiting.bytes, 4);
    phone.wait(5_000);
    phone.uploading(100, 0);
    phone.answer(503);
    phone.wait(limits::RETRY_BASE_MS);
    phone.uploading(100, 0);
    phone.answer(202);
    let rum = phone.track(Track::Rum);
    assert_eq!(
        (rum.sent, rum.requests, rum.retries, rum.bytes_sent),
        (1, 2, 1, 200)
    );
    assert_eq!(rum.last_answer.as_deref(), Some("202"));
    phone.uploading(70, 0);
    phone.answer(403);
    let logs = phone.track(Track::Logs);
    assert_eq!((logs.sent, logs.requests, logs.bytes_sent), (0, 1, 70));
    assert_eq!(logs.dropped["refused_by_intake"], 2);
    assert_eq!(phone.track(Track::Rum).dropped.len(), 0);
    let intake = &phone.engine.status().intakes[0];
    assert_eq!((intake.taken, intake.failures, intake.passed), (1, 0, 0));
}

#[test]
fn updates_of_a_view_that_were_not_sent_are_neither_sent_nor_lost() {
    let mut phone = Phone::new();
    for _ in 0..5 {
        phone.record_one(Lane::RUM);
    }
    phone.wait(5_000);
    phone.uploading(100, 3);
    phone.answer(503);
    phone.wait(limits::RETRY_BASE_MS);
    phone.uploading(100, 3);
    phone.answer(202);
    let rum = phone.track(Track::Rum);
    assert_eq!((rum.sent, rum.superseded, rum.dropped.len()), (2, 3, 0));
}

#[test]
fn what_no_intake_has_an_address_for_is_given_up_at_once_and_counted() {
    let mut phone = Phone::new();
    phone.record_one(SPANS);
    assert_eq!(names(&phone.wait(5_000)), ["upload"]);
    assert_eq!(names(&phone.tell(Command::NothingToSend)), ["delete"]);
    let spans = phone.track(Track::Spans);
    assert_eq!((spans.sent, spans.dropped["no_address"]), (0, 1));
    assert_eq!(phone.engine.status().intakes[0].passed, 1);
}

#[test]
fn what_an_intake_has_refused_is_not_lost_again_when_the_store_gives_it_up() {
    let mut phone = Phone::with(
        r#","intakes":[{"type":"datadog"},{"type":"proxy","url":"https://proxy.example/rum"}]"#,
    );
    phone.call();
    phone.wait(5_000);
    phone.answer(403);
    phone.answer(503);
    phone.wait(limits::BATCH_MAX_DELAY_MS);
    phone.answer(503);
    phone.wait(1);
    let rum = phone.track(Track::Rum);
    assert_eq!(rum.waiting.batches, 0);
    assert_eq!(rum.accounted_for(), 1);
    assert_eq!(rum.dropped["refused_by_intake"], 1);
}

#[test]
fn what_a_receiver_rejects_of_a_batch_that_it_takes_is_not_called_sent() {
    let mut phone =
        Phone::with(r#","intakes":[{"type":"otlp","url":"http://c.example","encoding":"json"}]"#);
    for _ in 0..3 {
        phone.call();
    }
    phone.wait(5_000);
    phone.tell(Command::NothingToSend);
    phone.tell(Command::Uploaded(Ok(HttpAnswer {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: br#"{"partialSuccess":{"rejectedLogRecords":"2"}}"#.to_vec(),
    })));
    let rum = phone.track(Track::Rum);
    assert_eq!((rum.sent, rum.dropped["rejected_by_intake"]), (1, 2));
}

#[test]
fn the_stats_travel_as_an_event_with_what_is_sent_anyway_once_a_minute() {
    let mut phone = Phone::with(r#","intakes":[{"type":"datadog"}],"telemetry":true"#);
    let mut told = Vec::new();
    for _ in 0..30 {
        phone.call();
        for effect in phone.wait(5_000) {
            if let Effect::Append { payload, .. } = effect {
                told.push(payload);
            }
        }
        phone.uploading(100, 0);
        phone.answer(202);
    }
    assert_eq!(
        told.len(),
        3,
        "150 seconds, and none with the first request"
    );
    let event: serde_json::Value = serde_json::from_slice(&told[1]).unwrap();
    assert_eq!(
        (event["type"].as_str(), event["service"].as_str()),
        (Some("telemetry"), Some("handspan"))
    );
    let rum = &event["telemetry"]["stats"]["tracks"]["rum"];
    assert_eq!(
        (rum["requests"].as_u64(), rum["bytes_sent"].as_u64()),
        (Some(13), Some(1_300))
    );
    let rum = phone.track(Track::Rum);
    assert_eq!((rum.made, rum.sent), (3, 33));

    // Who has not asked for it gets none, and it wakes nobody.
    let mut quiet = Phone::new();
    for _ in 0..30 {
        quiet.call();
        assert_eq!(names(&quiet.wait(5_000)), ["upload"]);
        quiet.answer(202);
    }
    assert_eq!(phone.engine.wake_at(), None);
}
