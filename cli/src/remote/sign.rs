//! `handspan config sign`: a document with its signatures in front, one file for any web server.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use handspan_core::remote::Version;
use handspan_core::remote::signature::{self, FIRST_LINE, PublicKeys, SignedFile, is_key_id};

use super::check::is_warning;
use super::document;
use super::keys::SigningKey;
use super::public_key::NamedKey;
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

/// A signed file.
#[derive(Debug)]
pub struct Signed {
    /// All of it, as it is served.
    pub bytes: Vec<u8>,
    /// Ids of the signatures that stood in the file and stand there no more, because nobody said by which key they hold.
    pub left_out: Vec<String>,
}

/// Signs a document. Of a file that is signed already, the signatures by the keys to `keep` stay; one of them that does not hold is
/// an error. All others are left out: after the document was edited they are of another one.
///
/// A document of which phones would refuse anything is not signed, nor one without an integer version, which no phone with keys
/// believes, nor one that is too large with its signatures.
pub fn sign(file: &[u8], signers: &[Signer], keep: &[NamedKey]) -> Result<Signed, Failure> {
    let refused = |why: String| Failure::new(format!("not signed: {why}"));
    let opened = signature::open(file, &PublicKeys::default())
        .map_err(|refusal| refused(refusal.to_string()))?;
    let document = opened.document;
    let (read, refusals) =
        document::read(document).map_err(|refusal| refused(refusal.to_string()))?;
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
    let mut lines = Vec::new();
    let mut left_out = Vec::new();
    let earlier = SignedFile::read(file).ok().flatten();
    let earlier = earlier.map(|file| file.signatures).unwrap_or_default();
    for (id, signature) in earlier {
        if signers.iter().any(|signer| signer.id == id) {
            continue;
        }
        let line = format!("{id} {}", BASE64_STANDARD.encode(signature));
        if keep
            .iter()
            .any(|key| key.id == id && holds(&line, document, key))
        {
            lines.push(line);
        } else {
            left_out.push(id.to_owned());
        }
    }
    if let Some(key) = keep
        .iter()
        .find(|key| !lines.iter().any(|line| holds(line, document, key)))
    {
        return Err(refused(format!(
            "the file has no signature to keep by the key {:?} that holds for this document",
            key.id
        )));
    }
    for Signer { id, key } in signers {
        lines.push(format!("{id} {}", key.sign(document)));
    }
    let bytes = join(&lines, document);
    for Signer { id, key } in signers {
        NamedKey::new(id, &key.public_base64(), "--key")
            .and_then(|key| key.open(&bytes).map(drop))
            .map_err(|refusal| refused(format!("no phone would read it: {refusal}")))?;
    }
    Ok(Signed { bytes, left_out })
}

fn holds(line: &str, document: &[u8], key: &NamedKey) -> bool {
    key.open(&join(&[line.to_owned()], document)).is_ok()
}

fn join(lines: &[String], document: &[u8]) -> Vec<u8> {
    let lines = lines.join("\n");
    let head = format!("{FIRST_LINE}\n{lines}\n\n");
    [head.as_bytes(), document].concat()
}
