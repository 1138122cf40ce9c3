//! A document that makes the app crash: what the next starts do about it.

use super::steered::*;
use super::*;
use crate::engine::RemoteState;

const SEVEN: &str = r#"{"version":7,"trace_sample_rate":25}"#;

/// An app that has pulled version 7, and died within the same second.
fn crashing() -> Steered {
    crashing_on(SEVEN)
}

fn crashing_on(document: &str) -> Steered {
    let mut phone = Steered::new();
    phone.tell(ok("\"7\"", document));
    phone
}

#[test]
fn a_document_is_kept_and_counted_before_it_is_in_force() {
    let mut phone = crashing();
    assert_eq!(phone.effects(), ["save id", "pull", "save", "publish"]);
    phone.dies_and_starts();
    assert_eq!(phone.effects()[..2], ["save", "publish"]);
    assert!(phone.published.unwrap().at_start);
}

#[test]
fn after_three_starts_that_did_not_survive_the_apps_own_configuration_holds() {
    let mut phone = crashing();
    for start in 1..=3 {
        phone.dies_and_starts();
        assert_eq!(
            (phone.trace_rate(), phone.remote().starts_without_mark),
            (25.0, start)
        );
        phone.pass(limits::REMOTE_MARK_MS - 1);
    }
    phone.dies_and_starts();
    assert_eq!((phone.trace_rate(), phone.remote().version), (100.0, None));
    assert!(phone.published.is_none(), "nothing to tell anybody");
    // It asks at once: a better document is urgent now. It still knows the bad one by its name.
    assert_eq!(phone.pulls.last().unwrap().etag.as_deref(), Some("\"7\""));
    phone.tell(status(304, &[]));
    assert_eq!(
        (phone.trace_rate(), phone.remote().state),
        (100.0, RemoteState::SetAside)
    );
    // Nor is it taken when the server sends it whole.
    phone.away(40 * SECOND);
    phone.tell(ok("\"other name\"", SEVEN));
    assert_eq!(
        (phone.trace_rate(), phone.remote().state),
        (100.0, RemoteState::SetAside)
    );
    assert_eq!(phone.remote().applied, 0);
}

#[test]
fn ten_seconds_the_background_or_an_end_in_good_order_are_a_start_that_survived() {
    type Survives = fn(&mut Steered);
    let ways: [(&str, Survives); 3] = [
        ("10 s", |phone| phone.pass(limits::REMOTE_MARK_MS)),
        ("background", |phone| phone.tell(Command::Background)),
        ("shutdown", |phone| phone.tell(Command::Shutdown)),
    ];
    for (way, survives) in ways {
        let mut phone = crashing();
        for _ in 0..10 {
            phone.dies_and_starts();
            phone.dies_and_starts();
            phone.dies_and_starts();
            assert_eq!(phone.remote().starts_without_mark, 3);
            survives(&mut phone);
            assert_eq!(phone.remote().starts_without_mark, 0, "{way}");
        }
        phone.dies_and_starts();
        assert_eq!(phone.trace_rate(), 25.0, "{way}");
    }
}

#[test]
fn the_mark_is_written_once_and_needs_no_answer_of_the_server() {
    let mut phone = crashing();
    phone.dies_and_starts();
    phone.tell(timeout());
    phone.effects();
    assert!(phone.engine.wake_at() <= Some(10_000));
    phone.pass(10_000);
    let written = |phone: &mut Steered| {
        let effects = phone.effects();
        effects.iter().filter(|&&name| name == "save").count()
    };
    assert_eq!(written(&mut phone), 1);
    phone.tell(Command::Background);
    phone.tell(Command::Shutdown);
    assert_eq!(written(&mut phone), 0);
}

#[test]
fn another_document_is_believed_at_once_and_begins_anew() {
    let mut phone = crashing();
    for _ in 0..4 {
        phone.dies_and_starts();
    }
    assert_eq!(phone.remote().state, RemoteState::SetAside);
    phone.tell(ok("\"8\"", r#"{"version":8,"trace_sample_rate":30}"#));
    assert_eq!(
        (phone.trace_rate(), phone.remote().starts_without_mark),
        (30.0, 0)
    );
    for _ in 0..3 {
        phone.dies_and_starts();
        assert_eq!(phone.trace_rate(), 30.0);
    }
    phone.dies_and_starts();
    assert_eq!(phone.trace_rate(), 100.0);
}

#[test]
fn after_a_day_one_start_tries_again_and_if_that_dies_too_another_day_passes() {
    let mut phone = crashing();
    for _ in 0..4 {
        phone.dies_and_starts();
    }
    phone.wall_ms += DAY - 1;
    phone.dies_and_starts();
    assert_eq!(phone.trace_rate(), 100.0);
    phone.wall_ms += 1;
    phone.dies_and_starts();
    assert_eq!(phone.trace_rate(), 25.0, "one try");
    phone.dies_and_starts();
    assert_eq!(phone.trace_rate(), 100.0);
    phone.wall_ms += DAY;
    phone.dies_and_starts();
    phone.pass(10_000);
    assert_eq!(
        phone.remote().starts_without_mark,
        0,
        "this time it went well"
    );
    for _ in 0..3 {
        phone.dies_and_starts();
        assert_eq!(phone.trace_rate(), 25.0);
    }
}

#[test]
fn off_stays_off_however_often_the_app_crashes() {
    let mut phone = crashing_on(r#"{"version":7,"enabled":false,"trace_sample_rate":25}"#);
    for _ in 0..20 {
        phone.dies_and_starts();
        assert!(!phone.is_on());
        phone.wall_ms += HOUR;
    }
    assert_eq!(phone.remote().state, RemoteState::SetAside);
    phone.tell(status(304, &[]));
    assert!(!phone.is_on());
    phone.away(40 * SECOND);
    phone.tell(ok("\"8\"", r#"{"version":8}"#));
    assert!(phone.is_on(), "until somebody undoes it");
}

#[test]
fn a_new_document_within_a_counted_start_has_nothing_to_prove_for_the_old_one() {
    let mut phone = crashing();
    phone.dies_and_starts();
    phone.pass(2 * SECOND);
    phone.tell(ok("\"8\"", r#"{"version":8,"trace_sample_rate":30}"#));
    phone.effects();
    phone.pass(HOUR);
    assert_eq!(phone.effects(), [""; 0], "no mark, no timer");
}

#[test]
fn what_lies_on_disk_and_is_no_document_costs_a_request_and_a_count() {
    let good = crashing().disk[&Saved::Remote].clone();
    let end = good.iter().position(|byte| *byte == b'\n').unwrap();
    let broken: [(&[u8], u64); 5] = [
        (b"", 0),
        (b"garbage", 0),
        (&good[..end], 0),
        (&good[..good.len() - 3], 1),
        (&[&good[..=end], b"\xff\xfe"].concat(), 1),
    ];
    for (bytes, refused) in broken {
        let mut phone = Steered::new();
        phone.disk.insert(Saved::Remote, bytes.to_vec());
        phone.dies_and_starts();
        assert_eq!(
            (phone.trace_rate(), phone.remote().refused),
            (100.0, refused)
        );
        let pull = phone.pulls.last().unwrap();
        assert_eq!((pull.at_ms, &pull.etag), (0, &None));
        phone.tell(ok("\"7\"", SEVEN));
        assert_eq!(phone.trace_rate(), 25.0);
    }
}

#[test]
fn an_app_that_moves_to_another_url_does_not_find_the_old_document() {
    let mut phone = crashing();
    let bytes = phone.disk.get_mut(&Saved::Remote).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    *bytes = text
        .replace("config.example/app.json", "old.example/app.json")
        .into_bytes();
    phone.dies_and_starts();
    assert_eq!((phone.trace_rate(), phone.remote().refused), (100.0, 0));
    assert_eq!(phone.pulls.last().unwrap().etag, None);
}

#[test]
fn an_install_keeps_its_id_and_an_app_may_bring_one() {
    let mut phone = Steered::new();
    let id = phone.remote().install_id.unwrap();
    assert_eq!(phone.disk[&Saved::InstallId], id.as_bytes());
    phone.dies_and_starts();
    assert_eq!(phone.remote().install_id.as_ref(), Some(&id));
    assert_eq!(phone.effects(), ["pull"], "it is not written again");

    phone.dies_and_starts_as(r#","install_id":"user-4711""#);
    assert_eq!(phone.remote().install_id.as_deref(), Some("user-4711"));
    assert_eq!(phone.disk[&Saved::InstallId], id.as_bytes());
    // What is no id of ours is replaced.
    phone.disk.insert(Saved::InstallId, b"x\n".to_vec());
    phone.dies_and_starts_as("");
    assert_ne!(phone.disk[&Saved::InstallId], b"x\n");
}

#[test]
fn an_id_that_cannot_be_read_today_is_not_replaced() {
    let mut phone = Phone::with(r#","remote_configuration_url":"https://config.example/app.json""#);
    let effects = phone.tell(Command::ColdStart {
        document: None,
        install_id: StoredId::Unread,
    });
    assert_eq!(names(&effects), ["pull"]);
    assert!(phone.engine.status().remote.install_id.is_some());
}

#[test]
fn a_document_that_is_set_aside_is_told_as_such_whatever_its_server_says() {
    let mut phone = crashing();
    for _ in 0..4 {
        phone.dies_and_starts();
    }
    assert_eq!(phone.remote().state, RemoteState::SetAside, "while it asks");
    phone.tell(status(500, &[]));
    assert_eq!(phone.remote().state, RemoteState::SetAside);
    phone.away(40 * SECOND);
    phone.tell(ok("\"html\"", "<html>"));
    assert_eq!(
        (phone.remote().state, phone.remote().refused),
        (RemoteState::SetAside, 1)
    );
    phone.away(40 * SECOND);
    phone.tell(ok("\"8\"", r#"{"version":8}"#));
    assert_eq!(phone.remote().state, RemoteState::Applied);
}

#[test]
fn a_switch_that_cannot_be_read_keeps_off_even_where_its_document_is_set_aside() {
    let mut phone = crashing_on(r#"{"enabled":false}"#);
    phone.away(40 * SECOND);
    phone.pass(2 * SECOND);
    phone.tell(ok("\"8\"", r#"{"version":8,"enabled":"yes"}"#));
    for _ in 0..4 {
        phone.dies_and_starts();
    }
    assert_eq!(phone.remote().state, RemoteState::SetAside);
    assert!(!phone.is_on());
}
