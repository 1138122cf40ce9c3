//! Which app pulled which version of the remote document, and with which its sessions ran.

use std::collections::VecDeque;

use serde::Serialize;

use crate::event::RequestEvent;
use crate::remote_document::RemoteDocument;

/// Pulls that are kept: a day of one app that somebody works on.
const PULLS: usize = 300;

/// Sessions that are kept, each with every version that it ran with.
const SESSIONS: usize = 300;

/// Documents whose tags are known.
const DOCUMENTS: usize = 100;

/// Longest text of a client that is kept, in characters.
const TEXT: usize = 200;

/// A request for the document.
#[derive(Clone, Debug, Serialize)]
struct Pull {
    /// Milliseconds since the epoch.
    at: u64,
    /// Who: `User-Agent`, which the SDK sends as `handspan/0.1.0 (android; 2.1)`.
    client: Option<String>,
    /// The version that it had, by `If-None-Match`; the tag itself where that is not known here.
    had: Option<String>,
    /// 200, 304 or 404.
    status: u16,
    /// The version that is served.
    version: Option<String>,
}

/// The requests of a session that were made with one version.
#[derive(Clone, Debug, Serialize)]
struct Session {
    session_id: String,
    app: Option<String>,
    service: Option<String>,
    /// `context.handspan.remote_version`; none while no document was in force.
    version: Option<String>,
    /// Date of the first request, milliseconds since the epoch.
    since: Option<i64>,
    requests: u64,
}

/// What is shown of it, oldest first.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    pulls: Vec<Pull>,
    sessions: Vec<Session>,
}

/// The history.
#[derive(Debug, Default)]
pub(crate) struct RemoteHistory {
    pulls: VecDeque<Pull>,
    sessions: VecDeque<Session>,
    /// Tag and version of what was served.
    served: VecDeque<(String, Option<String>)>,
}

impl RemoteHistory {
    /// From now on this one is served.
    pub(crate) fn serve(&mut self, document: &RemoteDocument) {
        self.served.retain(|(etag, _)| *etag != document.etag);
        push(
            &mut self.served,
            (document.etag.clone(), document.judged.version.clone()),
            DOCUMENTS,
        );
    }

    /// Somebody has pulled.
    pub(crate) fn pulled(
        &mut self,
        at: u64,
        client: Option<&str>,
        if_none_match: Option<&str>,
        status: u16,
        document: Option<&RemoteDocument>,
    ) {
        let cut = |text: &str| text.chars().take(TEXT).collect::<String>();
        let had = if_none_match.map(|tag| {
            let known = self.served.iter().find(|(etag, _)| etag == tag);
            let version = known.and_then(|(_, version)| version.clone());
            version.unwrap_or_else(|| cut(tag))
        });
        let pull = Pull {
            at,
            client: client.map(cut),
            had,
            status,
            version: document.and_then(|document| document.judged.version.clone()),
        };
        push(&mut self.pulls, pull, PULLS);
    }

    /// A request of an app has come, and tells with which version it was made. True where that is news.
    pub(crate) fn saw(&mut self, request: &RequestEvent) -> bool {
        // Another SDK's event has neither.
        let (Some(session_id), Some(_)) = (&request.session_id, &request.reason) else {
            return false;
        };
        let known = self.sessions.iter_mut().rev().find(|known| {
            known.session_id == *session_id && known.version == request.remote_version
        });
        if let Some(known) = known {
            known.requests += 1;
            return false;
        }
        let session = Session {
            session_id: session_id.clone(),
            app: request.app.clone(),
            service: request.service.clone(),
            version: request.remote_version.clone(),
            since: request.date,
            requests: 1,
        };
        push(&mut self.sessions, session, SESSIONS);
        true
    }

    /// All of it.
    pub(crate) fn shown(&self) -> Shown {
        Shown {
            pulls: self.pulls.iter().cloned().collect(),
            sessions: self.sessions.iter().cloned().collect(),
        }
    }

    /// Forgets pulls and sessions.
    pub(crate) fn clear(&mut self) {
        self.pulls.clear();
        self.sessions.clear();
    }
}

fn push<T>(queue: &mut VecDeque<T>, item: T, most: usize) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(item);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &'static str) -> RemoteDocument {
        RemoteDocument::parse(text.as_bytes().into()).unwrap()
    }

    #[test]
    fn a_pull_tells_what_the_app_had_and_what_it_got() {
        let mut history = RemoteHistory::default();
        let (one, two) = (document(r#"{"version":1}"#), document(r#"{"version":2}"#));
        history.serve(&one);
        history.pulled(10, Some("handspan/1 (ios; 2.1)"), None, 200, Some(&one));
        history.serve(&two);
        history.pulled(20, None, Some(&one.etag), 200, Some(&two));
        history.pulled(30, None, Some("\"elsewhere\""), 404, None);
        let pulls = history.shown().pulls;
        let told: Vec<_> = pulls
            .iter()
            .map(|pull| (pull.had.as_deref(), pull.status, pull.version.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                (None, 200, Some("1")),
                (Some("1"), 200, Some("2")),
                (Some("\"elsewhere\""), 404, None)
            ]
        );
        for at in 0..1_000 {
            history.pulled(at, Some(&"x".repeat(1_000)), None, 404, None);
        }
        let pulls = history.shown().pulls;
        assert_eq!(pulls.len(), PULLS);
        assert_eq!(pulls[0].client.as_ref().unwrap().len(), TEXT);
    }

    #[test]
    fn a_session_has_a_line_for_each_version_that_it_ran_with() {
        let mut history = RemoteHistory::default();
        let request = |session: &str, version: Option<&str>| RequestEvent {
            session_id: Some(session.to_owned()),
            reason: Some("traced".to_owned()),
            remote_version: version.map(str::to_owned),
            ..RequestEvent::default()
        };
        for (request, is_news) in [
            (request("a", None), true),
            (request("a", Some("1")), true),
            (request("b", Some("1")), true),
            (request("a", Some("1")), false),
            (RequestEvent::default(), false),
        ] {
            assert_eq!(history.saw(&request), is_news);
        }
        let sessions = history.shown().sessions;
        let counts: Vec<u64> = sessions.iter().map(|session| session.requests).collect();
        assert_eq!(counts, [1, 2, 1]);
        for number in 0..1_000 {
            history.saw(&request(&number.to_string(), None));
        }
        assert_eq!(history.shown().sessions.len(), SESSIONS);
    }
}
