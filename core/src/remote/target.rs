//! A part of the fleet, and what is set for it.

use std::fmt;

use super::changes::{self, RemoteChanges};
use super::dotted::DottedVersion;
use super::facts::PhoneFacts;
use super::json::{Json, Object};
use super::rollout;
use super::section::Section;
use crate::config::{Refusal, RefusalCode, SOURCES};
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

/// What must hold of a phone. Nothing: every phone.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct When {
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    /// A fact is one of these texts.
    OneOf(Fact, Vec<String>),
    Version(Fact, VersionCondition),
    Rollout {
        percent: f64,
        salt: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    Platform,
    OsName,
    OsVersion,
    AppVersion,
    Service,
    Env,
}

#[derive(Debug, Clone, PartialEq)]
enum VersionCondition {
    /// The same text, or the same version.
    Exactly(String),
    Between {
        at_least: Option<DottedVersion>,
        below: Option<DottedVersion>,
    },
}

impl Target {
    /// Reads one. None, and why in `told`, where a part that decides who is meant can't be read.
    pub(super) fn read(value: &Json, path: &str, told: &mut Vec<Refusal>) -> Option<Self> {
        let Some(object) = value.as_object() else {
            told.push(Refusal::new(
                path,
                value.shown(),
                RefusalCode::WrongType,
                "must be an object with name, when and set; the target matches nobody",
            ));
            return None;
        };
        let mut section = Section::new(object, format!("{path}."), told);
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
        let verdicts: Vec<_> = self
            .when
            .conditions
            .iter()
            .map(|condition| condition.judge(facts))
            .collect();
        let matched = verdicts.iter().all(|(holds, _)| *holds);
        let deciding: Vec<_> = verdicts
            .into_iter()
            .filter_map(|(holds, why)| (holds == matched).then_some(why))
            .collect();
        TargetVerdict {
            name: self.name.clone(),
            matched,
            why: if deciding.is_empty() {
                "it has no condition".to_owned()
            } else {
                deciding.join("; ")
            },
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
        section.refuse(
            name,
            "",
            RefusalCode::Empty,
            "is missing; the target matches nobody",
        );
    }
    value
}

impl When {
    /// A phone of this platform.
    pub(super) fn platform(platform: &str) -> Self {
        Self {
            conditions: vec![Condition::OneOf(Fact::Platform, vec![platform.to_owned()])],
        }
    }

    /// None where any condition can't be read: a target must not reach more phones than were meant.
    fn read(object: &Object, path: &str, salt: &str, told: &mut Vec<Refusal>) -> Option<Self> {
        let mut section = Section::new(object, format!("{path}."), told);
        let mut conditions = Vec::new();
        for fact in [Fact::Platform, Fact::OsName, Fact::Service, Fact::Env] {
            let texts = texts(&mut section, fact);
            conditions.extend(texts.map(|texts| Condition::OneOf(fact, texts)));
        }
        for fact in [Fact::OsVersion, Fact::AppVersion] {
            let version = version(&mut section, fact.name());
            conditions.extend(version.map(|version| Condition::Version(fact, version)));
        }
        let percent = section.percent("rollout");
        conditions.extend(percent.map(|percent| Condition::Rollout {
            percent,
            salt: salt.to_owned(),
        }));
        let unknown: Vec<_> = section.unread().collect();
        for name in unknown {
            section.refuse(
                name,
                "",
                RefusalCode::UnknownName,
                "is no condition that this version knows; the target matches nobody",
            );
        }
        // Every member is a condition, or was refused.
        (conditions.len() == object.len()).then_some(Self { conditions })
    }
}

fn texts(section: &mut Section<'_, '_>, fact: Fact) -> Option<Vec<String>> {
    let name = fact.name();
    let texts = section.read(name, "a text, or a list of texts", |value| {
        let texts: Vec<_> = match value {
            Json::Text(text) => vec![text.clone()],
            Json::List(items) => items
                .iter()
                .map(|item| item.as_text().map(str::to_owned))
                .collect::<Option<_>>()?,
            _ => return None,
        };
        Some(texts)
    })?;
    let unknown = texts
        .iter()
        .find(|text| fact == Fact::Platform && !SOURCES.contains(&text.as_str()));
    if let Some(unknown) = unknown {
        section.refuse(
            name,
            unknown,
            RefusalCode::UnknownName,
            "must be android or ios; the target matches nobody",
        );
        return None;
    }
    if texts.is_empty() {
        section.refuse(
            name,
            "[]",
            RefusalCode::Empty,
            "names nothing; the target matches nobody",
        );
        return None;
    }
    Some(texts)
}

fn version(section: &mut Section<'_, '_>, name: &'static str) -> Option<VersionCondition> {
    let wanted = "a version, or an object with at_least or below";
    let value = section.read(name, wanted, |value| match value {
        Json::Text(_) | Json::Object(_) => Some(value),
        _ => None,
    })?;
    if let Some(text) = value.as_text() {
        return Some(VersionCondition::Exactly(text.to_owned()));
    }
    let object = value.as_object()?;
    let path = section.path(name);
    let mut bounds = Section::new(object, format!("{path}."), section.told());
    let mut bound = |name| {
        let text = bounds.text(name)?;
        let version = text.parse().ok();
        if version.is_none() {
            bounds.refuse(
                name,
                text,
                RefusalCode::WrongType,
                "must be dotted numbers, as 2.1; the target matches nobody",
            );
        }
        version
    };
    let (at_least, below) = (bound("at_least"), bound("below"));
    bounds.finish();
    let read = [&at_least, &below].into_iter().flatten().count();
    if object.is_empty() {
        section.refuse(
            name,
            "{}",
            RefusalCode::Empty,
            "has neither at_least nor below; the target matches nobody",
        );
    }
    (read == object.len() && read > 0).then_some(VersionCondition::Between { at_least, below })
}

impl Condition {
    /// Does it hold, and in words why or why not?
    fn judge(&self, facts: &PhoneFacts) -> (bool, String) {
        match self {
            Self::OneOf(fact, texts) => {
                let wanted = texts.join(" or ");
                match fact.of(facts) {
                    Some(is) if texts.iter().any(|text| text == is) => {
                        (true, format!("{fact} is {is}"))
                    }
                    Some(is) => (false, format!("{fact} is {is}, wanted {wanted}")),
                    None => (false, format!("{fact} is not known, wanted {wanted}")),
                }
            }
            Self::Version(fact, condition) => match fact.of(facts) {
                Some(is) => match condition.holds(is) {
                    Some(true) => (true, format!("{fact} is {is}, {condition}")),
                    Some(false) => (false, format!("{fact} is {is}, wanted {condition}")),
                    None => (
                        false,
                        format!("{fact} is {is}, which is no dotted number, wanted {condition}"),
                    ),
                },
                None => (false, format!("{fact} is not known, wanted {condition}")),
            },
            Self::Rollout { percent, salt } => {
                // Every install is in the whole, whoever it is.
                if rollout::places(*percent) == rollout::places(100.0) {
                    return (true, "the rollout has reached every install".to_owned());
                }
                if facts.install_id.is_empty() {
                    return (
                        false,
                        "the install has no id, so it is in no rollout".to_owned(),
                    );
                }
                let place = rollout::bucket(salt, &facts.install_id);
                let is_in = place < rollout::places(*percent);
                let side = if is_in { "inside" } else { "outside" };
                let stands = rollout::shown(place);
                (
                    is_in,
                    format!("the install stands at {stands}, {side} the rollout of {percent} %"),
                )
            }
        }
    }
}

impl VersionCondition {
    /// None where `is` can't be compared.
    fn holds(&self, is: &str) -> Option<bool> {
        let version = is.parse::<DottedVersion>().ok();
        match self {
            Self::Exactly(wanted) => {
                let same = version.is_some() && version == wanted.parse().ok();
                Some(is == wanted || same)
            }
            Self::Between { at_least, below } => {
                let version = version?;
                let old_enough = below.as_ref().is_none_or(|below| version < *below);
                Some(old_enough && at_least.as_ref().is_none_or(|least| version >= *least))
            }
        }
    }
}

impl fmt::Display for VersionCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(wanted) => write!(f, "exactly {wanted}"),
            Self::Between {
                at_least: Some(least),
                below: Some(below),
            } => write!(f, "at least {least} and below {below}"),
            Self::Between {
                at_least: Some(least),
                ..
            } => write!(f, "at least {least}"),
            Self::Between {
                below: Some(below), ..
            } => write!(f, "below {below}"),
            Self::Between { .. } => f.write_str("any"),
        }
    }
}

impl Fact {
    fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::OsName => "os_name",
            Self::OsVersion => "os_version",
            Self::AppVersion => "app_version",
            Self::Service => "service",
            Self::Env => "env",
        }
    }

    /// None where nobody has told: then no condition about it holds.
    fn of(self, facts: &PhoneFacts) -> Option<&str> {
        let fact = match self {
            Self::Platform => Some(facts.platform.as_str()),
            Self::OsName => Some(facts.os_name.as_str()),
            Self::OsVersion => Some(facts.os_version.as_str()),
            Self::AppVersion => facts.app_version.as_deref(),
            Self::Service => facts.service.as_deref(),
            Self::Env => facts.env.as_deref(),
        };
        fact.filter(|text| !text.is_empty())
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads the list of targets, in order.
pub(super) fn read_all(section: &mut Section<'_, '_>) -> Vec<Target> {
    let Some(list) = section.list("targets") else {
        return Vec::new();
    };
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
    list.iter()
        .take(limits::REMOTE_TARGETS)
        .enumerate()
        .filter_map(|(at, value)| {
            let path = section.path(&format!("targets[{at}]"));
            Target::read(value, &path, section.told())
        })
        .collect()
}
