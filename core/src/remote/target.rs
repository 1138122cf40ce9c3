//! A part of the fleet, and what is set for it.

use super::changes::{self, RemoteChanges};
use super::facts::PhoneFacts;
use super::json::Json;
use super::section::{FOR_NOBODY, Section};
use super::when::When;
use crate::config::{Refusal, RefusalCode};
use crate::limits;

/// A target whose every part could be read. One with a condition that can't be read is refused whole, so that it matches nobody.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) when: When,
    pub(super) set: RemoteChanges,
}

/// Whether a target matches a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetVerdict {
    /// The target's name.
    pub name: String,
    /// Did every condition hold?
    pub matched: bool,
    /// In words: each condition that decided, as `app_version is 2.0, wanted at least 2.1`.
    pub why: String,
}

impl Target {
    /// Reads one. None, and why in `told`, where a part that decides who is meant can't be read.
    pub(super) fn read(value: &Json, path: &str, told: &mut Vec<Refusal>) -> Option<Self> {
        let Some(object) = value.as_object() else {
            told.push(Refusal::new(
                path,
                value.shown(),
                RefusalCode::WrongType,
                format!("must be an object with name, when and set; {FOR_NOBODY}"),
            ));
            return None;
        };
        let mut section = Section::new(object, format!("{path}."), told).of_a_target();
        let name = required(&mut section, "name", Section::short_text);
        let salt = section.short_text("salt");
        let salt_refused = salt.is_none() && section.has("salt");
        let conditions = required(&mut section, "when", Section::object);
        let set = required(&mut section, "set", Section::object);
        section.finish();
        let dealt_by = salt.or(name).unwrap_or_default();
        let when = conditions
            .and_then(|conditions| When::read(conditions, &format!("{path}.when"), dealt_by, told));
        // Read in any case: what is wrong with it should be told in one go.
        let set = set.map(|set| {
            let mut section = Section::new(set, format!("{path}.set."), told);
            let set = changes::read(&mut section);
            section.finish();
            set
        });
        if salt_refused {
            return None;
        }
        Some(Self {
            name: name?.to_owned(),
            when: when?,
            set: set?,
        })
    }

    /// Does it match, and why?
    pub(super) fn judge(&self, facts: &PhoneFacts) -> TargetVerdict {
        let (matched, why) = self.when.judge(facts);
        TargetVerdict {
            name: self.name.clone(),
            matched,
            why,
        }
    }
}

/// A member without which nobody knows who is meant.
fn required<'a, 't, T>(
    section: &mut Section<'a, 't>,
    name: &'static str,
    read: impl FnOnce(&mut Section<'a, 't>, &'static str) -> Option<T>,
) -> Option<T> {
    let value = read(section, name);
    if value.is_none() && !section.has(name) {
        let why = format!("is missing; {FOR_NOBODY}");
        section.refuse(name, "", RefusalCode::Empty, why);
    }
    value
}

/// Reads the list of targets, in order, and whether one that can't be read may have said something of the switch: nobody knows
/// then whom it was meant for.
pub(super) fn read_all(section: &mut Section<'_, '_>) -> (Vec<Target>, bool) {
    let Some(list) = section.list("targets") else {
        return (Vec::new(), section.has("targets"));
    };
    let mut switch_unreadable = list.len() > limits::REMOTE_TARGETS;
    if list.len() > limits::REMOTE_TARGETS {
        section.refuse(
            "targets",
            list.len().to_string(),
            RefusalCode::TooLarge,
            format!(
                "at most {} targets are read; those behind match nobody",
                limits::REMOTE_TARGETS
            ),
        );
    }
    let targets = list
        .iter()
        .take(limits::REMOTE_TARGETS)
        .enumerate()
        .filter_map(|(at, value)| {
            let path = section.path(&format!("targets[{at}]"));
            let target = Target::read(value, &path, section.told());
            switch_unreadable |= target.is_none() && may_switch(value);
            target
        })
        .collect();
    (targets, switch_unreadable)
}

/// Could a target that can't be read have been about the switch?
fn may_switch(value: &Json) -> bool {
    let set = value.as_object().and_then(|target| target.get("set"));
    set.and_then(Json::as_object)
        .is_none_or(|set| set.get("enabled").is_some())
}
