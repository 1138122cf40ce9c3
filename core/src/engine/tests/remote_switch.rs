//! When a change takes hold, and what the switch stops.

use super::steered::*;
use super::*;
use crate::engine::{DisabledBy, RemoteState};
use crate::upload::Hold;

const OFF: &str = r#"{"version":8,"enabled":false}"#;

fn running() -> Steered {
    let mut phone = Steered::new();
    phone.tell(ok("\"7\"", r#"{"version":7}"#));
    phone.effects();
    phone
}

/// Comes back after a minute, and the server has this.
fn returns_to(phone: &mut Steered, document: &str) {
    phone.away(60 * SECOND);
    phone.pass(2 * SECOND);
    phone.tell(ok("\"next\"", document));
}

fn uploaded(status: u16) -> Command {
    Command::Uploaded(Ok(HttpAnswer {
        status,
        headers: Vec::new(),
        body: Vec::new(),
    }))
}

#[test]
fn off_stops_capture_injection_and_upload_at_once_and_goes_on_asking() {
    let mut phone = running();
    phone.call();
    phone.away(60 * SECOND);
    phone.pass(2 * SECOND);
    // What was recorded went with the background; this is on its way to the disk when the switch comes.
    phone.tell(uploaded(202));
    phone.call();
    phone.effects();
    phone.tell(ok("\"8\"", OFF));
    assert_eq!(phone.effects(), ["save", "publish"]);
    assert!(!phone.is_on());
    let status = phone.status();
    assert_eq!(
        (status.remote.disabled_by, status.hold),
        (Some(DisabledBy::Remote), Some(Hold::Disabled))
    );

    // No capture: not even of what was in the queue.
    phone.call();
    assert_eq!(phone.status().dropped()["disabled"], 1);
    // No upload, whatever happens, and no timer for one.
    phone.pass(60 * SECOND);
    for command in [
        Command::Flush,
        Command::Background,
        Command::Tick,
        Command::Foreground,
    ] {
        phone.tell(command);
        phone.pass(SECOND);
    }
    assert_eq!(phone.effects(), [""; 0]);
    assert_eq!(phone.engine.wake_at(), None);
    assert_eq!(phone.status().pending_batches(), 1, "what is stored waits");

    // It goes on asking, and comes back.
    returns_to(&mut phone, r#"{"version":9}"#);
    assert!(phone.is_on());
    assert_eq!(phone.effects(), ["pull", "save", "publish", "upload"]);
    assert_eq!(phone.status().remote.disabled_by, None);
    phone.tell(uploaded(202));
    assert_eq!((phone.status().sent(), phone.status().hold), (2, None));
    phone.call();
    phone.pass(5 * SECOND);
    assert!(phone.effects().contains(&"upload"));
}

#[test]
fn an_exchange_that_is_under_way_ends_and_no_other_begins() {
    let mut phone = running();
    phone.call();
    phone.tell(Command::Background);
    assert_eq!(phone.effects(), ["create", "append", "upload"]);
    phone.tell(Command::Foreground);
    phone.call();
    phone.pass(60 * SECOND);
    phone.away(60 * SECOND);
    phone.pass(2 * SECOND);
    phone.tell(ok("\"8\"", OFF));
    phone.effects();
    phone.tell(uploaded(202));
    assert_eq!(
        phone.effects(),
        ["delete"],
        "what it has taken is done with"
    );
    assert_eq!(phone.status().sent(), 1);
}

#[test]
fn what_waits_while_everything_is_off_is_given_up_after_a_day_like_all_that_waits() {
    let mut phone = running();
    phone.away(60 * SECOND);
    phone.pass(2 * SECOND);
    phone.call();
    phone.tell(ok("\"8\"", OFF));
    phone.pass(DAY + HOUR);
    phone.tell(Command::Foreground);
    assert_eq!(phone.status().pending_batches(), 0);
    assert_eq!(phone.status().dropped()["too_old"], 1);
}

#[test]
fn off_holds_at_the_next_start_before_anybody_is_asked_and_without_a_server() {
    let mut phone = running();
    returns_to(&mut phone, OFF);
    phone.ends_and_starts();
    assert!(!phone.is_on());
    let first = phone.effects();
    assert_eq!(first[..2], ["save", "publish"]);
    phone.pass(2 * SECOND);
    phone.tell(timeout());
    phone.pass(HOUR);
    assert!(!phone.is_on());
    assert!(
        phone.pulls.len() >= 3,
        "it goes on asking: {:?}",
        phone.pulls
    );
}

#[test]
fn the_apps_own_off_beats_everything_and_asks_nobody() {
    let mut phone = running();
    phone.pulls.clear();
    phone.dies_and_starts_as(r#","enabled":false"#);
    assert_eq!(phone.effects(), [""; 0]);
    for _ in 0..5 {
        phone.away(60 * SECOND);
        phone.call();
        phone.tell(Command::Flush);
        phone.pass(HOUR);
    }
    assert_eq!((phone.pulls.len(), phone.effects()), (0, vec![]));
    // An answer that nobody asked for.
    phone.tell(ok("\"9\"", r#"{"enabled":true}"#));
    assert_eq!(phone.effects(), [""; 0]);
    let status = phone.status();
    assert_eq!(status.remote.disabled_by, Some(DisabledBy::Local));
    assert_eq!(
        (status.remote.state, status.hold),
        (RemoteState::None, Some(Hold::Disabled))
    );
    assert_eq!(status.dropped()["disabled"], 5);
    // The kept document is there again with the switch.
    phone.dies_and_starts_as("");
    assert_eq!(phone.remote().version.as_deref(), Some("7"));
}

#[test]
fn a_switch_that_cannot_be_read_leaves_what_was_now_and_at_the_next_start() {
    let mut phone = running();
    returns_to(&mut phone, r#"{"enabled":"false","trace_sample_rate":5}"#);
    assert_eq!((phone.is_on(), phone.trace_rate()), (true, 5.0));
    assert_eq!(phone.remote().refused_fields, 1);
    phone.dies_and_starts();
    assert!(phone.is_on());

    returns_to(&mut phone, OFF);
    returns_to(&mut phone, r#"{"enabled":"true","trace_sample_rate":6}"#);
    assert_eq!((phone.is_on(), phone.trace_rate()), (false, 6.0));
    phone.dies_and_starts();
    assert_eq!((phone.is_on(), phone.trace_rate()), (false, 6.0));
    returns_to(&mut phone, r#"{"enabled":true}"#);
    assert!(phone.is_on());
    // To withdraw a document is a word too: nothing is named, so the app's own values hold.
    returns_to(&mut phone, OFF);
    returns_to(&mut phone, "{}");
    assert!(phone.is_on());
}

#[test]
fn hosts_and_rates_are_published_and_the_session_rate_is_this_starts_only_at_a_start() {
    let mut phone = running();
    returns_to(
        &mut phone,
        r#"{"version":8,"session_sample_rate":50,"trace_sample_rate":10,"first_party_hosts":{"b.example":["tracecontext"],"c.example":["b3"]}}"#,
    );
    let published = phone.published.clone().unwrap();
    assert!(!published.at_start);
    assert_eq!(published.version.as_deref(), Some("8"));
    assert_eq!(
        (
            published.trace.hosts.len(),
            published.trace.session_rate.percent()
        ),
        (2, 50.0)
    );
    phone.dies_and_starts();
    assert!(phone.published.unwrap().at_start);
}

#[test]
fn the_age_of_batches_changes_with_the_next_batch() {
    let mut phone = running();
    returns_to(&mut phone, r#"{"batch_max_age_ms":60000}"#);
    phone.call();
    assert_eq!(phone.engine.wake_at(), Some(phone.mono_ms + 60_000));
    phone.pass(60_000);
    phone.tell(uploaded(202));
    returns_to(&mut phone, "{}");
    phone.call();
    assert_eq!(phone.engine.wake_at(), Some(phone.mono_ms + 5_000));
}

#[test]
fn the_policy_of_uploads_changes_with_the_next_try() {
    let mut phone = running();
    phone.tell(Command::Conditions(crate::upload::UploadConditions {
        network: crate::upload::Network::Metered,
        ..Default::default()
    }));
    returns_to(&mut phone, r#"{"upload":{"metered":false}}"#);
    phone.call();
    phone.pass(60 * SECOND);
    assert_eq!(phone.status().hold, Some(Hold::Metered));
    assert!(!phone.effects().contains(&"upload"));
    returns_to(&mut phone, r#"{"upload":{"metered":true}}"#);
    assert!(phone.effects().contains(&"upload"));
}

#[test]
fn capture_can_be_switched_off_alone() {
    let mut phone = running();
    returns_to(&mut phone, r#"{"capture":{"resources":false}}"#);
    let published = phone.published.clone().unwrap();
    assert!(published.enabled && !published.captures_resources);
    returns_to(&mut phone, "{}");
    assert!(phone.published.unwrap().captures_resources);
}

#[test]
fn what_is_logged_is_said_when_it_changes() {
    let mut phone = running();
    returns_to(&mut phone, r#"{"log_level":"debug"}"#);
    assert!(phone.effects().contains(&"log level"));
    returns_to(&mut phone, r#"{"log_level":"debug","trace_sample_rate":3}"#);
    assert!(!phone.effects().contains(&"log level"));
    returns_to(&mut phone, "{}");
    assert!(phone.effects().contains(&"log level"));
}

#[test]
fn events_of_the_core_itself_follow_the_document() {
    let mut phone = running();
    returns_to(&mut phone, r#"{"telemetry":true}"#);
    for _ in 0..2 {
        phone.call();
        phone.pass(60 * SECOND);
        phone.tell(uploaded(202));
    }
    assert_eq!(phone.status().track(crate::batch::Track::Rum).made, 1);
}

#[test]
fn the_targets_that_a_phone_is_one_of_are_told() {
    let mut phone = Steered::with(r#","version":"2.1","env":"beta""#);
    phone.tell(ok(
        "\"7\"",
        r#"{"version":7,"targets":[
            {"name":"old","when":{"app_version":{"below":"2.0"}},"set":{"trace_sample_rate":1}},
            {"name":"beta","when":{"env":"beta"},"set":{"trace_sample_rate":2}},
            {"name":"all","when":{"rollout":100},"set":{"trace_sample_rate":3}}]}"#,
    ));
    assert_eq!(phone.trace_rate(), 3.0);
    let targets = phone.remote().targets;
    assert_eq!(
        targets.iter().map(|name| &**name).collect::<Vec<_>>(),
        ["beta", "all"]
    );
}

#[test]
fn a_rollout_keeps_a_phone_in_from_start_to_start() {
    let half =
        r#"{"targets":[{"name":"half","when":{"rollout":50},"set":{"trace_sample_rate":1}}]}"#;
    let mut inside = 0;
    for chance in 0..40 {
        let mut phone = Steered::by_chance_of(chance * 0x0123_4567_89ab_cdef);
        phone.tell(ok("\"7\"", half));
        let rate = phone.trace_rate();
        inside += u32::from(rate < 100.0);
        phone.dies_and_starts();
        assert_eq!(phone.trace_rate(), rate);
    }
    assert!((8..=32).contains(&inside), "{inside} of 40");
}

#[test]
fn what_was_refused_and_what_nobody_knows_is_counted_of_the_last_document() {
    let mut phone = running();
    returns_to(
        &mut phone,
        r#"{"trace_sample_rate":1000,"client_token":"evil","sampel_rate":5,"later":{}}"#,
    );
    let remote = phone.remote();
    assert_eq!((remote.refused_fields, remote.unknown_fields), (2, 2));
    assert_eq!(phone.status().refusals.len(), 4);
    returns_to(&mut phone, "{}");
    let remote = phone.remote();
    assert_eq!(
        (remote.refused_fields, remote.unknown_fields, remote.refused),
        (0, 0, 0)
    );
}

#[test]
fn a_roll_back_brings_back_what_was_refused_of_the_document_in_force() {
    let mut phone = Steered::new();
    phone.tell(ok("\"1\"", r#"{"version":1,"trace_smaple_rate":20}"#));
    assert_eq!(phone.remote().unknown_fields, 1);
    returns_to(&mut phone, "<html>");
    assert_eq!(phone.status().refusals[0].code.as_str(), "not_json");
    phone.away(40 * SECOND);
    phone.pass(2 * SECOND);
    phone.tell(status(304, &[]));
    let remote = phone.remote();
    assert_eq!((remote.refused_fields, remote.unknown_fields), (0, 1));
    assert_eq!(phone.status().refusals[0].code.as_str(), "unknown_field");
}

/// An "off" for a part of the fleet, and then a slip in the words that say for which part.
#[test]
fn a_target_that_cannot_be_read_is_no_word_to_switch_on_again() {
    let off = r#"{"targets":[{"name":"kill","when":{},"set":{"enabled":false}}]}"#;
    for (slip, is_on) in [
        (
            r#"{"targets":[{"name":"kill","when":{"app_vresion":"1"},"set":{"enabled":false}}]}"#,
            false,
        ),
        (r#"{"targets":{"name":"kill"}}"#, false),
        (r#"{"targets":["kill"]}"#, false),
        (
            r#"{"targets":[{"name":"other","when":{"moon":1},"set":{"trace_sample_rate":1}}]}"#,
            true,
        ),
        (
            r#"{"targets":[{"name":"kill","when":{"platform":"ios"},"set":{"enabled":false}}]}"#,
            true,
        ),
    ] {
        let mut phone = running();
        returns_to(&mut phone, off);
        assert!(!phone.is_on());
        returns_to(&mut phone, slip);
        assert_eq!(phone.is_on(), is_on, "{slip}");
        // Who is on stays on.
        let mut phone = running();
        returns_to(&mut phone, slip);
        assert!(phone.is_on(), "{slip}");
    }
}
