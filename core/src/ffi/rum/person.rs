//! Who uses the app, as it crosses the boundary.

use super::attributes::{Attribute, into_core};
use super::{HandspanCore, guard};
use crate::rum::person as rum;

/// A user.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct UserInfo {
    /// At most 256 characters; on events and, where a host wants it, in `baggage`.
    pub id: Option<String>,
    /// Name, on events.
    pub name: Option<String>,
    /// E-mail address, on events.
    pub email: Option<String>,
    /// Anything else, on events.
    pub attributes: Vec<Attribute>,
}

/// An account that the app is used under.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct AccountInfo {
    /// At most 256 characters; on events and, where a host wants it, in `baggage`. Empty: no account.
    pub id: String,
    /// Name, on events.
    pub name: Option<String>,
    /// Anything else, on events.
    pub attributes: Vec<Attribute>,
}

#[uniffi::export]
impl HandspanCore {
    /// Who uses the app, for events and `baggage`, from the next request on; none: nobody.
    pub fn set_user(&self, user: Option<UserInfo>) {
        guard::guard(
            Some(&self.inner),
            || (),
            || self.inner.set_user(user.map(rum::UserInfo::from)),
        );
    }

    /// The account that the app is used under, as `set_user`.
    pub fn set_account(&self, account: Option<AccountInfo>) {
        guard::guard(
            Some(&self.inner),
            || (),
            || self.inner.set_account(account.map(rum::AccountInfo::from)),
        );
    }
}

impl From<UserInfo> for rum::UserInfo {
    fn from(record: UserInfo) -> Self {
        Self {
            id: record.id,
            name: record.name,
            email: record.email,
            attributes: into_core(record.attributes),
        }
    }
}

impl From<AccountInfo> for rum::AccountInfo {
    fn from(record: AccountInfo) -> Self {
        Self {
            id: record.id,
            name: record.name,
            attributes: into_core(record.attributes),
        }
    }
}
