//! Views that a later update of the same batch replaces.

use std::collections::HashMap;

use serde_json::Value;

/// How our events spell their type: they are written without spaces.
const VIEW: &str = "\"type\":\"view\"";

/// The events that are worth sending, and how many are not: of several `view` events of one view only the one with the highest
/// `_dd.document_version` goes, the last of them where several have it. An intake keeps no other (the rule of Datadog's SDKs).
/// The order of the rest stays.
pub fn without_superseded<'a>(events: &[&'a [u8]]) -> (Vec<&'a [u8]>, u32) {
    // Looking for the words costs little; most batches hold no two views, and nothing of them is parsed.
    let views: Vec<usize> = events
        .iter()
        .enumerate()
        .filter(|(_, event)| std::str::from_utf8(event).is_ok_and(|text| text.contains(VIEW)))
        .map(|(at, _)| at)
        .collect();
    if views.len() < 2 {
        return (events.to_vec(), 0);
    }
    let mut newest: HashMap<String, (u64, usize)> = HashMap::new();
    let mut gone = vec![false; events.len()];
    for at in views {
        let Some((view, version)) = events.get(at).and_then(|event| update(event)) else {
            continue;
        };
        let older = match newest.get(&view) {
            Some(&(known, _)) if known > version => at,
            Some(&(_, before)) => {
                newest.insert(view, (version, at));
                before
            }
            None => {
                newest.insert(view, (version, at));
                continue;
            }
        };
        if let Some(gone) = gone.get_mut(older) {
            *gone = true;
        }
    }
    let left: Vec<&[u8]> = events
        .iter()
        .zip(&gone)
        .filter(|(_, gone)| !**gone)
        .map(|(event, _)| *event)
        .collect();
    let superseded = events.len() - left.len();
    (left, u32::try_from(superseded).unwrap_or(u32::MAX))
}

/// View and version of an event that is an update of a view.
fn update(event: &[u8]) -> Option<(String, u64)> {
    let event: Value = serde_json::from_slice(event).ok()?;
    if event.get("type")?.as_str()? != "view" {
        return None;
    }
    let view = event.pointer("/view/id")?.as_str()?.to_owned();
    let version = event.pointer("/_dd/document_version")?.as_u64()?;
    Some((view, version))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn view(id: &str, version: u64, name: &str) -> String {
        format!(
            r#"{{"type":"view","view":{{"id":"{id}","name":"{name}"}},"_dd":{{"document_version":{version}}}}}"#
        )
    }

    fn left(events: &[String]) -> (Vec<String>, u32) {
        let bytes: Vec<&[u8]> = events.iter().map(|event| event.as_bytes()).collect();
        let (left, superseded) = without_superseded(&bytes);
        let text = |event: &[u8]| String::from_utf8(event.to_vec()).unwrap();
        (left.into_iter().map(text).collect(), superseded)
    }

    #[test]
    fn of_a_views_updates_the_newest_stays_where_it_was() {
        let action = r#"{"type":"action","view":{"id":"a"}}"#.to_owned();
        let events = [
            view("a", 1, ""),
            view("b", 5, ""),
            action.clone(),
            view("a", 3, ""),
            view("a", 2, ""),
            view("b", 5, "again"),
        ];
        let (kept, superseded) = left(&events);
        assert_eq!(kept, [action, view("a", 3, ""), view("b", 5, "again")]);
        assert_eq!(superseded, 3);
    }

    #[test]
    fn what_only_looks_like_an_update_of_a_view_stays() {
        let events = [
            view("a", 1, ""),
            r#"{"type":"view"}"#.to_owned(),
            r#"{"type":"view","view":{"id":"a"},"_dd":{}}"#.to_owned(),
            r#"{"type":"view_update","view":{"id":"a"},"_dd":{"document_version":2}}"#.to_owned(),
            r#"{"type":"error","context":{"type":"view"},"view":{"id":"a"},"_dd":{"document_version":3}}"#.to_owned(),
            r#"{"type":"view", garbage"#.to_owned(),
        ];
        assert_eq!(left(&events), (events.to_vec(), 0));
    }

    proptest! {
        #[test]
        fn one_update_of_each_view_is_left_and_nothing_else_goes(
            updates in prop::collection::vec((0_u8..4, 0_u64..6, any::<bool>()), 0..40),
        ) {
            let events: Vec<String> = updates
                .iter()
                .enumerate()
                .map(|(at, (id, version, is_view))| if *is_view {
                    view(&id.to_string(), *version, &at.to_string())
                } else {
                    format!(r#"{{"type":"resource","at":{at}}}"#)
                })
                .collect();
            let (kept, superseded) = left(&events);
            prop_assert_eq!(kept.len() + superseded as usize, events.len());
            let mut rest = events.iter();
            prop_assert!(kept.iter().all(|event| rest.any(|other| other == event)), "in order");
            for id in 0..4 {
                let best = updates.iter().filter(|(i, _, is_view)| *is_view && *i == id).map(|(_, v, _)| *v).max();
                let of_view: Vec<u64> = kept
                    .iter()
                    .filter_map(|event| update(event.as_bytes()))
                    .filter(|(view, _)| *view == id.to_string())
                    .map(|(_, version)| version)
                    .collect();
                prop_assert_eq!(of_view, best.into_iter().collect::<Vec<_>>());
            }
            prop_assert_eq!(kept.iter().filter(|e| e.contains("resource")).count(), events.iter().filter(|e| e.contains("resource")).count());
        }
    }
}
