//! A public key under its id, as an app's configuration has it.

use std::collections::BTreeMap;

use handspan_core::config::Refusal;
use handspan_core::remote::signature::{self, Opened, PublicKeys};

use crate::Failure;

/// One key, to be judged by itself.
#[derive(Debug)]
pub struct NamedKey {
    /// The id under which the app knows it.
    pub id: String,
    keys: PublicKeys,
}

impl NamedKey {
    /// The id, and 32 bytes in Base64. `field` is where it stands, for the refusal.
    pub fn new(id: &str, base64: &str, field: &str) -> Result<Self, Refusal> {
        let named = BTreeMap::from([(id.to_owned(), base64.to_owned())]);
        let mut refusals = Vec::new();
        let keys = PublicKeys::read(&named, field, &mut refusals);
        match refusals.pop() {
            Some(refusal) => Err(refusal),
            None => Ok(Self {
                id: id.to_owned(),
                keys,
            }),
        }
    }

    /// Reads `ID=BASE64`, what stands behind `option`.
    pub fn parse(text: &str, option: &str) -> Result<Self, Failure> {
        let (id, base64) = text.split_once('=').ok_or_else(|| {
            Failure::new(format!(
                "{option} {text:?} has no '='; write it as ID=BASE64"
            ))
        })?;
        Self::new(id, base64, option).map_err(|refusal| Failure::new(refusal.to_string()))
    }

    /// Opens a file as a phone does whose app knows only this key.
    pub fn open<'a>(&self, bytes: &'a [u8]) -> Result<Opened<'a>, Refusal> {
        signature::open(bytes, &self.keys)
    }
}
