//! The remote document's way in: the copy of an earlier start at once, the new one when it has come.

use std::sync::Arc;

use super::{Effect, Engine, RemoteState};
use crate::config::{Refusal, RefusalCode, bounded};
use crate::remote::{PhoneFacts, RemoteDocument};
use crate::seams::transport::{HttpAnswer, TransportError};

/// The kept document, if it came from this URL.
fn of_url<'a>(kept: &'a [u8], url: &str) -> Option<&'a [u8]> {
    kept.strip_prefix(url.as_bytes())?.strip_prefix(b"\n")
}

impl Engine {
    pub(super) fn cold_start(&mut self, document: Option<Vec<u8>>, effects: &mut Vec<Effect>) {
        let Some(url) = self.settings.remote_url.clone() else {
            return;
        };
        if let Some(document) = document.as_deref().and_then(|kept| of_url(kept, &url)) {
            self.apply(document, true, effects);
        }
        self.status.remote = RemoteState::Pulling;
        effects.push(Effect::Pull { url });
    }

    pub(super) fn pulled(
        &mut self,
        answer: Result<HttpAnswer, TransportError>,
        effects: &mut Vec<Effect>,
    ) {
        match answer {
            Ok(answer) if answer.status == 200 => {
                if self.apply(&answer.body, false, effects) {
                    self.keep(&answer.body, effects);
                }
            }
            Ok(answer) => self.remote_failed(format!("its server answered {}", answer.status)),
            Err(TransportError::TooLarge { limit, .. }) => {
                let message =
                    format!("the document has over {limit} bytes, which is the most that is read");
                self.refuse_document(Refusal::new("remote", "", RefusalCode::TooLarge, message));
            }
            Err(error) => self.remote_failed(error.to_string()),
        }
    }

    /// Keeps a document with the URL that it came from: an app that moves on to another must not find the old one.
    fn keep(&self, document: &[u8], effects: &mut Vec<Effect>) {
        if let Some(url) = &self.settings.remote_url {
            let kept = [url.as_bytes(), b"\n", document].concat();
            effects.push(Effect::SaveDocument(kept));
        }
    }

    /// True if the document was believed, at least in part, and may be kept for the next start.
    fn apply(&mut self, document: &[u8], at_start: bool, effects: &mut Vec<Effect>) -> bool {
        let (document, refusals) = match RemoteDocument::from_bytes(document) {
            Ok(read) => read,
            Err(refusal) => {
                self.refuse_document(refusal);
                return false;
            }
        };
        let facts = PhoneFacts::of(&self.settings.configuration, "");
        let changes = document.resolve(&facts).changes;
        let effective = changes.over(&self.settings.configuration);
        // What the app wrote was judged when it started, what the document brought when it was read.
        let trace = changes.trace_settings(&effective, &mut Vec::new());
        let refusals = bounded(refusals);
        for refusal in &refusals {
            log::warn!("handspan: {refusal}");
        }
        self.effective = effective;
        self.status.remote = RemoteState::Applied;
        self.status.remote_version = document.version.map(|version| version.to_string());
        // A switch that can't be read is no word to switch on again: neither now nor at the next start.
        let unreadable_switch = changes.switch_unreadable;
        if !unreadable_switch {
            self.enabled = changes.enabled.unwrap_or(true);
        }
        self.status.refusals = Arc::from(refusals);
        effects.push(Effect::Publish {
            trace: Arc::new(trace),
            enabled: self.enabled,
            at_start,
        });
        !unreadable_switch
    }

    fn refuse_document(&mut self, refusal: Refusal) {
        log::warn!("handspan: {refusal}");
        self.status.remote = RemoteState::Refused;
        self.status.refusals = Arc::from([refusal]);
    }

    fn remote_failed(&mut self, why: String) {
        log::warn!("handspan: the remote document could not be pulled: {why}");
        self.status.remote = RemoteState::Failed;
    }
}
