//! `handspan config explain`: what one phone would do with a document, and why.

use std::collections::BTreeSet;

use handspan_core::config::{Configuration, Refusal, RefusalCode};
use handspan_core::remote::signature::{self, PublicKeys};
use handspan_core::remote::{PhoneFacts, RemoteChanges, Resolved};
use serde_json::{Value, json};

use super::check::{self, is_warning};
use super::document;
use super::settings::{Setting, from_when, settings};
use crate::Failure;
use crate::config_file::on_one_line;

/// The answer.
#[derive(Debug)]
pub struct Explanation {
    version: Option<String>,
    resolved: Resolved,
    refusals: Vec<Refusal>,
    settings: Vec<Setting>,
}

/// Reads a file as a phone without keys would, and resolves it for this one.
pub fn explain(
    bytes: &[u8],
    facts: &PhoneFacts,
    own: &Configuration,
) -> Result<Explanation, Failure> {
    let failed = |refusal: &dyn std::fmt::Display| {
        Failure::new(format!("no phone reads this document: {refusal}"))
    };
    let opened =
        signature::open(bytes, &PublicKeys::default()).map_err(|refusal| failed(&refusal))?;
    let (document, refusals) =
        document::read(opened.document).map_err(|refusal| failed(&refusal))?;
    let resolved = document.resolve(facts);
    // An app that is off pulls nothing, so no document reaches it.
    let nothing = RemoteChanges::default();
    let changes = if own.enabled {
        &resolved.changes
    } else {
        &nothing
    };
    Ok(Explanation {
        version: document.version.map(|version| version.to_string()),
        settings: settings(changes, own),
        resolved,
        refusals,
    })
}

impl Explanation {
    /// As data.
    pub fn to_json(&self) -> Value {
        let targets = self.resolved.targets.iter();
        let targets: Vec<Value> = targets
            .map(
                |target| json!({"name": target.name, "matched": target.matched, "why": target.why}),
            )
            .collect();
        let settings = self.settings.iter().map(|setting| {
            let said =
                json!({"value": setting.value, "own": setting.own, "remote": setting.is_remote});
            (setting.name.to_owned(), said)
        });
        let refusals = self.refusals.iter().map(|refusal| {
            json!({
                "path": check::path(&refusal.field),
                "code": refusal.code.as_str(),
                "message": refusal.message,
                "warning": is_warning(refusal),
            })
        });
        json!({
            "version": self.version,
            "targets": targets,
            "refusals": refusals.collect::<Vec<_>>(),
            "settings": settings.collect::<Value>(),
            "words": self.words(),
        })
    }

    /// In words, a line each.
    pub fn words(&self) -> Vec<String> {
        let version = self.version.as_deref().unwrap_or("none");
        let mut lines = vec![format!("Version: {version}")];
        lines.extend(check::refusals(&self.refusals));
        lines.extend(self.targets());
        lines.push(self.switch());
        let remote: Vec<&Setting> = self
            .settings
            .iter()
            .filter(|setting| setting.is_remote)
            .collect();
        if remote.is_empty() {
            lines.push(
                "The document sets nothing for this phone: everything is as the app says."
                    .to_owned(),
            );
        }
        for setting in remote {
            let own = match (&setting.own, setting.own == setting.value) {
                (Value::Null, _) => String::new(),
                (_, true) => ", as the app itself says".to_owned(),
                (own, false) => format!(", instead of the app's own {own}"),
            };
            lines.push(format!(
                "{}: {}{own}{}",
                setting.name,
                setting.value,
                from_when(setting.name)
            ));
        }
        lines.iter().map(|line| on_one_line(line)).collect()
    }

    /// In the order of the document: those that were refused have a number, and no name to be sure of.
    fn targets(&self) -> Vec<String> {
        let refused = refused_targets(&self.refusals);
        let mut read = self.resolved.targets.iter();
        let mut lines = Vec::new();
        for place in 0..self.resolved.targets.len() + refused.len() {
            if refused.contains(&place) {
                lines.push(format!("Target {}: refused, matches nobody.", place + 1));
            } else if let Some(target) = read.next() {
                let verdict = if target.matched {
                    "matches"
                } else {
                    "does not match"
                };
                lines.push(format!(
                    "Target {:?} {verdict}: {}.",
                    target.name, target.why
                ));
            }
        }
        if lines.is_empty() {
            lines.push("Targets: none; the document is the same for every phone.".to_owned());
        }
        lines
    }

    fn switch(&self) -> String {
        let enabled = self
            .settings
            .iter()
            .find(|setting| setting.name == "enabled");
        let who = match enabled {
            Some(setting) if setting.own == false => {
                "the app itself, which pulls no document while it is off"
            }
            // What the phone did before counts.
            _ if self.resolved.changes.switch_unreadable => {
                return "The switch can't be read: this phone stays as it was, on or off."
                    .to_owned();
            }
            Some(setting) if setting.value == false => {
                "the document; it goes on being pulled, so that this can be undone"
            }
            _ => return "This phone is on.".to_owned(),
        };
        format!("This phone is OFF: nothing is recorded, injected or sent. Said by {who}.")
    }
}

/// Places of the targets that match nobody: where anything was refused but a setting, or a name that is passed over.
fn refused_targets(refusals: &[Refusal]) -> BTreeSet<usize> {
    let place = |refusal: &Refusal| {
        let passed_over = is_warning(refusal) || refusal.code == RefusalCode::NotRemote;
        let rest = check::path(&refusal.field).strip_prefix("targets[")?;
        let (place, part) = rest.split_once(']')?;
        let is_setting = part.starts_with(".set.");
        (!passed_over && !is_setting).then(|| place.parse().ok())?
    };
    refusals.iter().filter_map(place).collect()
}
