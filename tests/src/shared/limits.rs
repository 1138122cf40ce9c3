//! The bounds of `tracestate`.

use serde_json::Value;

use super::Item;
use crate::case::{Case, Check};

/// Our member in these cases.
const OURS: &str = "dd=s:1";

/// The most members: with as many of the app's the last makes room for ours, and a header of more is discarded whole.
pub(crate) fn members(vector: &Value, _: &Value) -> Option<Item> {
    let most = vector.as_u64()? as usize;
    let list = |count: usize| -> Vec<String> { (0..count).map(|n| format!("k{n}=1")).collect() };
    let case = |name: &str, incoming: usize, stay: usize| merge(name, &list(incoming), &list(stay));
    Some(Item::Cases(vec![
        case("one less", most.checked_sub(1)?, most - 1),
        case("as many", most, most - 1),
        case("one more", most + 1, 0),
    ]))
}

/// So many characters go on.
pub(crate) fn characters(vector: &Value, _: &Value) -> Option<Item> {
    let most = vector.as_u64()? as usize;
    let mut incoming = Vec::new();
    let mut room = most.checked_sub(OURS.len()).filter(|&room| room > 20)?;
    while room > 200 {
        incoming.push(member(incoming.len(), 100));
        room -= 101;
    }
    incoming.push(member(incoming.len(), room / 2));
    incoming.push(member(incoming.len(), room - room / 2 - 2));
    Some(Item::Cases(vec![merge("", &incoming, &incoming)]))
}

/// An entry longer than this goes first, wherever it stands; one of this length does not.
pub(crate) fn long_entry(vector: &Value, document: &Value) -> Option<Item> {
    let threshold = vector.as_u64()? as usize;
    let most = document
        .pointer("/tracestate_grammar/should_propagate_chars")?
        .as_u64()? as usize;
    let short = threshold - 1;
    let rest: Vec<_> = (1..=most.checked_sub(OURS.len())? / threshold)
        .map(|at| member(at, short))
        .collect();
    let before = |length: usize| [&[member(0, length)], rest.as_slice()].concat();
    let (long, exact) = (before(threshold + 1), before(threshold));
    let all_but_last = exact.split_last()?.1;
    Some(Item::Cases(vec![
        merge("longer", &long, &rest),
        merge("as long", &exact, all_but_last),
    ]))
}

/// `k0=xxx` of this length.
fn member(at: usize, length: usize) -> String {
    format!("{:x<length$}", format!("k{at}="))
}

fn merge(name: &str, incoming: &[String], stay: &[String]) -> Case {
    let ours = OURS.split_once('=').unwrap_or_default();
    let merged: Vec<&str> = [OURS]
        .into_iter()
        .chain(stay.iter().map(String::as_str))
        .collect();
    Case::new(
        name,
        Check::Merge {
            incoming: incoming.join(","),
            members: vec![(ours.0.to_owned(), ours.1.to_owned())],
            merged: merged.join(","),
        },
    )
}
