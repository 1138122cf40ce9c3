//! What the document's server has answered.

use std::sync::Arc;

use super::belief::Believed;
use super::kept::is_etag;
use super::pulls::Failure;
use super::{Remote, RemoteState};
use crate::config::{Refusal, RefusalCode};
use crate::engine::{Effect, Engine, Saved};
use crate::seams::clock::Now;
use crate::seams::transport::{HttpAnswer, TransportError};
use crate::upload::retry_after_ms;

impl Engine {
    pub(in crate::engine) fn pulled(
        &mut self,
        answer: Result<HttpAnswer, TransportError>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        // An answer that nobody waits for is none.
        let Some(remote) = self.remote.as_ref().filter(|remote| remote.is_pulling()) else {
            return;
        };
        let judged = match &answer {
            Ok(answer) if answer.status == 200 && !remote.has(&answer.body) => {
                Some(remote.believe(&answer.body, &self.settings))
            }
            _ => None,
        };
        self.with_remote(|engine, remote| engine.answered(remote, answer, judged, now, effects));
    }

    fn answered(
        &mut self,
        remote: &mut Remote,
        answer: Result<HttpAnswer, TransportError>,
        judged: Option<Result<Believed, Refusal>>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let said = match &answer {
            Ok(answer) => answer.status.to_string(),
            Err(error) => error.to_string(),
        };
        self.status.remote.last_answer = Some(Arc::from(said.as_str()));
        match answer {
            Ok(answer) if answer.status == 200 => {
                remote.pulls.answered();
                self.take_document(remote, &answer, judged, effects);
            }
            Ok(answer) if answer.status == 304 && !remote.kept.document.is_empty() => {
                remote.pulls.answered();
                self.unchanged(remote);
            }
            Err(TransportError::TooLarge { limit, answer }) if answer.status == 200 => {
                remote.pulls.answered();
                let message =
                    format!("the document has over {limit} bytes, which is the most that is read");
                self.refuse_document(Refusal::new("remote", "", RefusalCode::TooLarge, message));
            }
            Ok(answer) => self.pull_failed(remote, Some(&answer), &said, now),
            Err(
                TransportError::TooLarge { answer, .. } | TransportError::Incomplete { answer, .. },
            ) => self.pull_failed(remote, Some(&answer), &said, now),
            Err(_) => self.pull_failed(remote, None, &said, now),
        }
    }

    fn pull_failed(
        &mut self,
        remote: &mut Remote,
        answer: Option<&HttpAnswer>,
        said: &str,
        now: Now,
    ) {
        log::warn!("handspan: the remote document could not be pulled: {said}");
        let failure = Failure {
            after_ms: answer
                .and_then(|answer| answer.header("retry-after"))
                .and_then(|value| retry_after_ms(value, now.wall_ms)),
            // A redirect and a demand to sign in are a network's answers too.
            is_networks: answer.is_none_or(|answer| matches!(answer.status, 300..=399 | 511)),
        };
        remote.pulls.failed(failure, self.entropy.next_u64(), now);
        self.status.remote.failed += 1;
        self.status.remote.state = RemoteState::Failed;
    }

    fn unchanged(&mut self, remote: &Remote) {
        self.status.remote.not_modified += 1;
        self.status.remote.state = RemoteState::Applied;
        // What was refused of another one meanwhile is history.
        self.told_of(&remote.findings);
    }

    fn take_document(
        &mut self,
        remote: &mut Remote,
        answer: &HttpAnswer,
        judged: Option<Result<Believed, Refusal>>,
        effects: &mut Vec<Effect>,
    ) {
        let etag = answer.header("etag").filter(|etag| is_etag(etag));
        let etag: Option<Arc<str>> = etag.map(Arc::from);
        let Some(judged) = judged else {
            // A server without ETags, or with another one for the same bytes.
            if remote.kept.etag != etag {
                remote.kept.etag = etag;
                effects.push(Effect::Save(Saved::Remote, remote.kept.to_bytes()));
            }
            self.unchanged(remote);
            return;
        };
        let believed = match judged {
            Ok(believed) => believed,
            Err(refusal) => return self.refuse_document(refusal),
        };
        remote.kept.replace(&answer.body, etag);
        remote.mark_at = None;
        self.apply(remote, believed, false, effects);
    }
}
