//! The remote document: what of it to believe.
//!
//! [`signature::open`] says whether the bytes are to be believed at all, [`RemoteDocument::from_bytes`] reads them field by field,
//! [`RemoteDocument::resolve`] says what they mean for one phone, and [`RemoteChanges::over`] lays that over the app's own
//! configuration. A document has no power over where events go, over the token, over storage or over consent.
//!
//! `docs/remote-configuration.md` is the same for people, and `docs/remote-configuration.schema.json` for editors.

mod arms;
mod changes;
mod datadog;
mod document;
mod dotted;
mod facts;
mod json;
mod request;
mod rollout;
mod section;
pub mod signature;
mod target;
#[cfg(test)]
mod tests;
mod when;

pub use changes::{RemoteChanges, UploadChanges};
pub use document::{RemoteDocument, Resolved, Shape, Version};
pub use dotted::DottedVersion;
pub use facts::PhoneFacts;
pub(crate) use request::request;
pub use target::TargetVerdict;
