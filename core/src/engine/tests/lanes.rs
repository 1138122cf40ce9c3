//! Events of different tracks and priorities, side by side.

use super::*;
use crate::batch::{Priority, Track};

const ERRORS: Lane = Lane {
    track: Track::Rum,
    priority: Priority::High,
};
const LOGS: Lane = Lane {
    track: Track::Logs,
    priority: Priority::Usual,
};

impl Phone {
    fn record(&mut self, lane: Lane, bytes: usize) -> Vec<Effect> {
        let now = Now {
            wall_ms: WALL_MS + self.mono_ms,
            mono_ms: self.mono_ms,
        };
        let mut effects = Vec::new();
        self.engine
            .record(lane, vec![b'x'; bytes], now, &mut effects);
        effects
    }
}

#[test]
fn each_lane_has_a_batch_of_its_own_and_all_are_sealed_together() {
    let mut phone = Phone::new();
    let mut appended = Vec::new();
    let mut made = Vec::new();
    for lane in [Lane::RUM, LOGS, ERRORS, Lane::RUM, LOGS, ERRORS] {
        for effect in phone.record(lane, 10) {
            match effect {
                Effect::Create(batch) => made.push((batch.lane, batch.id)),
                Effect::Append { batch, .. } => appended.push(batch),
                other => panic!("{other:?}"),
            }
        }
    }
    let (lanes, ids): (Vec<Lane>, Vec<BatchId>) = made.into_iter().unzip();
    assert_eq!(lanes, [Lane::RUM, LOGS, ERRORS]);
    assert_eq!(appended, [ids.clone(), ids].concat());
    assert_eq!(phone.engine.wake_at(), Some(5_000));
    phone.mono_ms = 4_000;
    phone.record(
        Lane {
            track: Track::Spans,
            ..LOGS
        },
        10,
    );
    assert_eq!(names(&phone.wait(1_000)), ["upload"]);
    let sent: Vec<_> = (0..4).map(|_| names(&phone.answer(202))).collect();
    assert_eq!(sent[0], ["delete", "upload"]);
    assert_eq!(
        sent[3],
        ["delete"],
        "the youngest went along, the radio was awake"
    );
    assert!(phone.engine.is_idle());
}

#[test]
fn a_full_batch_seals_its_own_lane_alone() {
    let mut phone = Phone::new();
    phone.record(ERRORS, 10);
    for _ in 0..limits::BATCH_EVENTS {
        phone.record(LOGS, 10);
    }
    assert_eq!(names(&phone.record(ERRORS, 10)), ["append"]);
    assert_eq!(names(&phone.record(LOGS, 10)), ["create", "append"]);
}

#[test]
fn errors_and_crashes_are_given_up_after_everything_else() {
    let batch = |seed: u64, lane| StoredBatch {
        id: BatchId::random(&SeededEntropy::new(seed)),
        bytes: limits::STORE_BYTES / 4,
        events: 1,
        created_wall_ms: WALL_MS,
        lane,
        pending_consent: true,
        delivered: Vec::new(),
    };
    let old_error = batch(1, ERRORS);
    let usual = [batch(2, Lane::RUM), batch(3, LOGS), batch(4, Lane::RUM)];
    let mut phone = Phone::with(r#","intakes":[{"type":"datadog"}],"tracking_consent":"pending""#);
    let recovered = |batches| Command::Recovered {
        batches,
        unreadable: 0,
    };
    let mut gone = |batches| -> Vec<BatchId> {
        let effects = phone.tell(recovered(batches));
        let gone = effects.into_iter().map(|effect| match effect {
            Effect::Delete { batch } => batch,
            other => panic!("{other:?}"),
        });
        gone.collect()
    };
    let fits = [std::slice::from_ref(&old_error), &usual[..]].concat();
    assert_eq!(gone(fits), []);
    let errors = [5, 6, 7].map(|seed| batch(seed, ERRORS));
    assert_eq!(gone(errors.to_vec()), usual.clone().map(|batch| batch.id));
    // Nothing but errors is left: the oldest of them goes.
    let newest = batch(8, ERRORS);
    assert_eq!(gone(vec![newest.clone()]).len(), 1);
    assert_eq!(phone.dropped("store_full"), 4);
}
