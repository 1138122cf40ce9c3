//! Who is meant: conditions about a phone, all of which must hold.

use std::fmt;

use super::dotted::DottedVersion;
use super::facts::PhoneFacts;
use super::json::{Json, Object};
use super::rollout;
use super::section::{FOR_NOBODY, Section};
use crate::config::{Refusal, RefusalCode, SOURCES};

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

impl When {
    /// A phone of this platform.
    pub(super) fn platform(platform: &str) -> Self {
        Self {
            conditions: vec![Condition::OneOf(Fact::Platform, vec![platform.to_owned()])],
        }
    }

    /// None where any condition can't be read: a target must not reach more phones than were meant.
    pub(super) fn read(
        object: &Object,
        path: &str,
        salt: &str,
        told: &mut Vec<Refusal>,
    ) -> Option<Self> {
        let mut section = Section::new(object, format!("{path}."), told).of_a_target();
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
        section.finish_strictly();
        // Every member is a condition, or was refused.
        (conditions.len() == object.len()).then_some(Self { conditions })
    }

    /// Do all hold, and why: the conditions that decided, in words.
    pub(super) fn judge(&self, facts: &PhoneFacts) -> (bool, String) {
        if self.conditions.is_empty() {
            return (true, "it has no condition".to_owned());
        }
        let verdicts: Vec<_> = self
            .conditions
            .iter()
            .map(|condition| condition.judge(facts))
            .collect();
        let matched = verdicts.iter().all(|(holds, _)| *holds);
        let deciding: Vec<_> = verdicts
            .into_iter()
            .filter_map(|(holds, why)| (holds == matched).then_some(why))
            .collect();
        (matched, deciding.join("; "))
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
            format!("must be android or ios; {FOR_NOBODY}"),
        );
        return None;
    }
    if texts.is_empty() {
        section.refuse(
            name,
            "[]",
            RefusalCode::Empty,
            format!("names nothing; {FOR_NOBODY}"),
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
    let mut bounds = Section::new(object, format!("{path}."), section.told()).of_a_target();
    let mut bound = |name| {
        let text = bounds.text(name)?;
        let version = text.parse().ok();
        if version.is_none() {
            bounds.refuse(
                name,
                text,
                RefusalCode::WrongType,
                format!("must be dotted numbers, as 2.1; {FOR_NOBODY}"),
            );
        }
        version
    };
    let (at_least, below) = (bound("at_least"), bound("below"));
    bounds.finish_strictly();
    let read = [&at_least, &below].into_iter().flatten().count();
    if object.is_empty() {
        section.refuse(
            name,
            "{}",
            RefusalCode::Empty,
            format!("has neither at_least nor below; {FOR_NOBODY}"),
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
