//! `handspan config sign`: a document with its signatures in front, one file for any web server.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use handspan_core::remote::signature::{self, FIRST_LINE, PublicKeys, SignedFile, is_key_id};
use handspan_core::remote::{RemoteDocument, Version};

use super::check::is_warning;
use super::keys::SigningKey;
use crate::Failure;

/// A key and the id under which apps know it.
#[derive(Debug)]
pub struct Signer {
    /// 1…64 characters of `a-z 0-9 . _ -`.
    pub id: String,
    /// The key.
    pub key: SigningKey,
}

impl Signer {
    /// Refuses an id that no app could have.
    pub fn new(id: Option<String>, key: SigningKey) -> Result<Self, Failure> {
        let id = id.unwrap_or_else(|| key.default_id());
        if !is_key_id(&id) {
            return Err(Failure::new(format!(
                "the key id {id:?} must have 1 to 64 characters of a-z 0-9 . _ -"
            )));
        }
        Ok(Self { id, key })
    }
}

/// Signs a document. What is signed already keeps the signatures of other keys: the bytes are the same. A document of which
/// phones would refuse anything is not signed, nor one without an integer version, which no phone with keys believes.
pub fn sign(file: &[u8], signers: &[Signer]) -> Result<Vec<u8>, Failure> {
    let refused = |why: String| Failure::new(format!("not signed: {why}"));
    let opened = signature::open(file, &PublicKeys::default())
        .map_err(|refusal| refused(refusal.to_string()))?;
    let document = opened.document;
    let (read, refusals) =
        RemoteDocument::from_bytes(document).map_err(|refusal| refused(refusal.to_string()))?;
    if let Some(first) = refusals.iter().find(|refusal| !is_warning(refusal)) {
        return Err(refused(format!(
            "{first}; `handspan config check` shows all that phones would refuse"
        )));
    }
    if !matches!(read.version, Some(Version::Number(_))) {
        return Err(refused(
            "a signed document needs an integer \"version\", which tells phones the old from the new".to_owned(),
        ));
    }
    let mut lines = vec![FIRST_LINE.to_owned()];
    let earlier = SignedFile::read(file).ok().flatten();
    let earlier = earlier.map(|file| file.signatures).unwrap_or_default();
    for (id, signature) in earlier {
        if signers.iter().all(|signer| signer.id != id) {
            lines.push(format!("{id} {}", BASE64_STANDARD.encode(signature)));
        }
    }
    for Signer { id, key } in signers {
        lines.push(format!("{id} {}", key.sign(document)));
    }
    let mut signed = lines.join("\n").into_bytes();
    signed.extend_from_slice(b"\n\n");
    signed.extend_from_slice(document);
    Ok(signed)
}
