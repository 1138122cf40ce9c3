//! `handspan config diff`: what a new document changes, and for how many.

use std::collections::BTreeMap;

use handspan_core::config::Refusal;
use handspan_core::remote::signature::{self, PublicKeys};
use handspan_core::remote::{PhoneFacts, RemoteDocument};
use handspan_core::seams::entropy::{SeededEntropy, uuid_v4};
use serde_json::{Map, Value};

use super::{check, document};
use crate::Failure;
use crate::config_file::on_one_line;

/// Made-up installs that both documents are asked about: a hundredth of a percent is one of them.
const INSTALLS: u64 = 10_000;

/// The difference.
#[derive(Debug)]
pub struct Diff {
    /// What phones refuse of the two, or pass over, a line each: it is compared as written, and does nothing.
    pub refusals: Vec<String>,
    /// What is written otherwise, a line each.
    pub changes: Vec<String>,
    /// Percent of installs that would do something else, of phones as they were asked about.
    pub touched_percent: f64,
}

/// Compares two files. `facts` is the kind of phone that is asked about; its install id does not count.
pub fn diff(old: &[u8], new: &[u8], facts: &PhoneFacts) -> Result<Diff, Failure> {
    let old = Read::new("the old document", old)?;
    let new = Read::new("the new document", new)?;
    let mut changes = Vec::new();
    object("", &old.fields, &new.fields, &mut changes);
    targets(&old.targets, &new.targets, &mut changes);
    let entropy = SeededEntropy::new(0);
    let touched = (0..INSTALLS).filter(|_| {
        let phone = PhoneFacts {
            install_id: uuid_v4(&entropy),
            ..facts.clone()
        };
        old.document.resolve(&phone).changes != new.document.resolve(&phone).changes
    });
    let refusals = [("old", &old.refusals), ("new", &new.refusals)];
    let refusals = refusals.into_iter().flat_map(|(which, refusals)| {
        let told = check::refusals(refusals);
        told.map(move |told| on_one_line(&format!("{which}: {told}")))
    });
    let touched_percent = 100.0 * touched.count() as f64 / INSTALLS as f64;
    Ok(Diff {
        refusals: refusals.collect(),
        changes: changes.iter().map(|line| on_one_line(line)).collect(),
        touched_percent,
    })
}

struct Read {
    document: RemoteDocument,
    refusals: Vec<Refusal>,
    fields: Map<String, Value>,
    targets: Vec<(String, Value)>,
}

impl Read {
    fn new(which: &str, bytes: &[u8]) -> Result<Self, Failure> {
        let failed = |why: String| Failure::new(format!("{which} can't be compared: {why}"));
        let opened = signature::open(bytes, &PublicKeys::default())
            .map_err(|refusal| failed(refusal.to_string()))?;
        let (document, refusals) =
            document::read(opened.document).map_err(|refusal| failed(refusal.to_string()))?;
        let mut fields: Map<String, Value> =
            serde_json::from_slice(opened.document).map_err(|error| failed(error.to_string()))?;
        let targets = match fields.remove("targets") {
            Some(Value::Array(targets)) => targets,
            _ => Vec::new(),
        };
        Ok(Self {
            document,
            refusals,
            targets: named(targets),
            fields,
        })
    }
}

/// Each target and what to call it. Several may have one name, or none.
fn named(targets: Vec<Value>) -> Vec<(String, Value)> {
    let mut times = BTreeMap::<String, usize>::new();
    let targets = targets.into_iter().enumerate();
    let named = targets.map(|(place, target)| {
        let name = target.get("name").and_then(Value::as_str);
        let called = match name {
            Some(name) => format!("target {name:?}"),
            None => format!("target number {}", place + 1),
        };
        let time = times.entry(called.clone()).or_default();
        *time += 1;
        match *time {
            1 => (called, target),
            time => (format!("{called} (number {time} of that name)"), target),
        }
    });
    named.collect()
}

/// What became of each member, deeply: a rollout that was raised is one line.
fn object(
    path: &str,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    changes: &mut Vec<String>,
) {
    let inner = |name: &str| match path {
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    };
    for (name, value) in old {
        match (value, new.get(name)) {
            (_, None) => changes.push(format!("{}: removed, was {value}", inner(name))),
            (Value::Object(old), Some(Value::Object(new))) => {
                object(&inner(name), old, new, changes)
            }
            (old, Some(new)) if old == new => {}
            (old, Some(new)) => changes.push(format!("{}: {old} → {new}", inner(name))),
        }
    }
    let added = new.iter().filter(|(name, _)| !old.contains_key(*name));
    changes.extend(added.map(|(name, value)| format!("{}: added, {value}", inner(name))));
}

fn targets(old: &[(String, Value)], new: &[(String, Value)], changes: &mut Vec<String>) {
    let by_name = |targets: &[(String, Value)]| -> BTreeMap<String, Value> {
        targets.iter().cloned().collect()
    };
    let (old_by_name, new_by_name) = (by_name(old), by_name(new));
    for (name, target) in old {
        match (target, new_by_name.get(name)) {
            (_, None) => changes.push(format!("{name}: removed, was {target}")),
            (Value::Object(old), Some(Value::Object(new))) => object(name, old, new, changes),
            (old, Some(new)) if old == new => {}
            (old, Some(new)) => changes.push(format!("{name}: {old} → {new}")),
        }
    }
    for (name, target) in new {
        if !old_by_name.contains_key(name) {
            changes.push(format!("{name}: added, {target}"));
        }
    }
    let kept = |targets: &[(String, Value)], other: &BTreeMap<String, Value>| -> Vec<String> {
        let both = targets.iter().filter(|(name, _)| other.contains_key(name));
        both.map(|(name, _)| name.clone()).collect()
    };
    if kept(old, &new_by_name) != kept(new, &old_by_name) {
        changes
            .push("targets: in another order; a later one is laid over an earlier one".to_owned());
    }
}
