//! Whether a document is believed, and what it makes of the app's configuration.

use super::Remote;
use crate::config::{Configuration, Refusal, RefusalCode, Settings};
use crate::remote::{RemoteDocument, Resolved, Version, signature};
use crate::trace::TraceSettings;

/// A document that is believed, and what it makes of the app's configuration.
pub(super) struct Believed {
    pub(super) version: Option<Version>,
    pub(super) key_id: Option<String>,
    pub(super) resolved: Resolved,
    pub(super) effective: Configuration,
    pub(super) trace: TraceSettings,
    pub(super) refusals: Vec<Refusal>,
}

impl Remote {
    /// Reads a document and checks who signed it, and that it is none of the past.
    pub(super) fn believe(&self, raw: &[u8], settings: &Settings) -> Result<Believed, Refusal> {
        let opened = signature::open(raw, &settings.remote_keys)?;
        let (document, refusals) = RemoteDocument::from_bytes(opened.document)?;
        if settings.remote_keys.required() {
            self.check_version(document.version.as_ref())?;
        }
        let resolved = document.resolve(&self.facts);
        let effective = resolved.changes.over(&settings.configuration);
        // What is wrong with its values was told when it was read.
        let trace = resolved.changes.trace_settings(&effective, &mut Vec::new());
        Ok(Believed {
            resolved,
            effective,
            trace,
            version: document.version,
            key_id: opened.key_id.map(str::to_owned),
            refusals,
        })
    }

    /// A signed document was believed: from now on none that is older. Also the kept one of a start that has no keys yet, by the
    /// first start that has them.
    pub(super) fn prove(&mut self, believed: &Believed, settings: &Settings) {
        if settings.remote_keys.required() {
            let number = believed.version.as_ref().and_then(Version::number);
            self.kept.floor = self.kept.floor.max(number);
        }
    }

    /// A signature is as good years later: only the version tells that a document was taken back since.
    fn check_version(&self, version: Option<&Version>) -> Result<(), Refusal> {
        let shown = version.map(ToString::to_string).unwrap_or_default();
        let Some(number) = version.and_then(Version::number) else {
            return Err(Refusal::new(
                "remote.version",
                shown,
                RefusalCode::WrongType,
                "a signed document needs a whole number as its version; what was in force stays",
            ));
        };
        match self.kept.floor.filter(|floor| number < *floor) {
            Some(floor) => Err(Refusal::new(
                "remote.version",
                shown,
                RefusalCode::OlderVersion,
                format!("version {floor} was believed before; what was in force stays"),
            )),
            None => Ok(()),
        }
    }
}

/// A switch that can't be read leaves what was: it is no word to switch on again, neither now nor at the next start.
pub(super) fn is_off(resolved: &Resolved, was_off: bool) -> bool {
    let changes = &resolved.changes;
    match changes.enabled {
        Some(enabled) => !enabled,
        None => changes.switch_unreadable && was_off,
    }
}
