//! What was run, what was left out, and where we differ from peers: in lines for people.

use std::collections::BTreeMap;

use crate::own::VectorFile;
use crate::shared::{Translation, VARIABLE};

/// One line for the project's own vectors and some for the published ones.
pub fn report(own: &[VectorFile], translation: Option<&Translation>) -> String {
    let mut lines = vec![format!(
        "own vectors: {} cases in {} files",
        count(own),
        own.len()
    )];
    match translation {
        None => lines.push(format!(
            "published vectors: left out, because {VARIABLE} is not set"
        )),
        Some(translation) => lines.extend(published(translation)),
    }
    lines.join("\n")
}

fn published(translation: &Translation) -> Vec<String> {
    let cases: Vec<_> = translation
        .files
        .iter()
        .flat_map(|file| &file.cases)
        .collect();
    let contradicted = cases
        .iter()
        .filter(|case| !case.contradicts.is_empty())
        .count();
    let mut lines = vec![format!(
        "published vectors: {} cases, {contradicted} of them checked against our value (see vectors/contradictions.json), {} skipped, {} not understood",
        cases.len(),
        translation.skipped.len(),
        translation.unread.len(),
    )];
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, why) in &translation.skipped {
        reasons.entry(why).or_default().push(name);
    }
    lines.extend(
        reasons
            .iter()
            .map(|(why, names)| format!("  skipped, {why}: {}", names.join(", "))),
    );
    for case in cases.iter().filter(|case| !case.contradicts.is_empty()) {
        lines.push(format!(
            "  our value, {}: {}",
            case.contradicts.join(", "),
            case.name
        ));
    }
    lines.extend(
        translation
            .unread
            .iter()
            .map(|name| format!("  not understood: {name}")),
    );
    lines
}

fn count(files: &[VectorFile]) -> usize {
    files.iter().map(|file| file.cases.len()).sum()
}
