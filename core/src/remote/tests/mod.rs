//! What documents do, told by documents.

mod fields;
mod shapes;
mod signatures;
mod targets;

use super::*;
use crate::config::{Configuration, Refusal};

/// A document that is an object, and what was refused of it.
fn read(text: &str) -> (RemoteDocument, Vec<(String, &'static str)>) {
    let (document, refusals) = RemoteDocument::from_bytes(text.as_bytes()).unwrap();
    (document, codes(refusals))
}

fn codes(refusals: Vec<Refusal>) -> Vec<(String, &'static str)> {
    refusals
        .into_iter()
        .map(|refusal| (refusal.field, refusal.code.as_str()))
        .collect()
}

/// What it changes on a phone that nothing is known of.
fn changes(text: &str) -> (RemoteChanges, Vec<(String, &'static str)>) {
    let (document, refused) = read(text);
    (document.resolve(&PhoneFacts::default()).changes, refused)
}

fn told(refused: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    refused
        .iter()
        .map(|(field, code)| (format!("remote{field}"), *code))
        .collect()
}
