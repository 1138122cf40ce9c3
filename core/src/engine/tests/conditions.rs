//! When the radio is woken: the state of the phone, the policy, and the background.

use super::*;
use crate::batch::Track;
use crate::upload::{Network, UploadConditions};

const DATADOG: &str = r#","intakes":[{"type":"datadog"}]"#;

fn on(network: Network) -> UploadConditions {
    UploadConditions {
        network,
        ..UploadConditions::default()
    }
}

impl Phone {
    fn conditions(&mut self, conditions: UploadConditions) -> Vec<Effect> {
        self.tell(Command::Conditions(conditions))
    }

    /// Sleeps until the engine wants to be woken; what it does then.
    fn sleep(&mut self) -> Vec<Effect> {
        let due = self.engine.wake_at().expect("a timer");
        self.wait(due - self.mono_ms)
    }

    fn wake_ups(&self) -> u64 {
        self.engine.status().wake_ups
    }

    fn fail(&mut self) -> Vec<Effect> {
        self.tell(Command::Uploaded(Err(TransportError::Timeout)))
    }
}

#[test]
fn without_a_network_nothing_is_tried_and_no_timer_runs_until_there_is_one() {
    let mut phone = Phone::new();
    phone.conditions(on(Network::None));
    phone.call();
    assert_eq!(phone.engine.wake_at(), None);
    assert_eq!(names(&phone.wait(60_000)), [""; 0]);
    assert!(phone.engine.is_held_back(Now {
        wall_ms: 0,
        mono_ms: phone.mono_ms
    }));
    assert_eq!(
        names(&phone.conditions(on(Network::Unmetered))),
        ["upload"],
        "what is old enough goes at once"
    );
    phone.answer(202);
    assert!(phone.engine.is_idle());
}

#[test]
fn a_battery_that_is_low_and_power_save_wait_and_a_policy_may_say_otherwise() {
    let low = UploadConditions {
        battery_low: true,
        ..on(Network::Unmetered)
    };
    let saving = UploadConditions {
        low_power: true,
        ..on(Network::Unmetered)
    };
    for conditions in [low, saving] {
        let mut phone = Phone::new();
        phone.conditions(conditions);
        phone.call();
        assert_eq!(phone.engine.wake_at(), None, "{conditions:?}");
        phone.wait(5_000);
        let lifted = phone.conditions(on(Network::Unmetered));
        assert_eq!(names(&lifted), ["upload"], "{conditions:?}");

        let eager = r#","upload":{"battery_low":true,"low_power":true}"#;
        let mut phone = Phone::with(&format!("{DATADOG}{eager}"));
        phone.conditions(conditions);
        phone.call();
        assert_eq!(names(&phone.wait(5_000)), ["upload"], "{conditions:?}");
    }
}

#[test]
fn a_policy_without_metered_networks_waits_for_another_and_what_is_a_day_old_goes() {
    let mut phone = Phone::with(&format!(r#"{DATADOG},"upload":{{"metered":false}}"#));
    phone.conditions(on(Network::Metered));
    phone.call();
    phone.wait(limits::BATCH_MAX_DELAY_MS + 1);
    phone.call();
    assert_eq!(phone.engine.wake_at(), None);
    let free = phone.conditions(on(Network::Unmetered));
    assert_eq!(names(&free), [""; 0], "the newer one is not old enough yet");
    assert_eq!(names(&phone.wait(5_000)), ["upload"]);
    assert_eq!(phone.dropped("too_old"), 1);
}

#[test]
fn events_of_a_day_offline_share_batches_and_are_given_up_by_the_quarter_of_an_hour() {
    let mut phone = Phone::new();
    phone.conditions(on(Network::None));
    let mut creates = 0;
    for _ in 0..24 * 60 {
        creates += names(&phone.call())
            .iter()
            .filter(|&&name| name == "create")
            .count();
        phone.mono_ms += 60_000;
    }
    assert_eq!(
        creates,
        24 * 60 / 16,
        "one a minute, the first and the last a quarter of an hour apart"
    );
    assert_eq!(phone.dropped("too_old"), 0);
    phone.call();
    phone.wait(1);
    assert_eq!(phone.dropped("too_old"), 16);
}

#[test]
fn a_metered_radio_is_woken_every_half_minute_at_most() {
    let mut phone = Phone::new();
    phone.conditions(on(Network::Metered));
    phone.call();
    assert_eq!(names(&phone.sleep()), ["upload"]);
    assert_eq!(
        phone.mono_ms, 5_000,
        "after a silence an event waits no longer"
    );
    phone.answer(202);
    phone.call();
    assert_eq!(names(&phone.sleep()), ["upload"]);
    assert_eq!(phone.mono_ms, 5_000 + limits::METERED_INTERVAL_MS);
    // Nor is a try repeated before.
    phone.fail();
    assert_eq!(names(&phone.sleep()), ["upload"]);
    assert!(phone.mono_ms >= 5_000 + 2 * limits::METERED_INTERVAL_MS);
    phone.answer(202);
    // A network that costs nothing lifts the interval.
    phone.call();
    phone.conditions(on(Network::Unmetered));
    assert_eq!(phone.engine.wake_at(), Some(phone.mono_ms + 5_000));
}

#[test]
fn once_awake_everything_goes_to_everybody_before_it_sleeps_again() {
    let two =
        r#","intakes":[{"type":"datadog"},{"type":"proxy","url":"https://proxy.example/rum"}]"#;
    let mut phone = Phone::with(two);
    phone.conditions(on(Network::None));
    for _ in 0..3 {
        phone.call();
        phone.wait(limits::BATCH_SPAN_MS + 1);
    }
    phone.call();
    phone.mono_ms += 1;
    let mut effects = phone.conditions(on(Network::Metered));
    let mut uploads = 0;
    while names(&effects).contains(&"upload") {
        uploads += 1;
        phone.mono_ms += 100;
        effects = phone.answer(202);
    }
    assert_eq!(uploads, 4 * 2, "the open batch too");
    assert_eq!(phone.wake_ups(), 1);
    assert_eq!(phone.engine.wake_at(), None);
}

#[test]
fn a_phone_that_does_nothing_all_day_is_never_woken() {
    let mut phone = Phone::new();
    phone.call();
    phone.wait(5_000);
    phone.answer(202);
    let before = phone.wake_ups();
    for hour in 0..24 {
        assert_eq!(phone.engine.wake_at(), None);
        phone.mono_ms += 60 * 60 * 1000;
        phone.conditions(on(match hour % 3 {
            0 => Network::None,
            1 => Network::Metered,
            _ => Network::Unmetered,
        }));
        phone.tell(Command::Background);
        phone.tell(Command::Foreground);
    }
    assert_eq!(phone.wake_ups() - before, 0);
}

#[test]
fn back_online_a_failed_try_is_repeated_within_a_second_unless_the_intake_asked_to_wait() {
    let mut phone = Phone::new();
    phone.call();
    phone.wait(5_000);
    for _ in 0..10 {
        phone.fail();
        phone.sleep();
    }
    phone.fail();
    phone.conditions(on(Network::None));
    phone.conditions(on(Network::Unmetered));
    assert!(phone.engine.wake_at().unwrap() <= phone.mono_ms + limits::RETRY_BASE_MS);

    phone.sleep();
    phone.tell(Command::Uploaded(Ok(HttpAnswer {
        status: 429,
        headers: vec![("retry-after".to_owned(), "600".to_owned())],
        body: Vec::new(),
    })));
    phone.conditions(on(Network::None));
    phone.conditions(on(Network::Unmetered));
    assert!(phone.engine.wake_at().unwrap() >= phone.mono_ms + 600_000);
}

#[test]
fn going_to_the_background_seals_and_sends_at_once_and_tries_no_longer_than_a_few_seconds() {
    let mut phone = Phone::new();
    phone.call();
    phone.mono_ms += 1;
    let sent = phone.tell(Command::Background);
    assert!(
        matches!(sent[..], [Effect::Upload { timeout_ms, .. }] if timeout_ms == limits::BACKGROUND_TRY_MS),
        "{sent:?}"
    );
    let gone = phone.mono_ms;
    let mut tries = 0;
    loop {
        tries += 1;
        phone.mono_ms += 100;
        phone.tell(Command::Uploaded(Err(TransportError::Network(
            "connection refused".to_owned(),
        ))));
        let next = phone.engine.wake_at().unwrap();
        if next >= gone + limits::BACKGROUND_TRY_MS {
            // From here on it is the background's interval that counts.
            assert!(next >= phone.mono_ms + limits::BACKGROUND_INTERVAL_MS);
            break;
        }
        assert_eq!(names(&phone.sleep()), ["upload"]);
    }
    assert!((2..50).contains(&tries), "{tries}");
    assert_eq!(phone.wake_ups(), 1);
    // What is recorded meanwhile wakes nobody; the app's return does.
    phone.call();
    phone.mono_ms += 60_000;
    assert_eq!(names(&phone.tell(Command::Foreground)), ["upload"]);
    assert_eq!(names(&phone.answer(202)), ["delete", "upload"]);
}

#[test]
fn in_the_background_the_radio_is_woken_once_in_a_quarter_of_an_hour() {
    let mut phone = Phone::new();
    phone.tell(Command::Background);
    let start = phone.mono_ms;
    while phone.mono_ms < start + 4 * 60 * 60 * 1000 {
        phone.call();
        phone.wait(60_000);
        if phone.engine.delivery.under_way() {
            phone.answer(202);
        }
    }
    assert!(
        (15..=17).contains(&phone.wake_ups()),
        "{}",
        phone.wake_ups()
    );
}

#[test]
fn without_network_going_to_the_background_starts_nothing() {
    let mut phone = Phone::new();
    phone.conditions(on(Network::None));
    phone.call();
    phone.mono_ms += 1;
    assert_eq!(names(&phone.tell(Command::Background)), [""; 0]);
    assert_eq!(phone.engine.wake_at(), None);
    // An exchange that the network leaves in the middle keeps no timer either.
    phone.conditions(on(Network::Unmetered));
    phone.conditions(on(Network::None));
    phone.fail();
    assert_eq!(phone.engine.wake_at(), None);
    assert_eq!(names(&phone.wait(60_000)), [""; 0]);
}

#[test]
fn coming_and_going_while_nothing_can_be_sent_makes_no_batch_each_time() {
    let flips = |phone: &mut Phone| {
        for _ in 0..100 {
            for flip in [Command::Background, Command::Foreground, Command::Flush] {
                phone.mono_ms += 100;
                phone.call();
                phone.tell(flip);
            }
        }
    };
    let waiting = |phone: &Phone| {
        let waiting = phone.engine.status().track(Track::Rum).waiting;
        (waiting.batches, waiting.events)
    };
    let mut offline = Phone::new();
    offline.conditions(on(Network::None));
    flips(&mut offline);
    assert_eq!(waiting(&offline), (1, 300));
    assert!(!offline.engine.is_idle(), "a flush has not sent it");
    let back = offline.conditions(on(Network::Unmetered));
    assert_eq!(names(&back), ["upload"]);
    assert_eq!(names(&offline.answer(202)), ["delete"]);
    assert!(offline.engine.is_idle());

    let mut told_to_wait = Phone::new();
    told_to_wait.call();
    told_to_wait.wait(5_000);
    told_to_wait.tell(Command::Uploaded(Ok(HttpAnswer {
        status: 429,
        headers: vec![("retry-after".to_owned(), "600".to_owned())],
        body: Vec::new(),
    })));
    flips(&mut told_to_wait);
    assert_eq!(waiting(&told_to_wait), (2, 301));
    assert_eq!(names(&told_to_wait.sleep()), ["upload"]);
    assert_eq!(names(&told_to_wait.answer(202)), ["delete", "upload"]);
    assert_eq!(names(&told_to_wait.answer(202)), ["delete"]);
}

#[test]
fn an_interval_out_of_range_is_moved_to_its_bound() {
    let text =
        r#"{"intakes":[],"upload":{"metered_interval_ms":99999999999,"metered":"no","wifi":true}}"#;
    let (configuration, mut refusals) = from_json(text).unwrap();
    let (settings, more) = configuration.validate().unwrap();
    refusals.extend(more);
    let fields: Vec<_> = refusals.iter().map(|r| r.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "upload.metered",
            "upload.wifi",
            "upload.metered_interval_ms"
        ]
    );
    let policy = settings.configuration.upload;
    assert_eq!(policy.metered_interval_ms, limits::INTERVAL_MAX_MS);
    assert!(policy.metered);
}
