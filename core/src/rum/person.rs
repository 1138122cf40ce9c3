//! Who uses the app, as the app names them.

use std::sync::Arc;

use super::attributes::Attributes;
use super::trim::{self, Trimmed};
use crate::limits;
use crate::trace::BaggageValue;

/// A user as the app gives one. Names and attributes stand on events alone, the id on requests too where a host wants it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserInfo {
    /// At most 256 characters, the rest is cut; an empty one is none.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Anything else.
    pub attributes: Attributes,
}

/// An account as the app gives one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccountInfo {
    /// As [`UserInfo::id`]; without it there is no account: the event format wants one.
    pub id: String,
    /// Name.
    pub name: Option<String>,
    /// Anything else.
    pub attributes: Attributes,
}

/// Who uses the app.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Person {
    /// The user.
    pub user: Option<Arc<UserInfo>>,
    /// The account.
    pub account: Option<Arc<AccountInfo>>,
    /// The user's id.
    pub user_id: Option<PersonId>,
    /// The account's.
    pub account_id: Option<PersonId>,
}

/// An id that the app has given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonId {
    /// For events.
    pub text: Arc<str>,
    /// For requests.
    pub in_baggage: BaggageValue,
}

impl Person {
    /// With another user.
    pub fn with_user(&self, user: Option<UserInfo>) -> Self {
        let id = user.as_ref().and_then(|user| user.id.as_deref());
        Self {
            user_id: id.and_then(PersonId::new),
            user: user.map(Arc::new),
            ..self.clone()
        }
    }

    /// With another account.
    pub fn with_account(&self, account: Option<AccountInfo>) -> Self {
        let id = account
            .as_ref()
            .and_then(|account| PersonId::new(&account.id));
        Self {
            account: account.filter(|_| id.is_some()).map(Arc::new),
            account_id: id,
            ..self.clone()
        }
    }
}

impl UserInfo {
    /// Brings what the app has told of the user within limits.
    pub(crate) fn bound(&mut self) -> Trimmed {
        let mut trimmed = Trimmed::default();
        for text in [&mut self.name, &mut self.email].into_iter().flatten() {
            trim::text(text, limits::TEXT_CHARS, &mut trimmed);
        }
        let ours = ["anonymous_id", "email", "id", "name"];
        trim::attributes(&mut self.attributes, &ours, &mut trimmed);
        trimmed
    }
}

impl AccountInfo {
    /// As [`UserInfo::bound`].
    pub(crate) fn bound(&mut self) -> Trimmed {
        let mut trimmed = Trimmed::default();
        if let Some(name) = &mut self.name {
            trim::text(name, limits::TEXT_CHARS, &mut trimmed);
        }
        trim::attributes(&mut self.attributes, &["id", "name"], &mut trimmed);
        trimmed
    }
}

impl PersonId {
    /// An id as it is kept: cut to its limit; an empty one is none.
    pub fn new(given: &str) -> Option<Self> {
        let end = given
            .char_indices()
            .nth(limits::PERSON_ID_CHARS)
            .map_or(given.len(), |(at, _)| at);
        let text = given.get(..end).filter(|id| !id.is_empty())?;
        Some(Self {
            text: text.into(),
            in_baggage: BaggageValue::new(text),
        })
    }
}

impl From<&str> for UserInfo {
    fn from(id: &str) -> Self {
        Self {
            id: Some(id.to_owned()),
            ..Self::default()
        }
    }
}

impl From<&str> for AccountInfo {
    fn from(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..Self::default()
        }
    }
}
