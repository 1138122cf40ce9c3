//! The remote document's way in: the copy of an earlier start at once, the new one when it has come.

use std::sync::Arc;

use super::{Effect, Engine, RemoteState};
use crate::config::{Refusal, RefusalCode, bounded};
use crate::remote::RemoteChanges;
use crate::seams::transport::{HttpAnswer, TransportError};

impl Engine {
    pub(super) fn cold_start(&mut self, document: Option<Vec<u8>>, effects: &mut Vec<Effect>) {
        let Some(url) = self.settings.remote_url.clone() else {
            return;
        };
        if let Some(document) = document {
            self.apply(&document, true, effects);
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
                    effects.push(Effect::SaveDocument(answer.body));
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

    /// True if the document was believed, at least in part.
    fn apply(&mut self, document: &[u8], at_start: bool, effects: &mut Vec<Effect>) -> bool {
        let (changes, mut refusals) = match RemoteChanges::from_bytes(document) {
            Ok(read) => read,
            Err(refusal) => {
                self.refuse_document(refusal);
                return false;
            }
        };
        let effective = changes.over(&self.settings.configuration);
        let mut of_values = Vec::new();
        let mut trace = effective.trace_settings(&mut of_values);
        // What the app wrote was judged when it started: only what the document brought is told here.
        if changes.first_party_hosts.is_some() {
            refusals.extend(
                of_values
                    .into_iter()
                    .filter(|r| r.field.starts_with("first_party_hosts"))
                    .map(|refusal| Refusal {
                        field: format!("remote.{}", refusal.field),
                        ..refusal
                    }),
            );
        }
        // A document whose every host is refused must not leave the app without hosts.
        let named = changes
            .first_party_hosts
            .as_ref()
            .is_some_and(|hosts| !hosts.is_empty());
        if named && trace.hosts.is_empty() {
            trace.hosts = self.settings.trace.hosts.clone();
        }
        for refusal in &refusals {
            log::warn!("handspan: {refusal}");
        }
        self.effective = effective;
        self.status.remote = RemoteState::Applied;
        self.status.remote_version = changes.version;
        self.status.refusals = Arc::from(bounded(refusals));
        let enabled = changes.enabled.unwrap_or(true);
        effects.push(Effect::Publish {
            trace: Arc::new(trace),
            enabled,
            at_start,
        });
        true
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
