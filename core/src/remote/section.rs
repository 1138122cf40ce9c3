//! Reads an object of a document name by name: a bad value is refused alone, with its path.

use std::ops::RangeInclusive;

use super::json::{Json, Object};
use crate::config::{Refusal, RefusalCode};
use crate::limits;

/// Names of what only the app decides, in this SDK's spelling and in others', with the reason.
const THE_APPS: [(&[&str], &str); 6] = [
    (
        &[
            "intakes",
            "intake",
            "endpoint",
            "url",
            "site",
            "proxy",
            "root_certificates",
            "certificate_pins",
            "rootCertificates",
            "certificatePins",
        ],
        "where events go, and which servers are trusted, is the app's alone",
    ),
    (
        &[
            "client_token",
            "clientToken",
            "token",
            "application_id",
            "applicationId",
            "applicationID",
            "arms_pid",
            "pid",
        ],
        "who the app is at its backend is the app's alone",
    ),
    (
        &["tracking_consent", "trackingConsent", "consent"],
        "consent is the user's word; no document can give it or take it back",
    ),
    (
        &[
            "storage_dir",
            "storageDir",
            "encryption_key",
            "encryptionKey",
        ],
        "where and how events are stored is the app's alone",
    ),
    (
        &[
            "remote_configuration_url",
            "remoteConfigurationUrl",
            "remote_configuration_keys",
            "remoteConfigurationKeys",
        ],
        "which documents are believed is the app's alone",
    ),
    (
        &[
            "instance",
            "install_id",
            "installId",
            "service",
            "env",
            "source",
            "device",
            "inspect",
        ],
        "what the app says of itself, and its own tools, are the app's alone",
    ),
];

/// Instead of a value that may be a secret.
const HIDDEN: &str = "(hidden)";

/// What comes of a target that can't be read.
pub(super) const FOR_NOBODY: &str = "the target matches nobody";

/// Unknown names of an object that are told with the list of those that are known: 40,000 of them must not cost megabytes.
const HELPED: usize = 10;

/// An object being read. Names that nobody asked for are told by [`Section::finish`].
pub(super) struct Section<'a, 't> {
    object: &'a Object,
    /// In front of each name, as `remote.upload.`.
    path: String,
    known: Vec<&'static str>,
    /// What comes of a bad value, for the reader of a refusal.
    then: &'static str,
    told: &'t mut Vec<Refusal>,
}

impl<'a, 't> Section<'a, 't> {
    pub(super) fn new(
        object: &'a Object,
        path: impl Into<String>,
        told: &'t mut Vec<Refusal>,
    ) -> Self {
        Self {
            object,
            path: path.into(),
            known: Vec::new(),
            then: "it does not count",
            told,
        }
    }

    /// A section of a target about who is meant: one bad value, and it is for nobody.
    pub(super) fn of_a_target(self) -> Self {
        Self {
            then: FOR_NOBODY,
            ..self
        }
    }

    /// Path of a member.
    pub(super) fn path(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    /// Where refusals go.
    pub(super) fn told(&mut self) -> &mut Vec<Refusal> {
        self.told
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// A member as it stands. None where there is none, and where it stands twice, which is told.
    pub(super) fn value(&mut self, name: &'static str) -> Option<&'a Json> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        let value = self.object.get(name)?;
        if *value == Json::Twice {
            self.refuse(
                name,
                "",
                RefusalCode::Duplicate,
                "stands twice in one object: none of its values counts",
            );
            return None;
        }
        Some(value)
    }

    /// A member that `read` takes; another is refused as not what was `wanted`.
    pub(super) fn read<T>(
        &mut self,
        name: &'static str,
        wanted: &str,
        read: impl FnOnce(&'a Json) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let taken = read(value);
        if taken.is_none() {
            self.refuse(
                name,
                value.shown(),
                RefusalCode::WrongType,
                format!("must be {wanted}; {}", self.then),
            );
        }
        taken
    }

    pub(super) fn boolean(&mut self, name: &'static str) -> Option<bool> {
        self.read(name, "true or false", |value| match value {
            Json::Bool(value) => Some(*value),
            _ => None,
        })
    }

    pub(super) fn text(&mut self, name: &'static str) -> Option<&'a str> {
        self.read(name, "a text", Json::as_text)
    }

    /// A text that people are shown whole: not empty, and no longer than a refusal shows.
    pub(super) fn short_text(&mut self, name: &'static str) -> Option<&'a str> {
        let text = self.text(name)?;
        let (code, why) = if text.is_empty() {
            (
                RefusalCode::Empty,
                format!("must not be empty; {}", self.then),
            )
        } else if text.chars().count() > limits::REFUSAL_VALUE_CHARS {
            let most = limits::REFUSAL_VALUE_CHARS;
            (
                RefusalCode::TooLarge,
                format!("must have at most {most} characters; {}", self.then),
            )
        } else {
            return Some(text);
        };
        self.refuse(name, text, code, why);
        None
    }

    pub(super) fn object(&mut self, name: &'static str) -> Option<&'a Object> {
        self.read(name, "an object", Json::as_object)
    }

    pub(super) fn list(&mut self, name: &'static str) -> Option<&'a [Json]> {
        self.read(name, "a list", |value| match value {
            Json::List(items) => Some(items.as_slice()),
            _ => None,
        })
    }

    /// A percentage. One out of range is refused, not moved to a bound: a typing error in one file must not change a fleet.
    pub(super) fn percent(&mut self, name: &'static str) -> Option<f64> {
        let percent = self.read(name, "a number", Json::as_number)?;
        if (0.0..=100.0).contains(&percent) {
            return Some(percent);
        }
        self.refuse(
            name,
            percent.to_string(),
            RefusalCode::OutOfRange,
            format!("must be 0…100 (percent); {}", self.then),
        );
        None
    }

    /// A whole number within bounds. `5000.0` is one too: JSON has one kind of number.
    pub(super) fn whole(&mut self, name: &'static str, bounds: RangeInclusive<u64>) -> Option<u64> {
        let number = self.read(name, "a whole number", |value| {
            value.as_number().filter(|number| number.fract() == 0.0)
        })?;
        // The bounds are far below 2^53, so a number within them is exact; the cast saturates.
        if number >= 0.0 && bounds.contains(&(number as u64)) {
            return Some(number as u64);
        }
        self.refuse(
            name,
            number.to_string(),
            RefusalCode::OutOfRange,
            format!("must be {}…{}; {}", bounds.start(), bounds.end(), self.then),
        );
        None
    }

    /// One of some names.
    pub(super) fn one_of(&mut self, name: &'static str, names: &[&str]) -> Option<&'a str> {
        let text = self.text(name)?;
        if names.contains(&text) {
            return Some(text);
        }
        self.refuse(
            name,
            text,
            RefusalCode::UnknownName,
            format!("must be one of {}; {}", names.join(", "), self.then),
        );
        None
    }

    pub(super) fn refuse(
        &mut self,
        name: &str,
        value: impl AsRef<str>,
        code: RefusalCode,
        message: impl Into<String>,
    ) {
        let path = self.path(name);
        self.told.push(Refusal::new(path, value, code, message));
    }

    /// Names that the section knows and nothing here does anything with.
    pub(super) fn without_counterpart(&mut self, names: &[&'static str]) {
        for name in names {
            self.known.push(name);
            if self.has(name) {
                self.refuse(
                    name,
                    HIDDEN,
                    RefusalCode::NoCounterpart,
                    "this SDK has nothing that this would change; it does not count",
                );
            }
        }
    }

    /// Refuses each name that nothing has read: what is left out could be a condition of a later version.
    pub(super) fn finish_strictly(mut self) {
        let unread: Vec<_> = self.unread().collect();
        for name in unread {
            let why = format!("is no condition that this version knows; {}", self.then);
            self.refuse(name, "", RefusalCode::UnknownName, why);
        }
    }

    /// The names that nothing has read, in byte order.
    fn unread(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let known = self.known.clone();
        self.object
            .keys()
            .map(String::as_str)
            .filter(move |name| !known.contains(name))
    }

    /// Tells of each name that nothing has read.
    pub(super) fn finish(self) {
        let known = self.known.join(", ");
        for (at, name) in self.unread().enumerate() {
            let of_the_app = THE_APPS.iter().find(|(names, _)| names.contains(&name));
            let (code, message) = match of_the_app {
                Some((_, why)) => (RefusalCode::NotRemote, (*why).to_owned()),
                None => (
                    RefusalCode::UnknownField,
                    if at < HELPED {
                        format!("nothing reads a field of this name; known are {known}")
                    } else {
                        "nothing reads a field of this name".to_owned()
                    },
                ),
            };
            let path = self.path(name);
            self.told.push(Refusal::new(path, HIDDEN, code, message));
        }
    }
}

impl Json {
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}
