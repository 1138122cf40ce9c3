//! What nobody may know: told while the user refused, held back for a mapper, or in places where nobody looks for it.

use std::time::Duration;

use handspan_core::config::Consent;
use handspan_core::rum::attributes::{Attribute, AttributeValue};
use handspan_core::rum::command::{ResourceKind, RumCommand, RumError};

use super::phone::*;

fn view(name: &str) -> RumCommand {
    RumCommand::StartView {
        key: name.to_owned(),
        name: name.to_owned(),
        url: None,
        attributes: Vec::new(),
    }
}

fn tell(phone: &Phone, command: RumCommand) {
    phone.core.record(command, Duration::ZERO);
}

/// All that is sent, as text.
fn sent(phone: &Phone) -> String {
    let events = phone.upload_all();
    events.iter().map(ToString::to_string).collect()
}

#[test]
fn what_was_looked_at_while_the_user_refused_stays_unknown_after_they_agree() {
    let phone = start("refused-first", r#","tracking_consent":"refused""#, vec![]);
    for name in ["diagnosis", "debts", "home"] {
        tell(&phone, view(name));
        phone.clock.advance(1_000);
    }
    tell(
        &phone,
        RumCommand::StartResource {
            key: "r".to_owned(),
            method: "GET".to_owned(),
            url: "https://a.example/in-refusal".to_owned(),
            attributes: Vec::new(),
        },
    );
    phone.core.set_tracking_consent(Consent::Granted);
    phone.clock.advance(1_000);
    tell(
        &phone,
        RumCommand::StopResource {
            key: "r".to_owned(),
            status_code: Some(200),
            kind: ResourceKind::Native,
            size: None,
            attributes: Vec::new(),
        },
    );
    tell(
        &phone,
        RumCommand::AddFeatureFlag {
            name: "agreed".to_owned(),
            value: AttributeValue::Bool(true),
        },
    );
    let sent = sent(&phone);
    // The view that is looked at now begins now.
    assert!(
        sent.contains(r#""name":"home""#) && sent.contains("agreed"),
        "{sent}"
    );
    assert!(
        !sent.contains("diagnosis") && !sent.contains("debts"),
        "{sent}"
    );
    assert!(!sent.contains("in-refusal"), "{sent}");
}

#[test]
fn user_names_and_passwords_are_in_no_url_that_the_app_tells_by_hand() {
    let phone = start("user-info", "", vec![]);
    tell(
        &phone,
        RumCommand::StartResource {
            key: "r".to_owned(),
            method: "GET".to_owned(),
            url: "https://user:word@a.example/x".to_owned(),
            attributes: Vec::new(),
        },
    );
    tell(
        &phone,
        RumCommand::StopResource {
            key: "r".to_owned(),
            status_code: Some(200),
            kind: ResourceKind::Native,
            size: None,
            attributes: Vec::new(),
        },
    );
    let sent = sent(&phone);
    assert!(
        sent.contains("https://a.example/x") && !sent.contains("word@"),
        "{sent}"
    );
}

#[test]
fn a_crash_is_stored_when_the_call_returns() {
    let phone = start("crash", "", vec![]);
    let before = phone.core.status().stored;
    let crash = RumError {
        message: "out of memory".to_owned(),
        is_crash: true,
        ..RumError::default()
    };
    tell(&phone, RumCommand::AddError(Box::new(crash)));
    assert!(phone.core.status().stored > before);
}

#[test]
fn two_threads_that_end_the_session_at_once_leave_its_view_to_come_back() {
    let phone = start("two-stops", "", vec![]);
    tell(&phone, view("cart"));
    let core = &phone.core;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| core.record(RumCommand::StopSession, Duration::ZERO));
        }
    });
    phone.clock.advance(1_000);
    tell(
        &phone,
        RumCommand::AddAction {
            kind: handspan_core::rum::command::ActionKind::Custom,
            name: "again".to_owned(),
            attributes: Vec::new(),
        },
    );
    phone.clock.advance(1_000);
    let events = phone.upload_all();
    let action = events
        .iter()
        .find(|event| event["type"] == "action")
        .unwrap();
    assert_eq!(action["view"]["name"], "cart");
}

#[test]
fn a_mapper_sees_what_a_shutdown_stores() {
    let phone = super::told::start_mapped("mapped-to-the-end");
    let core = std::sync::Arc::clone(&phone.core);
    let mapper = std::thread::spawn(move || {
        let event = core.next_event_to_map(Duration::from_secs(10)).unwrap();
        core.event_mapped(event.id, None);
    });
    tell(&phone, RumCommand::Log(Box::default()));
    phone.core.shutdown();
    mapper.join().unwrap();
    let dropped = phone.core.status().dropped;
    assert_eq!(dropped, [("mapper_dropped".to_owned(), 1)]);
}

#[test]
fn attributes_that_pile_up_are_bounded_and_counted() {
    let phone = start("piled-up", "", vec![]);
    for number in 0..20 {
        let big = Attribute {
            name: format!("a{number}"),
            value: AttributeValue::List(vec![AttributeValue::Text("x".repeat(20_000)); 4]),
        };
        let attributes = vec![big];
        tell(&phone, RumCommand::SetAttributes { attributes });
    }
    tell(&phone, view("cart"));
    let sent = sent(&phone);
    assert!(
        sent.contains(r#""a0""#) && sent.len() < 1_000_000,
        "{}",
        sent.len()
    );
    let tracks = phone.core.stats().tracks;
    let rum = tracks.iter().find(|stats| stats.track == "rum").unwrap();
    let trimmed = rum
        .trimmed
        .iter()
        .find(|(reason, _)| reason == "attribute_too_many");
    assert!(
        trimmed.is_some_and(|(_, count)| *count >= 10),
        "{:?}",
        rum.trimmed
    );
}
