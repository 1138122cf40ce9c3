//! The kept document: one small file for the next start.
//!
//! ```text
//! {"kept":1,"url":"https://…","etag":"\"7\"","floor":7,"starts":1,…}   one line of JSON
//! handspan-signed 1 …                                                 the document, byte for byte as it was pulled
//! ```

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::guard::Guard;
use crate::limits;

/// The only form there is.
const FORM: u64 = 1;

/// What a start finds of the ones before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    /// Where it came from: an app that moves on to another URL must not find the old document.
    pub(super) url: Arc<str>,
    /// What the server called it.
    pub(super) etag: Option<Arc<str>>,
    /// Highest version that was believed, of signed documents. It outlives the document.
    pub(super) floor: Option<u64>,
    pub(super) guard: Guard,
    /// What the switch was when it came: a later start with a switch that can't be read keeps it.
    pub(super) off: bool,
    /// The bytes, signature included: each start checks it with its own keys. Empty where there is none to believe.
    pub(super) document: Vec<u8>,
}

impl Kept {
    pub(super) fn nothing(url: Arc<str>) -> Self {
        Self {
            url,
            etag: None,
            floor: None,
            guard: Guard::default(),
            off: false,
            document: Vec::new(),
        }
    }

    /// What lies on disk, if it came from this URL; anything else is as good as nothing.
    pub(super) fn read(mut bytes: Vec<u8>, url: &Arc<str>) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let line: Map<String, Value> = serde_json::from_slice(bytes.get(..end)?).ok()?;
        let number = |name: &str| line.get(name)?.as_u64();
        let text = |name: &str| line.get(name)?.as_str();
        if number("kept") != Some(FORM) || text("url") != Some(&**url) {
            return None;
        }
        let starts = number("starts").and_then(|starts| u32::try_from(starts).ok());
        Some(Self {
            url: Arc::clone(url),
            etag: text("etag").filter(|etag| is_etag(etag)).map(Arc::from),
            floor: number("floor"),
            guard: Guard {
                starts: starts.unwrap_or_default(),
                set_aside_wall_ms: number("set_aside_ms"),
            },
            off: line.get("off").and_then(Value::as_bool).unwrap_or_default(),
            document: bytes.split_off(end + 1),
        })
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let line = json!({
            "kept": FORM,
            "url": &*self.url,
            "etag": self.etag.as_deref(),
            "floor": self.floor,
            "starts": self.guard.starts,
            "set_aside_ms": self.guard.set_aside_wall_ms,
            "off": self.off,
        });
        [line.to_string().as_bytes(), b"\n", &self.document].concat()
    }

    /// Another document, of which nothing is known yet.
    pub(super) fn replace(&mut self, document: &[u8], etag: Option<Arc<str>>) {
        self.document = document.to_vec();
        self.etag = etag;
        self.guard = Guard::default();
    }

    /// The document is no good to this start; what it proved of versions stays.
    pub(super) fn forget(&mut self) {
        self.replace(&[], None);
    }
}

/// May this go out as `If-None-Match`? Only what came in as a header of ASCII, and is of a sane length.
pub(super) fn is_etag(text: &str) -> bool {
    (1..=limits::REMOTE_ETAG_BYTES).contains(&text.len())
        && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Arc<str> {
        "https://config.example/app.json".into()
    }

    fn kept(document: &[u8]) -> Kept {
        let mut kept = Kept::nothing(url());
        kept.replace(document, Some("W/\"a\\b\"".into()));
        kept.floor = Some(9_007_199_254_740_991);
        kept.guard.starts = 2;
        kept.guard.set_aside_wall_ms = Some(1_700_000_000_000);
        kept.off = true;
        kept
    }

    #[test]
    fn what_was_written_is_read_whatever_the_document_holds() {
        for document in [
            &b"{}"[..],
            b"",
            b"\n\n",
            b"handspan-signed 1\nk x\n\n{}\n",
            b"\xff\0",
        ] {
            let kept = kept(document);
            assert_eq!(Kept::read(kept.to_bytes(), &url()), Some(kept));
        }
        let plain = Kept::nothing(url());
        assert_eq!(Kept::read(plain.to_bytes(), &url()), Some(plain));
    }

    #[test]
    fn what_came_from_elsewhere_or_is_torn_is_nothing() {
        let bytes = kept(b"{}").to_bytes();
        assert_eq!(
            Kept::read(bytes.clone(), &"https://other.example/".into()),
            None
        );
        let line = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        for end in 0..=line {
            assert_eq!(Kept::read(bytes[..end].to_vec(), &url()), None, "{end}");
        }
        for bytes in [
            &b"garbage\n{}"[..],
            b"{\"kept\":2,\"url\":\"https://config.example/app.json\"}\n{}",
        ] {
            assert_eq!(Kept::read(bytes.to_vec(), &url()), None);
        }
    }

    #[test]
    fn an_etag_is_what_a_header_may_hold() {
        assert!(is_etag("\"abc\"") && is_etag("W/\"1\""));
        assert!(!is_etag("") && !is_etag("\"a\u{fffd}\"") && !is_etag("a\nb"));
        assert!(!is_etag(&"x".repeat(limits::REMOTE_ETAG_BYTES + 1)));
    }
}
