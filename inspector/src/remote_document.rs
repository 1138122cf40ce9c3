//! The one remote document that apps pull: whatever a phone reads, served byte for byte as it was given. Judged by the core, as
//! phones judge it.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::Bytes;
use handspan_core::config::{self, RefusalCode};
use handspan_core::limits::REMOTE_BYTES;
use handspan_core::remote::RemoteDocument as Document;
use handspan_core::remote::signature::{self, PublicKeys, SignedFile};
use serde::Serialize;

use crate::refusal::{Reason, Refusal};

/// Largest document, in bytes: what phones read.
pub(crate) const DOCUMENT_LIMIT: usize = REMOTE_BYTES;

/// Refusals that are listed; a document of nothing but errors has thousands.
const REFUSALS: usize = 100;

/// A document that phones read.
#[derive(Clone, Debug)]
pub(crate) struct RemoteDocument {
    pub(crate) bytes: Bytes,
    /// Strong: equal bytes, equal tag.
    pub(crate) etag: String,
    pub(crate) judged: Judged,
}

/// What a phone would say of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Judged {
    pub(crate) version: Option<String>,
    /// `handspan`, `arms` or `datadog`.
    shape: &'static str,
    /// Ids of the keys that have signed it. Whether they have, phones with keys check: the inspector has none.
    signed_by: Vec<String>,
    /// What phones refuse of it, or only mention, in the order of reading; the first ones.
    refusals: Vec<Told>,
    /// How many there are.
    refused: usize,
}

/// A field that is refused, or worth a word.
#[derive(Clone, Debug, Serialize)]
struct Told {
    path: String,
    code: &'static str,
    message: String,
    /// Phones read the value all the same, or pass the field over.
    warning: bool,
}

impl From<config::Refusal> for Told {
    fn from(refusal: config::Refusal) -> Self {
        let code = refusal.code;
        let passed_over = [RefusalCode::UnknownField, RefusalCode::NoCounterpart].contains(&code);
        Self {
            path: refusal.field.trim_start_matches("remote.").to_owned(),
            code: code.as_str(),
            message: refusal.message,
            warning: code.is_warning() || passed_over,
        }
    }
}

impl RemoteDocument {
    /// Takes the bytes where a phone would read them; says what is wrong where none would.
    pub(crate) fn parse(bytes: Bytes) -> Result<Self, Refusal> {
        let refused = |refusal: config::Refusal| {
            let reason = match refusal.code {
                RefusalCode::TooLarge => Reason::DocumentTooLarge,
                _ => Reason::BadDocument,
            };
            Refusal::new(reason, refusal.message)
        };
        let opened = signature::open(&bytes, &PublicKeys::default()).map_err(refused)?;
        let (document, refusals) = Document::from_bytes(opened.document).map_err(refused)?;
        let signed = SignedFile::read(&bytes).map_err(refused)?;
        let signatures = signed.map(|file| file.signatures).unwrap_or_default();
        let judged = Judged {
            version: document.version.map(|version| version.to_string()),
            shape: document.shape.as_str(),
            signed_by: signatures.iter().map(|(id, _)| (*id).to_owned()).collect(),
            refused: refusals.len(),
            refusals: refusals
                .into_iter()
                .take(REFUSALS)
                .map(Told::from)
                .collect(),
        };
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Ok(Self {
            etag: format!("\"{:016x}\"", hasher.finish()),
            bytes,
            judged,
        })
    }

    /// Whether an `If-None-Match` value names this document (weak comparison, as RFC 9110 asks for it).
    pub(crate) fn is_named_by(&self, if_none_match: &str) -> bool {
        if_none_match
            .split(',')
            .map(str::trim)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.etag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_phones_read() {
        let document = RemoteDocument::parse(Bytes::from_static(b" {\"a\":1}\n")).unwrap();
        assert_eq!(&document.bytes[..], b" {\"a\":1}\n", "byte for byte");
        for bad in [
            &b""[..],
            b"[]",
            b"null",
            b"{\"a\":}",
            b"\xff\xfe",
            b"handspan-signed 1\n{}",
        ] {
            assert_eq!(
                RemoteDocument::parse(Bytes::from_static(bad))
                    .unwrap_err()
                    .reason,
                Reason::BadDocument
            );
        }
        let huge = Bytes::from(vec![b' '; DOCUMENT_LIMIT + 1]);
        assert_eq!(
            RemoteDocument::parse(huge).unwrap_err().reason,
            Reason::DocumentTooLarge
        );
    }

    #[test]
    fn tells_version_signers_and_every_refused_field() {
        let text = format!(
            "handspan-signed 1\n2026-a {}==\n\n{}",
            "A".repeat(86),
            r#"{"version":7,"trace_sample_rate":200,"noise":1}"#
        );
        let judged = RemoteDocument::parse(text.into()).unwrap().judged;
        assert_eq!(
            (judged.version.as_deref(), judged.shape),
            (Some("7"), "handspan")
        );
        assert_eq!(judged.signed_by, ["2026-a"]);
        let told: Vec<_> = judged
            .refusals
            .iter()
            .map(|told| (told.path.as_str(), told.code, told.warning))
            .collect();
        assert_eq!(
            told,
            [
                ("trace_sample_rate", "out_of_range", false),
                ("noise", "unknown_field", true)
            ]
        );
    }

    #[test]
    fn compares_tags() {
        let document = RemoteDocument::parse(Bytes::from_static(b"{}")).unwrap();
        let tag = document.etag.clone();
        assert!(document.is_named_by(&tag));
        assert!(document.is_named_by(&format!("\"x\", W/{tag}")));
        assert!(document.is_named_by("*"));
        assert!(!document.is_named_by("\"x\""));
    }
}
