//! `handspan config check`: everything that a phone would refuse, each with its path.

use handspan_core::config::{Refusal, RefusalCode};
use handspan_core::remote::Version;
use handspan_core::remote::signature::{self, PublicKeys, SignedFile};

use super::document;
use super::public_key::NamedKey;
use crate::config_file::on_one_line;

/// What a phone would say of a document.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is wrong. Phones refuse it; the rest of the document counts, unless the path is empty.
    pub errors: Vec<Refusal>,
    /// What phones read all the same, or leave unread, as fields of a later version.
    pub warnings: Vec<Refusal>,
    /// What the document is, in words; none where it can't be read at all.
    pub summary: Option<String>,
}

/// What phones of this version pass over, or read in spite of what is odd about it: nothing of what was meant for them is lost.
pub(super) fn is_warning(refusal: &Refusal) -> bool {
    let passed_over = [RefusalCode::UnknownField, RefusalCode::NoCounterpart];
    refusal.code.is_warning() || passed_over.contains(&refusal.code)
}

/// Reads a file as phones would whose apps know these keys, each judged by itself: apps in use know one or the other.
pub fn check(bytes: &[u8], keys: &[NamedKey]) -> Verdict {
    let mut verdict = Verdict::default();
    let believed = believed(bytes, keys, &mut verdict.errors);
    // What is wrong inside is worth knowing in any case.
    let opened = match signature::open(bytes, &PublicKeys::default()) {
        Ok(opened) => opened,
        Err(refusal) => {
            if !verdict.errors.contains(&refusal) {
                verdict.errors.push(refusal);
            }
            return verdict;
        }
    };
    match document::read(opened.document) {
        Ok((document, refusals)) => {
            let (warnings, errors): (Vec<_>, Vec<_>) = refusals.into_iter().partition(is_warning);
            verdict.errors.extend(errors);
            verdict.warnings.extend(warnings);
            if !keys.is_empty() && !matches!(document.version, Some(Version::Number(_))) {
                verdict.errors.push(Refusal::new(
                    "remote.version",
                    "",
                    RefusalCode::Empty,
                    "a signed document needs a whole number as its version: phones with keys believe no other",
                ));
            }
            let version = document.version.as_ref();
            let version = version.map_or("no version".to_owned(), |text| format!("version {text}"));
            let signed = signatures(bytes, &believed);
            let shape = document.shape.as_str();
            verdict.summary = Some(format!("{version}, {shape}'s shape, {signed}"));
        }
        Err(refusal) => verdict.errors.push(refusal),
    }
    verdict
}

/// The keys whose signatures hold. One that is named in the file and does not hold is an error, and so is it when none is named.
fn believed<'k>(bytes: &[u8], keys: &'k [NamedKey], errors: &mut Vec<Refusal>) -> Vec<&'k str> {
    let mut holding = Vec::new();
    let mut unknown = None;
    for key in keys {
        match key.open(bytes) {
            Ok(_) => holding.push(key.id.as_str()),
            Err(refusal) if refusal.code == RefusalCode::UnknownKey => unknown = Some(refusal),
            // The value is the key's id, where it is about one key.
            Err(mut refusal) => {
                if !refusal.value.is_empty() {
                    refusal.message = format!("{}: {}", refusal.value, refusal.message);
                }
                if !errors.contains(&refusal) {
                    errors.push(refusal);
                }
            }
        }
    }
    if holding.is_empty() && errors.is_empty() {
        errors.extend(unknown);
    }
    holding
}

fn signatures(bytes: &[u8], believed: &[&str]) -> String {
    match believed {
        [] => {}
        [id] => return format!("the signature of {id} holds"),
        ids => return format!("the signatures of {} hold", ids.join(", ")),
    }
    match SignedFile::read(bytes) {
        Ok(Some(file)) => {
            let ids: Vec<&str> = file.signatures.iter().map(|(id, _)| *id).collect();
            format!("signed by {}, not checked", ids.join(", "))
        }
        _ => "not signed".to_owned(),
    }
}

/// The verdict as a person reads it: a line each.
pub fn lines(name: &str, verdict: &Verdict) -> Vec<String> {
    let mut lines = Vec::new();
    for (kind, refusals) in [("error", &verdict.errors), ("warning", &verdict.warnings)] {
        let told = refusals.iter().map(|refusal| told(kind, refusal));
        lines.extend(told.map(|told| on_one_line(&format!("{name}: {told}"))));
    }
    let summary = verdict.summary.as_deref().unwrap_or("no phone reads it");
    let good = match verdict.errors.len() {
        0 => "good".to_owned(),
        1 => "1 error".to_owned(),
        many => format!("{many} errors"),
    };
    lines.push(on_one_line(&format!("{name}: {good}: {summary}")));
    lines
}

/// All that was said of a document, in words.
pub(super) fn refusals(refusals: &[Refusal]) -> impl Iterator<Item = String> {
    refusals.iter().map(|refusal| {
        let kind = if is_warning(refusal) {
            "warning"
        } else {
            "error"
        };
        told(kind, refusal)
    })
}

fn told(kind: &str, refusal: &Refusal) -> String {
    let path = path(&refusal.field);
    let code = refusal.code.as_str();
    format!("{kind}: {path}: {} ({code})", refusal.message)
}

/// As it stands in the file: phones say `remote.` before it.
pub(super) fn path(field: &str) -> &str {
    match field.strip_prefix("remote").unwrap_or(field) {
        "" => "the document",
        rest => rest.trim_start_matches('.'),
    }
}
