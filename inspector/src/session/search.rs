//! What a person types to find sessions and what happened in them. All words must fit: those about a session the session, all
//! others one and the same item.

use std::collections::HashMap;

use super::item::{Item, Kind, ViewName};
use super::store::SessionSnapshot;

/// Longest search that is read, in characters.
const LIMIT: usize = 300;

/// One word.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    /// Anywhere in the item as it came, or in what is known of the session.
    Text(String),
    /// `type:error`, `type:long_task`…; of an event of another type its own.
    Kind(String),
    /// `status:500`, `status:5xx`, `status:error`: an answer's, or a log's level.
    Status(String),
    /// `view:checkout`: name, URL or id.
    View(String),
    /// `action:…`: caused by the action of this id, or it itself.
    Action(String),
    /// `is:failed`, `is:crash`, `is:frozen`, `is:frustrated`, `is:invalid`.
    Is(String),
    /// `user:zoe`: id, name, e-mail or anonymous id; the account's as well.
    User(String),
    /// `session:0f4c…`: its id begins so.
    Session(String),
}

/// A search; empty it finds everything.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Search(Vec<Word>);

impl Search {
    /// Reads it; nothing that can be typed is an error.
    pub(crate) fn new(text: &str) -> Self {
        let text: String = text.chars().take(LIMIT).collect();
        Self(text.split_whitespace().map(word).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Which of a session's items are found, by their numbers; `None` where the session is not. Where nothing but the session
    /// is asked for, none is.
    pub(crate) fn find(&self, session: &SessionSnapshot) -> Option<Vec<u64>> {
        let (about, of_items): (Vec<&Word>, Vec<&Word>) =
            self.0.iter().partition(|word| word.is_about_session());
        if !about.iter().all(|word| word.fits_session(session)) {
            return None;
        }
        if of_items.is_empty() {
            return Some(Vec::new());
        }
        let views = named_views(session);
        let found: Vec<u64> = session
            .items
            .iter()
            .filter(|(_, item)| {
                let text = item.raw.to_lowercase();
                let id = item.view.id.as_deref();
                let view = id
                    .and_then(|id| views.get(id))
                    .copied()
                    .unwrap_or(&item.view);
                of_items.iter().all(|word| word.fits(item, view, &text))
            })
            .map(|(number, _)| *number)
            .collect();
        let by_session = || of_items.iter().all(|word| word.fits_session(session));
        (!found.is_empty() || by_session()).then_some(found)
    }
}

fn word(text: &str) -> Word {
    let text = text.to_lowercase();
    match text.split_once(':') {
        Some(("type", value)) => Word::Kind(value.to_owned()),
        Some(("status" | "level", value)) => Word::Status(value.to_owned()),
        Some(("view", value)) => Word::View(value.to_owned()),
        Some(("action", value)) => Word::Action(value.to_owned()),
        Some(("is", value)) => Word::Is(value.to_owned()),
        Some(("user", value)) => Word::User(value.to_owned()),
        Some(("session", value)) => Word::Session(value.to_owned()),
        _ => Word::Text(text),
    }
}

impl Word {
    fn is_about_session(&self) -> bool {
        matches!(self, Self::User(_) | Self::Session(_))
    }

    fn fits_session(&self, session: &SessionSnapshot) -> bool {
        match self {
            Self::User(value) => session.facts.people().any(|text| contains(text, value)),
            Self::Session(value) => session.id.to_lowercase().starts_with(value),
            Self::Text(value) => {
                contains(&session.id, value)
                    || session.facts.texts().any(|text| contains(text, value))
            }
            _ => false,
        }
    }

    /// `text` is the item as it came, in lower case.
    fn fits(&self, item: &Item, view: &ViewName, text: &str) -> bool {
        match self {
            Self::Text(value) => text.contains(value.as_str()),
            Self::Kind(value) => {
                item.kind.name() == value
                    || (item.kind == Kind::Other && item.label.to_lowercase() == *value)
            }
            Self::Status(value) => {
                let status = item.status_code.map(|status| status.to_string());
                status.is_some_and(|status| fits_status(&status, value))
                    || (item.kind == Kind::Log && item.word.as_deref() == Some(value))
            }
            Self::View(value) => {
                let mut texts = [&view.id, &view.name, &view.url].into_iter().flatten();
                texts.any(|text| contains(text, value))
            }
            Self::Action(value) => {
                let own = item.own_id.as_ref().filter(|_| item.kind == Kind::Action);
                item.actions.iter().chain(own).any(|id| id == value)
            }
            Self::Is(value) => match value.as_str() {
                "failed" => item.failed,
                "crash" => item.is_crash,
                "frozen" => item.is_frozen_frame,
                "frustrated" => !item.frustrations.is_empty(),
                "invalid" => !item.problems.is_empty(),
                _ => false,
            },
            Self::User(_) | Self::Session(_) => false,
        }
    }
}

/// Views by id: a log tells only that of its own.
fn named_views(session: &SessionSnapshot) -> HashMap<&str, &ViewName> {
    let views = session.items.iter().map(|(_, item)| &item.view);
    views
        .filter(|view| view.name.is_some() || view.url.is_some())
        .filter_map(|view| Some((view.id.as_deref()?, view)))
        .collect()
}

/// `5xx` fits 500 to 599.
fn fits_status(status: &str, wanted: &str) -> bool {
    match wanted.strip_suffix("xx") {
        Some(class) => status.len() == 3 && status.starts_with(class),
        None => status == wanted,
    }
}

fn contains(text: &str, value: &str) -> bool {
    text.to_lowercase().contains(value)
}
