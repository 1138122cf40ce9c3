//! A document, read once and resolved for a phone.

use std::fmt;

use super::changes::{self, RemoteChanges};
use super::facts::PhoneFacts;
use super::json::{self, Json, Object};
use super::section::Section;
use super::target::{self, Target, TargetVerdict};
use super::{arms, datadog};
use crate::config::{Refusal, RefusalCode};
use crate::limits;

/// What could be read of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteDocument {
    /// Its version; none where it names none that can be read.
    pub version: Option<Version>,
    /// Whose spelling it is in.
    pub shape: Shape,
    pub(super) settings: RemoteChanges,
    pub(super) targets: Vec<Target>,
}

/// Version of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// 0…2^53-1, which every reader of JSON holds exactly. A later document has a higher one.
    Number(u64),
    /// A text that only people read: it has no order.
    Text(String),
}

impl Version {
    /// The number, if it is one.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Whose spelling a document is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Ours: `docs/remote-configuration.schema.json`.
    Handspan,
    /// ARMS's.
    Arms,
    /// Datadog's, for its mobile SDKs.
    Datadog,
}

impl Shape {
    /// Name in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Handspan => "handspan",
            Self::Arms => "arms",
            Self::Datadog => "datadog",
        }
    }

    fn of(document: &Object) -> Self {
        if changes::names_one(document) {
            Self::Handspan
        } else if datadog::names_one(document) {
            Self::Datadog
        } else if arms::names_one(document) {
            Self::Arms
        } else {
            Self::Handspan
        }
    }
}

/// What a document means for one phone.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// What to change.
    pub changes: RemoteChanges,
    /// What was said about each target, in order. Those that were refused are not here.
    pub targets: Vec<TargetVerdict>,
}

impl RemoteDocument {
    /// Reads a document, without any signature before it. A bad field is refused alone; only what is too large or no JSON object
    /// is refused whole. The refusals come without a bound, in the order of reading, and those of unknown names behind all others.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, Vec<Refusal>), Refusal> {
        check_size(bytes)?;
        let not_json = |why: String| {
            let shown = bytes
                .get(..4 * limits::REFUSAL_VALUE_CHARS)
                .unwrap_or(bytes);
            Refusal::new(
                "remote",
                String::from_utf8_lossy(shown),
                RefusalCode::NotJson,
                why,
            )
        };
        let read = json::read(bytes)
            .map_err(|error| not_json(format!("the document is not JSON: {error}")))?;
        let Json::Object(object) = &read else {
            return Err(not_json("the document must be a JSON object".to_owned()));
        };
        let mut told = Vec::new();
        let document = Self::from_object(object, &mut told);
        // Only so many are kept: what was refused must not hide behind what is only unknown.
        told.sort_by_key(|refusal| refusal.code == RefusalCode::UnknownField);
        Ok((document, told))
    }

    fn from_object(object: &Object, told: &mut Vec<Refusal>) -> Self {
        let mut section = Section::new(object, "remote.", told);
        // An editor finds the schema by it.
        section.text("$schema");
        let version = version(&mut section);
        let shape = Shape::of(object);
        let (settings, targets) = match shape {
            Shape::Handspan => {
                let mut settings = changes::read(&mut section);
                let (targets, switch_unreadable) = target::read_all(&mut section);
                settings.lay(&RemoteChanges {
                    switch_unreadable,
                    ..RemoteChanges::default()
                });
                (settings, targets)
            }
            Shape::Arms => (arms::read(&mut section), Vec::new()),
            Shape::Datadog => datadog::read(&mut section),
        };
        section.finish();
        Self {
            version,
            shape,
            settings,
            targets,
        }
    }

    /// What this document means for a phone: its settings, and over them those of each target that matches, in order.
    pub fn resolve(&self, facts: &PhoneFacts) -> Resolved {
        let mut changes = self.settings.clone();
        let targets = self
            .targets
            .iter()
            .map(|target| {
                let verdict = target.judge(facts);
                if verdict.matched {
                    changes.lay(&target.set);
                }
                verdict
            })
            .collect();
        Resolved { changes, targets }
    }
}

/// Refuses what nobody should parse.
pub(super) fn check_size(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.len() <= limits::REMOTE_BYTES {
        return Ok(());
    }
    Err(Refusal::new(
        "remote",
        "",
        RefusalCode::TooLarge,
        format!(
            "the document has {} bytes, at most {} are read",
            bytes.len(),
            limits::REMOTE_BYTES
        ),
    ))
}

fn version(section: &mut Section<'_, '_>) -> Option<Version> {
    let wanted = "a whole number, or a text";
    let value = section.read("version", wanted, |value| match value {
        Json::Number(_) | Json::Text(_) => Some(value),
        _ => None,
    })?;
    match value {
        Json::Number(_) => section
            .whole("version", 0..=limits::REMOTE_VERSION_MAX)
            .map(Version::Number),
        _ => section
            .short_text("version")
            .map(|text| Version::Text(text.to_owned())),
    }
}
