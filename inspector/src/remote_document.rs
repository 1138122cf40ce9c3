//! The one remote document that apps pull: any JSON object, served byte for byte as it was given.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::Bytes;

use crate::refusal::{Reason, Refusal};

/// Largest document, in bytes: a real one has a few kB.
pub(crate) const DOCUMENT_LIMIT: usize = 256 << 10;

/// A document that passed the checks.
#[derive(Clone, Debug)]
pub(crate) struct RemoteDocument {
    pub(crate) bytes: Bytes,
    /// Strong: equal bytes, equal tag.
    pub(crate) etag: String,
}

impl RemoteDocument {
    /// Takes the bytes where they are a JSON object within the limit; says at which line and column they are not.
    pub(crate) fn parse(bytes: Bytes) -> Result<Self, Refusal> {
        if bytes.len() > DOCUMENT_LIMIT {
            return Err(Refusal::new(
                Reason::DocumentTooLarge,
                format!("the document is over {DOCUMENT_LIMIT} bytes"),
            ));
        }
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| {
            Refusal::new(Reason::BadDocument, format!("this is not JSON: {error}"))
        })?;
        if !value.is_object() {
            return Err(Refusal::new(
                Reason::BadDocument,
                "the document must be a JSON object: { … }",
            ));
        }
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Ok(Self {
            etag: format!("\"{:016x}\"", hasher.finish()),
            bytes,
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
    fn takes_objects_only() {
        let document = RemoteDocument::parse(Bytes::from_static(b" {\"a\":1}\n")).unwrap();
        assert_eq!(&document.bytes[..], b" {\"a\":1}\n", "byte for byte");
        for bad in [&b""[..], b"[]", b"null", b"{\"a\":}", b"\xff\xfe"] {
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
    fn compares_tags() {
        let document = RemoteDocument::parse(Bytes::from_static(b"{}")).unwrap();
        let tag = document.etag.clone();
        assert!(document.is_named_by(&tag));
        assert!(document.is_named_by(&format!("\"x\", W/{tag}")));
        assert!(document.is_named_by("*"));
        assert!(!document.is_named_by("\"x\""));
    }
}
