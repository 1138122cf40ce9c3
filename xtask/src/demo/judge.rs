//! Whether each request came to what it should, as the inspector sees it.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Deserialize;

use super::cases::{Expect, Run, is_of};
use crate::http;

/// A request as `/api/requests` gives it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Request {
    pub(crate) url: String,
    pub(crate) status_code: Option<u16>,
    pub(crate) reason: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) span_id: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) spans: Vec<Span>,
    pub(crate) verdict: String,
    pub(crate) because: String,
}

/// A span of a backend.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Span {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) tracer: String,
    pub(crate) parent_id: Option<String>,
}

/// How a case stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    Right,
    /// Not yet right; more may arrive.
    Pending(String),
    /// Nothing that arrives can mend it.
    Wrong(String),
}

/// A case, the event that the inspector has of it, and how it stands.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) request: Option<Request>,
    pub(crate) judgement: Judgement,
}

impl Row {
    /// What is wrong, if anything.
    pub(crate) fn problem(&self) -> Option<String> {
        match &self.judgement {
            Judgement::Right => None,
            Judgement::Pending(why) | Judgement::Wrong(why) => {
                Some(format!("{}: {why}", self.name))
            }
        }
    }

    /// Does a backend's span hang under it?
    pub(crate) fn is_joined(&self) -> bool {
        self.request
            .as_ref()
            .is_some_and(|request| request.verdict == "joined")
    }
}

/// Asks the inspector, again whenever it has something new, until every case is settled or the time is up.
pub(crate) fn wait(inspector: &str, cases: &[Run], deadline: Instant) -> anyhow::Result<Vec<Row>> {
    // Opened before the first question, so that nothing can arrive unnoticed between the two.
    let mut stream = http::open(&format!("{inspector}/api/stream"))?;
    loop {
        let requests = requests(inspector)?;
        let rows: Vec<Row> = cases.iter().map(|case| row(case, &requests)).collect();
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero()
            || !rows
                .iter()
                .any(|row| matches!(row.judgement, Judgement::Pending(_)))
        {
            return Ok(rows);
        }
        // A stream that is silent for a moment, or at its end, is no reason to stop asking before the deadline.
        stream
            .get_ref()
            .set_read_timeout(Some(left.min(Duration::from_secs(1))))?;
        let mut line = String::new();
        while let Ok(length) = stream.read_line(&mut line) {
            if length == 0 || line.trim_end().is_empty() {
                break;
            }
            line.clear();
        }
    }
}

fn requests(inspector: &str) -> anyhow::Result<Vec<Request>> {
    let value = http::get_json(&format!("{inspector}/api/requests"))?;
    serde_json::from_value(value).context("read /api/requests")
}

/// Requests that the inspector shows and no app told of: the SDK must not record its own.
pub(crate) fn strangers(inspector: &str, cases: &[Run]) -> anyhow::Result<Vec<String>> {
    Ok(requests(inspector)?
        .iter()
        .filter(|request| !cases.iter().any(|case| is_of(&request.url, &case.name)))
        .map(|request| format!("{}: an event of a request that no app told of", request.url))
        .collect())
}

fn row(run: &Run, requests: &[Request]) -> Row {
    let mine: Vec<&Request> = requests
        .iter()
        .filter(|request| is_of(&request.url, &run.name))
        .collect();
    let judgement = match mine.as_slice() {
        [] => Judgement::Pending("its RUM event did not arrive".to_owned()),
        [request] => judge(run, request),
        several => Judgement::Wrong(format!("{} RUM events of one call", several.len())),
    };
    Row {
        name: run.name.clone(),
        request: mine.first().copied().cloned(),
        judgement,
    }
}

fn judge(run: &Run, request: &Request) -> Judgement {
    let case = run.case;
    if request.status_code != case.status {
        return Judgement::Wrong(format!(
            "status {:?} on the event, {:?} expected",
            request.status_code, case.status
        ));
    }
    if case.reason.is_some() && request.reason.as_deref() != case.reason {
        return Judgement::Wrong(format!(
            "reason {:?} on the event, {:?} expected",
            request.reason, case.reason
        ));
    }
    let verdict = request.verdict.as_str();
    let no_hop = request.reason.as_deref() == Some("no_hop");
    match case.expect {
        Expect::Joined if verdict == "joined" => Judgement::Right,
        Expect::Joined if verdict == "not_joined" => {
            Judgement::Pending(format!("not joined: {}", request.because))
        }
        Expect::NotExpected if verdict == "not_expected" && request.trace_id.is_none() => {
            Judgement::Right
        }
        Expect::NoBackend if verdict != "joined" && (request.trace_id.is_some() || no_hop) => {
            Judgement::Right
        }
        expect => Judgement::Wrong(format!(
            "{verdict} ({}), expected {expect:?}",
            request.because
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cases::CASES;
    use super::*;

    fn run(name: &str) -> Run {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        Run {
            case,
            name: format!("rust-{name}"),
        }
    }

    fn request(name: &str, verdict: &str, status: Option<u16>, ids: bool) -> Request {
        serde_json::from_value(serde_json::json!({
            "url": format!("http://shop.localhost/?case=rust-{name}"),
            "status_code": status,
            "reason": null,
            "trace_id": ids.then_some("0af7651916cd43dd8448eb211c80319c"),
            "span_id": ids.then_some("b7ad6b7169203331"),
            "spans": [],
            "verdict": verdict,
            "because": "of the test",
        }))
        .unwrap()
    }

    #[test]
    fn only_what_was_expected_is_right() {
        let judged = |name: &str, verdict, status, ids| {
            row(&run(name), &[request(name, verdict, status, ids)]).judgement
        };
        assert_eq!(
            judged("hello-shop", "joined", Some(200), true),
            Judgement::Right
        );
        assert!(matches!(
            judged("hello-shop", "not_joined", Some(200), true),
            Judgement::Pending(_)
        ));
        assert!(matches!(
            judged("hello-shop", "not_expected", Some(200), false),
            Judgement::Wrong(_)
        ));
        assert!(matches!(
            judged("hello-shop", "joined", Some(500), true),
            Judgement::Wrong(_)
        ));
        assert_eq!(
            judged("fail-connect", "not_joined", None, true),
            Judgement::Right
        );
        assert!(matches!(
            judged("fail-connect", "not_joined", None, false),
            Judgement::Wrong(_)
        ));
        assert!(matches!(
            judged("third-party", "joined", Some(200), true),
            Judgement::Wrong(_)
        ));
        // The reason is part of what is expected of these two.
        assert!(matches!(
            judged("third-party", "not_expected", Some(200), false),
            Judgement::Wrong(_)
        ));
        assert!(matches!(
            judged("app-traceparent", "joined", Some(200), true),
            Judgement::Wrong(_)
        ));
    }

    #[test]
    fn one_event_a_call() {
        let twice = [(); 2].map(|()| request("hello-shop", "joined", Some(200), true));
        assert!(matches!(
            row(&run("hello-shop"), &twice).judgement,
            Judgement::Wrong(_)
        ));
        assert!(matches!(
            row(&run("hello-shop"), &[]).judgement,
            Judgement::Pending(_)
        ));
    }
}
