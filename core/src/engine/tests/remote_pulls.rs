//! When the document is asked for.

use super::steered::*;
use super::*;
use crate::engine::RemoteState;
use crate::upload::{Network, UploadConditions};

const SEVEN: &str = r#"{"version":7,"trace_sample_rate":25}"#;

/// An app with version 7 in force, one pull made, at 1 s.
fn settled() -> Steered {
    let mut phone = Steered::new();
    phone.tell(ok("\"7\"", SEVEN));
    phone.pass(SECOND);
    phone.pulls.clear();
    phone
}

fn network(network: Network) -> Command {
    Command::Conditions(UploadConditions {
        network,
        ..UploadConditions::default()
    })
}

#[test]
fn a_first_start_asks_at_once_and_then_no_timer_runs_for_it() {
    let mut phone = Steered::new();
    assert_eq!(
        phone.pulls,
        [Pull {
            at_ms: 0,
            etag: None
        }]
    );
    assert_eq!(phone.effects(), ["save id", "pull"]);
    assert_eq!(phone.remote().state, RemoteState::Pulling);
    phone.tell(ok("\"7\"", SEVEN));
    assert_eq!(phone.effects(), ["save", "publish"]);
    assert_eq!(
        (phone.trace_rate(), phone.remote().state),
        (25.0, RemoteState::Applied)
    );
    assert_eq!(phone.engine.wake_at(), None);
    phone.pass(30 * DAY);
    assert_eq!(phone.pulls.len(), 1);
}

#[test]
fn thirty_seconds_in_the_background_ask_for_nothing_and_a_millisecond_more_does() {
    for (away_ms, pulls) in [(0, 0), (29_999, 0), (30_000, 0), (30_001, 1), (DAY, 1)] {
        let mut phone = settled();
        phone.away(away_ms);
        phone.pass(2 * SECOND);
        assert_eq!(phone.pulls.len(), pulls, "{away_ms} ms");
    }
}

#[test]
fn the_background_is_measured_by_the_clock_that_nobody_sets() {
    let mut phone = settled();
    phone.tell(Command::Background);
    phone.wall_ms += DAY;
    phone.pass(30_000);
    phone.tell(Command::Foreground);
    phone.pass(2 * SECOND);
    assert_eq!(phone.pulls.len(), 0);

    phone.tell(Command::Background);
    phone.pass(30_001);
    phone.wall_ms -= DAY;
    phone.tell(Command::Foreground);
    phone.pass(2 * SECOND);
    assert_eq!(phone.pulls.len(), 1);
}

#[test]
fn short_absences_do_not_add_up() {
    let mut phone = settled();
    for _ in 0..10 {
        phone.away(20 * SECOND);
        phone.pass(SECOND);
    }
    assert_eq!(phone.pulls.len(), 0);
}

#[test]
fn with_a_document_in_force_a_pull_waits_up_to_two_seconds() {
    for random in [0, 700, 2_000, 2_001] {
        let mut phone = Steered::by_chance_of(random);
        phone.tell(ok("\"7\"", SEVEN));
        phone.pulls.clear();
        phone.pass(SECOND);
        phone.away(40 * SECOND);
        assert_eq!(
            phone.remote().next_pull_mono_ms.is_some(),
            random % 2_001 > 0
        );
        phone.pass(2 * SECOND);
        assert_eq!(phone.pulls[0].at_ms, 41 * SECOND + random % 2_001);

        // And so at a start that has one.
        phone.pulls.clear();
        phone.dies_and_starts();
        assert_eq!(phone.trace_rate(), 25.0, "in force before anybody is asked");
        phone.pass(2 * SECOND);
        let etag = Some("\"7\"".to_owned());
        let at_ms = random % 2_001;
        assert_eq!(phone.pulls, [Pull { at_ms, etag }]);
    }
}

#[test]
fn what_has_not_changed_is_not_sent_again_and_changes_nothing() {
    let mut phone = settled();
    phone.effects();
    phone.away(40 * SECOND);
    phone.pass(2 * SECOND);
    assert_eq!(phone.pulls[0].etag.as_deref(), Some("\"7\""));
    phone.tell(status(304, &[]));
    assert_eq!(phone.effects(), ["pull"], "nothing is published or written");
    let remote = phone.remote();
    assert_eq!(
        (remote.state, remote.pulls, remote.not_modified),
        (RemoteState::Applied, 2, 1)
    );
    assert_eq!(remote.last_answer.as_deref(), Some("304"));
    assert_eq!(phone.engine.wake_at(), None);

    // A server without ETags sends it whole.
    phone.away(40 * SECOND);
    phone.pass(2 * SECOND);
    phone.tell(ok("\"7\"", SEVEN));
    assert_eq!(phone.effects(), ["pull"]);
    assert_eq!(phone.remote().not_modified, 2);
}

#[test]
fn an_answer_that_has_not_changed_to_somebody_who_has_nothing_is_a_failure() {
    let mut phone = Steered::new();
    phone.tell(status(304, &[]));
    assert_eq!(
        (phone.remote().state, phone.remote().failed),
        (RemoteState::Failed, 1)
    );
    assert!(phone.remote().next_pull_mono_ms.is_some());
}

#[test]
fn never_two_at_a_time() {
    let mut phone = Steered::new();
    // The answer is late, and the user comes and goes.
    for _ in 0..5 {
        phone.away(60 * SECOND);
        phone.pass(5 * SECOND);
    }
    assert_eq!(phone.pulls.len(), 1);
    assert!(phone.engine.is_pulling());
    phone.tell(ok("\"7\"", SEVEN));
    phone.pass(60 * SECOND);
    assert_eq!(
        phone.pulls.len(),
        2,
        "one for all the returns since, and no more"
    );
}

#[test]
fn failures_are_tried_again_ever_later_and_within_an_hour() {
    // The largest remainder of each bound, so that each delay is as long as it gets.
    let mut phone = Steered::by_chance_of(30_000);
    phone.tell(timeout());
    assert_eq!(phone.remote().next_pull_mono_ms, Some(30_000));

    let mut phone = Steered::new();
    let mut last = 0;
    for failures in 0..200_u32 {
        phone.tell(timeout());
        phone.pass(HOUR);
        let at_ms = phone.pulls[phone.pulls.len() - 1].at_ms;
        let bound = (30_000_u64 << failures.min(20)).min(HOUR);
        assert!(
            at_ms - last <= bound,
            "{failures}: {} of {bound}",
            at_ms - last
        );
        assert_eq!(phone.pulls.len(), failures as usize + 2, "one at a time");
        last = phone.mono_ms;
    }
    assert_eq!(phone.remote().failed, 200);
    phone.tell(ok("\"7\"", SEVEN));
    assert_eq!(phone.engine.wake_at(), None);
}

#[test]
fn in_the_background_nothing_is_asked_and_what_was_due_goes_with_the_return() {
    let mut phone = Steered::new();
    phone.tell(timeout());
    phone.tell(Command::Background);
    phone.pass(DAY);
    assert_eq!((phone.pulls.len(), phone.engine.wake_at()), (1, None));
    phone.tell(Command::Foreground);
    assert_eq!(phone.pulls.len(), 2);

    // Also after a short absence.
    let mut phone = Steered::by_chance_of(5 * SECOND);
    phone.tell(timeout());
    phone.away(10 * SECOND);
    assert_eq!(phone.pulls.len(), 2);

    // A process that the system has started for a push message.
    let mut phone = settled();
    phone.ends_and_starts();
    phone.tell(Command::Background);
    phone.pass(HOUR);
    assert_eq!(phone.pulls, []);
    phone.tell(Command::Foreground);
    phone.pass(2 * SECOND);
    assert_eq!(phone.pulls.len(), 1);
}

#[test]
fn the_answer_to_a_pull_counts_in_the_background_too() {
    let mut phone = Steered::new();
    phone.tell(Command::Background);
    phone.tell(ok("\"7\"", SEVEN));
    assert_eq!(phone.trace_rate(), 25.0);
}

#[test]
fn retry_after_holds_for_returns_too_and_for_an_hour_at_most() {
    for (asked, waits_ms) in [("600", 600 * SECOND), ("86400", HOUR), ("junk", 0)] {
        // 5 s of our own on top.
        let mut phone = Steered::by_chance_of(5 * SECOND);
        phone.tell(status(503, &[("retry-after", asked)]));
        phone.pulls.clear();
        phone.away(40 * SECOND);
        phone.pass(60 * SECOND);
        if waits_ms == 0 {
            assert_eq!(phone.pulls[0].at_ms, 40 * SECOND, "{asked}");
        } else {
            assert_eq!(phone.pulls, []);
            phone.pass(2 * HOUR);
            assert_eq!(phone.pulls[0].at_ms, waits_ms + 5 * SECOND, "{asked}");
        }
    }
    // A date, by the phone's clock.
    let mut phone = Steered::by_chance_of(0);
    let date = httpdate::fmt_http_date(
        std::time::UNIX_EPOCH + std::time::Duration::from_millis(WALL_MS + 90 * SECOND),
    );
    phone.tell(status(429, &[("retry-after", &date)]));
    assert_eq!(phone.remote().next_pull_mono_ms, Some(90 * SECOND));
}

#[test]
fn a_return_does_not_wait_for_a_delay_of_our_own() {
    let mut phone = Steered::by_chance_of(30 * SECOND);
    phone.pass(SECOND);
    phone.tell(timeout());
    phone.away(30_001);
    assert_eq!(phone.pulls.len(), 2);
    phone.tell(timeout());
    assert_eq!(
        phone.remote().next_pull_mono_ms,
        Some(phone.mono_ms + 30_000)
    );
    phone.away(30_001);
    assert_eq!(phone.pulls.len(), 3);
}

#[test]
fn without_a_network_nothing_is_asked_and_no_timer_runs() {
    let mut phone = settled();
    phone.tell(network(Network::None));
    phone.away(40 * SECOND);
    phone.pass(DAY);
    assert_eq!((phone.pulls.len(), phone.engine.wake_at()), (0, None));
    phone.tell(network(Network::Metered));
    phone.pass(2 * SECOND);
    assert_eq!(phone.pulls.len(), 1);

    // Low battery, power-save mode and what the policy says of metered networks hold no switch back.
    let mut phone = Steered::with(r#","upload":{"metered":false}"#);
    phone.tell(ok("\"7\"", SEVEN));
    phone.tell(Command::Conditions(UploadConditions {
        network: Network::Metered,
        battery_low: true,
        low_power: true,
    }));
    phone.away(40 * SECOND);
    phone.pass(2 * SECOND);
    assert_eq!(phone.pulls.len(), 2);
}

#[test]
fn a_document_that_is_refused_is_not_asked_for_again_until_the_next_return() {
    let mut phone = Steered::new();
    phone.tell(ok("\"bad\"", "garbage"));
    assert_eq!(phone.remote().state, RemoteState::Refused);
    assert_eq!(phone.engine.wake_at(), None);
    phone.away(40 * SECOND);
    assert_eq!(phone.pulls[1].etag, None, "what was refused has no name");
}

#[test]
fn a_redirect_and_a_sign_in_page_are_nobodys_answer() {
    for code in [302, 401, 404, 500, 511] {
        let mut phone = settled();
        phone.away(40 * SECOND);
        phone.pass(2 * SECOND);
        phone.tell(status(code, &[]));
        assert_eq!(
            (phone.remote().state, phone.trace_rate()),
            (RemoteState::Failed, 25.0)
        );
        assert!(phone.remote().next_pull_mono_ms.is_some(), "{code}");
    }
}

#[test]
fn without_a_url_nothing_is_asked_kept_or_written() {
    let mut phone = Phone::new();
    assert_eq!(names(&phone.tell(first_start())), [""; 0]);
    for command in [Command::Background, Command::Foreground, Command::Shutdown] {
        phone.mono_ms += HOUR;
        assert_eq!(names(&phone.tell(command)), [""; 0]);
    }
    assert_eq!(phone.engine.status().remote.state, RemoteState::None);
}
