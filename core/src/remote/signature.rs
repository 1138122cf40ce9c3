//! The signature in front of a document: who says so?
//!
//! A signed file is one file that any web server can serve:
//!
//! ```text
//! handspan-signed 1
//! 2026-a N6Yx…==
//! 2027-a 8fQk…==
//!
//! {"version":8,…}
//! ```
//!
//! A line a signature: the id of a key, a space, and in Base64 the Ed25519 signature (RFC 8032) of exactly the bytes behind the
//! empty line. Several serve rotation: apps that know the old key and apps that know the new one read the same file.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};

use super::document::check_size;
use crate::config::{Refusal, RefusalCode};
use crate::limits;

/// The first line, without its end. The number is the form's.
pub const FIRST_LINE: &str = "handspan-signed 1";
/// How every form of it begins: no JSON does.
const BEGINS: &[u8] = b"handspan-signed";
/// Bytes of a public key.
pub const PUBLIC_KEY_BYTES: usize = 32;
/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = 64;
/// Characters of a key's id.
const KEY_ID_CHARS: usize = 64;

/// The keys that the app believes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PublicKeys {
    keys: BTreeMap<String, [u8; PUBLIC_KEY_BYTES]>,
    required: bool,
}

impl PublicKeys {
    /// Reads keys as an app configures them: the id, and 32 bytes in Base64. A bad one is refused alone. Where some are named and
    /// all are refused, no document is believed.
    pub fn read(
        named: &BTreeMap<String, String>,
        field: &str,
        refusals: &mut Vec<Refusal>,
    ) -> Self {
        let mut keys = BTreeMap::new();
        for (id, text) in named {
            match public_key(id, text) {
                Ok(key) => {
                    keys.insert(id.clone(), key);
                }
                Err(why) => refusals.push(Refusal::new(
                    format!("{field}[{id:?}]"),
                    text,
                    RefusalCode::InvalidKey,
                    why,
                )),
            }
        }
        Self {
            keys,
            required: !named.is_empty(),
        }
    }

    /// Must a document be signed?
    pub fn required(&self) -> bool {
        self.required
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

fn public_key(id: &str, text: &str) -> Result<[u8; PUBLIC_KEY_BYTES], String> {
    if !is_key_id(id) {
        return Err(format!(
            "the id of a key has 1…{KEY_ID_CHARS} characters of a-z, 0-9, '.', '_' and '-'"
        ));
    }
    let bytes = STANDARD
        .decode(text.trim())
        .map_err(|error| format!("must be an Ed25519 public key of 32 bytes in Base64: {error}"))?;
    let length = bytes.len();
    bytes
        .try_into()
        .map_err(|_| format!("an Ed25519 public key has 32 bytes, and this one {length}"))
}

/// May a key be called so? 1…64 characters of `a-z0-9._-`.
pub fn is_key_id(id: &str) -> bool {
    (1..=KEY_ID_CHARS).contains(&id.len())
        && id
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
}

/// A signed file, taken apart and not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedFile<'a> {
    /// Key ids and signatures, in order. Lines that are none are left out.
    pub signatures: Vec<(&'a str, [u8; SIGNATURE_BYTES])>,
    /// What they sign.
    pub document: &'a [u8],
}

impl<'a> SignedFile<'a> {
    /// Takes a file apart. None where it doesn't begin as a signed one; then it is a document as it stands.
    pub fn read(bytes: &'a [u8]) -> Result<Option<Self>, Refusal> {
        if !bytes.starts_with(BEGINS) {
            return Ok(None);
        }
        let refuse = |why: String| Refusal::new("remote", "", RefusalCode::BadSignature, why);
        let end = bytes
            .windows(2)
            .take(limits::SIGNATURE_LINES_BYTES)
            .position(|pair| pair == b"\n\n")
            .ok_or_else(|| {
                let most = limits::SIGNATURE_LINES_BYTES;
                refuse(format!("no empty line within {most} bytes, so there is no document behind the signatures"))
            })?;
        let (lines, document) = bytes.split_at_checked(end).unwrap_or_default();
        let lines = std::str::from_utf8(lines)
            .map_err(|_| refuse("the lines of the signatures are not UTF-8".to_owned()))?;
        let mut lines = lines.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(refuse(format!(
                "the first line must be {FIRST_LINE:?}: no other form is known"
            )));
        }
        Ok(Some(Self {
            signatures: lines.filter_map(signature).collect(),
            document: document.get(2..).unwrap_or_default(),
        }))
    }
}

fn signature(line: &str) -> Option<(&str, [u8; SIGNATURE_BYTES])> {
    let (id, text) = line.split_once(' ')?;
    let bytes = STANDARD.decode(text).ok()?.try_into().ok()?;
    is_key_id(id).then_some((id, bytes))
}

/// A document whose origin was checked, as far as keys were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened<'a> {
    /// The document's own bytes.
    pub document: &'a [u8],
    /// The key that signed it; none where nobody asked for one.
    pub key_id: Option<&'a str>,
}

/// Opens what came from the server or from the disk. With keys, only what one of them signed is believed; without, a signed file
/// is read like any other, and its signatures are not looked at.
pub fn open<'a>(bytes: &'a [u8], keys: &PublicKeys) -> Result<Opened<'a>, Refusal> {
    check_size(bytes)?;
    let file = SignedFile::read(bytes)?;
    if !keys.required {
        let document = file.map_or(bytes, |file| file.document);
        return Ok(Opened {
            document,
            key_id: None,
        });
    }
    let refuse = |shown: &str, code, why: &str| Err(Refusal::new("remote", shown, code, why));
    let Some(file) = file else {
        return refuse(
            "",
            RefusalCode::NotSigned,
            "the document is not signed, and the app believes only signed ones",
        );
    };
    let mut known = None;
    for (id, signature) in &file.signatures {
        let Some(key) = keys.keys.get(*id) else {
            continue;
        };
        known = Some(*id);
        if UnparsedPublicKey::new(&ED25519, key)
            .verify(file.document, signature)
            .is_ok()
        {
            return Ok(Opened {
                document: file.document,
                key_id: Some(id),
            });
        }
    }
    match known {
        Some(id) => refuse(
            id,
            RefusalCode::BadSignature,
            "the signature is not of this document: it was changed, or signed with another key",
        ),
        None => {
            let ids: Vec<_> = file.signatures.iter().map(|(id, _)| *id).collect();
            refuse(
                &ids.join(" "),
                RefusalCode::UnknownKey,
                "no signature is by a key that the app knows",
            )
        }
    }
}
