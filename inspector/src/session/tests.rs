use serde_json::{Value, json};

use super::store::{ITEM_BYTES, ITEMS, SESSIONS, SessionSnapshot};
use super::*;

fn event(session: &str, kind: &str, date: u64, own: &Value) -> Told {
    let mut event = json!({"type": kind, "date": date, "session": {"id": session}, "view": {"id": "v1", "name": "Cart"},
        "usr": {"id": "u-7", "name": "Zoë"}});
    event[kind] = own.clone();
    if kind == "view" {
        event["view"]["id"] = "v1".into();
        event["_dd"] = json!({"document_version": own["version"]});
    }
    Told::rum(&event, &event.to_string(), Vec::new())
}

fn only(sessions: &Sessions) -> SessionSnapshot {
    let mut all = sessions.snapshots();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn shown(sessions: &Sessions, search: &str) -> Value {
    serde_json::to_value(story(&only(sessions), &Search::new(search))).unwrap()
}

#[test]
fn of_a_views_updates_the_last_by_its_version_counts_whenever_it_comes() {
    let mut sessions = Sessions::default();
    for version in [1, 3, 2] {
        let own = json!({"version": version, "time_spent": version * 1_000_000_000_u64});
        let mut told = event("s", "view", 1_000, &own);
        told.item.label = format!("version {version}");
        sessions.add(told);
    }
    sessions.add(event("s", "action", 2_500, &json!({"type": "tap"})));
    let story = shown(&sessions, "");
    let view = &story["views"][0];
    assert_eq!(
        (&view["document_version"], &view["superseded"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(
        (&view["started"], &view["ended"]),
        (&json!(1_000.0), &json!(4_000.0))
    );
    assert_eq!(
        view["items"].as_array().unwrap().len(),
        1,
        "updates are no items"
    );
    assert_eq!(sessions.weigh().0, 2);
}

#[test]
fn an_invalid_update_stays_to_be_seen() {
    let mut sessions = Sessions::default();
    for version in [1, 2] {
        let mut told = event("s", "view", 1_000, &json!({"version": version}));
        if version == 1 {
            told.item.problems = crate::check::Checks::default().judge(&json!({}), 2);
        }
        sessions.add(told);
    }
    let story = shown(&sessions, "");
    assert_eq!(story["views"][0]["items"][0]["kind"], "view");
    assert_eq!(story["counts"]["invalid"], 1);
}

#[test]
fn what_has_no_usable_session_stands_together() {
    let mut sessions = Sessions::default();
    for id in [
        json!(null),
        json!(7),
        json!(""),
        json!("../.."),
        json!("x".repeat(65)),
    ] {
        let event = json!({"type": "error", "session": {"id": id}});
        sessions.add(Told::rum(&event, &event.to_string(), Vec::new()));
    }
    let story = shown(&sessions, "");
    assert_eq!(
        (&story["id"], &story["counts"]["errors"]),
        (&json!("none"), &json!(5))
    );
    assert_eq!(story["views"][0]["id"], Value::Null);
}

#[test]
fn memory_is_bounded_by_sessions_items_and_bytes() {
    let mut sessions = Sessions::default();
    for number in 0..SESSIONS + 5 {
        sessions.add(event(&format!("s{number}"), "action", 1, &json!({})));
    }
    assert_eq!(sessions.snapshots().len(), SESSIONS);
    assert!(sessions.find("s4").is_none() && sessions.find("s5").is_some());
    for _ in 0..ITEMS {
        sessions.add_once(event("long", "action", 1, &json!({})));
        sessions.add(event("long", "action", 2, &json!({})));
    }
    assert_eq!(sessions.weigh().0, ITEMS);
    let long = only(&sessions);
    assert_eq!(long.items.len(), ITEMS, "the others were older");
    let told = serde_json::to_value(row(&long, &Search::default())).unwrap();
    assert_eq!(
        (&told["started"], &told["forgotten"]),
        (&json!(1.0), &json!(1))
    );
    for _ in 0..40 {
        sessions.add(event(
            "large",
            "error",
            1,
            &json!({"stack": "x".repeat(1 << 20)}),
        ));
    }
    assert!(sessions.weigh().1 <= ITEM_BYTES);
    assert!(sessions.find("long").is_none());
    sessions.clear();
    assert_eq!(sessions.weigh(), (0, 0));
}

#[test]
fn what_came_without_a_key_is_kept_once() {
    let mut sessions = Sessions::default();
    let told = || event("s", "action", 1, &json!({"type": "tap"}));
    assert!(sessions.add_once(told()).is_some());
    assert!(sessions.add_once(told()).is_none());
    assert_eq!(sessions.weigh().0, 1);
}

#[test]
fn a_search_wants_all_its_words_of_one_item() {
    let mut sessions = Sessions::default();
    for told in [
        event("0f4c", "view", 1, &json!({"version": 1})),
        event(
            "0f4c",
            "action",
            2,
            &json!({"id": "a1", "type": "tap", "target": {"name": "Buy"}, "frustration": {"type": ["error_tap"]}}),
        ),
        event(
            "0f4c",
            "resource",
            3,
            &json!({"method": "POST", "url": "https://api.shop.test/Pay", "status_code": 503}),
        ),
        event(
            "0f4c",
            "resource",
            4,
            &json!({"method": "GET", "url": "https://api.shop.test/goods", "status_code": 200}),
        ),
        event(
            "0f4c",
            "error",
            5,
            &json!({"message": "no money", "is_crash": true}),
        ),
    ] {
        sessions.add(told);
    }
    let snapshot = only(&sessions);
    for (search, found) in [
        ("", Some(0)),
        ("pay", Some(1)),
        ("PAY status:503", Some(1)),
        ("pay status:200", None),
        ("status:5xx", Some(1)),
        ("type:resource", Some(2)),
        ("type:error is:crash", Some(1)),
        ("is:failed", Some(2)),
        ("is:frustrated", Some(1)),
        ("action:a1", Some(1)),
        ("view:cart type:action", Some(1)),
        ("user:zoë", Some(0)),
        ("user:zoë type:error", Some(1)),
        ("user:yves type:error", None),
        ("session:0f", Some(0)),
        ("session:f0", None),
        ("is:unheard-of", None),
        ("colon:only", None),
    ] {
        let told = Search::new(search).find(&snapshot);
        assert_eq!(told.map(|numbers| numbers.len()), found, "{search}");
    }
}
