//! The remote document's way in: what a good one changes, and that a bad one changes nothing.

use super::steered::*;
use super::*;
use crate::engine::RemoteState;

#[test]
fn a_remote_document_changes_hosts_and_rates_and_is_kept() {
    let mut phone = Steered::new();
    phone.tell(ok(
        "\"7\"",
        r#"{"version":"7","trace_sample_rate":25,"first_party_hosts":{"b.example":["tracecontext"],"*":["datadog"]}}"#,
    ));
    let published = phone.published.clone().unwrap();
    assert!(published.enabled && !published.at_start);
    assert_eq!((published.trace.hosts.len(), phone.trace_rate()), (1, 25.0));
    let remote = phone.remote();
    assert_eq!(
        (remote.state, remote.version.as_deref()),
        (RemoteState::Applied, Some("7"))
    );
    assert_eq!(remote.etag.as_deref(), Some("\"7\""));
    assert_eq!(
        phone.status().refusals[0].field,
        "remote.first_party_hosts[\"*\"]"
    );

    // The next start has it at once, and asks again.
    phone.dies_and_starts();
    assert!(phone.published.clone().unwrap().at_start);
    assert_eq!(
        (phone.trace_rate(), phone.remote().version.as_deref()),
        (25.0, Some("7"))
    );
}

#[test]
fn a_document_that_is_no_good_changes_nothing_but_a_counter() {
    let too_large = || {
        let answer = HttpAnswer {
            status: 200,
            headers: Vec::new(),
            body: Vec::new(),
        };
        Command::Pulled(Err(TransportError::TooLarge {
            limit: limits::REMOTE_BYTES,
            answer: Box::new(answer),
        }))
    };
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    let huge = " ".repeat(limits::REMOTE_BYTES + 1);
    let refused = [
        ok("\"x\"", "garbage"),
        ok("\"x\"", ""),
        ok("\"x\"", "[1]"),
        ok("\"x\"", r#"{"trace_sample_rate":0"#),
        ok("\"x\"", &deep),
        ok("\"x\"", &huge),
        too_large(),
    ];
    for answer in refused {
        let mut phone = Steered::new();
        phone.effects();
        phone.tell(answer);
        assert_eq!(phone.effects(), [""; 0]);
        let remote = phone.remote();
        assert_eq!(
            (remote.state, remote.refused, remote.failed),
            (RemoteState::Refused, 1, 0)
        );
        assert_eq!(phone.status().refusals.len(), 1);
    }
    let mut phone = Steered::new();
    phone.effects();
    phone.tell(timeout());
    assert_eq!(phone.effects(), [""; 0]);
    let remote = phone.remote();
    assert_eq!(
        (remote.state, remote.refused, remote.failed),
        (RemoteState::Failed, 0, 1)
    );
    assert!(phone.status().refusals.is_empty());
}

#[test]
fn a_document_whose_every_host_is_refused_leaves_the_apps_own() {
    for hosts in [
        r#"{"*":["datadog"]}"#,
        r#"{"b.example":"datadog"}"#,
        r#"{"b.example":7}"#,
        r#"{"b.example":null}"#,
    ] {
        let mut phone = Steered::new();
        phone.tell(ok("\"7\"", &format!(r#"{{"first_party_hosts":{hosts}}}"#)));
        assert_eq!(phone.published.unwrap().trace.hosts.len(), 1, "{hosts}");
    }
    // An empty list is a word: no hosts.
    let mut phone = Steered::new();
    phone.tell(ok("\"7\"", r#"{"first_party_hosts":{}}"#));
    assert!(phone.published.unwrap().trace.hosts.is_empty());
}

#[test]
fn a_hosts_rate_out_of_range_is_refused_and_the_host_stays() {
    let mut phone = Steered::new();
    phone.tell(ok(
        "\"7\"",
        r#"{"first_party_hosts":{"b.example":{"formats":["datadog"],"sample_rate":1000}}}"#,
    ));
    assert_eq!(phone.published.clone().unwrap().trace.hosts.len(), 1);
    assert_eq!(
        phone.status().refusals[0].field,
        "remote.first_party_hosts[\"b.example\"].sample_rate"
    );
}

#[test]
fn an_answer_that_nobody_waits_for_is_none() {
    let mut phone = Steered::new();
    phone.tell(ok("\"7\"", r#"{"trace_sample_rate":25}"#));
    phone.tell(ok("\"8\"", r#"{"trace_sample_rate":0}"#));
    assert_eq!((phone.trace_rate(), phone.remote().applied), (25.0, 1));
}
