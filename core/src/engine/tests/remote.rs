//! The remote document's way in.

use super::*;
use crate::engine::RemoteState;

const URL: &str = "https://config.example/app.json";
const CONFIGURED: &str = r#","intakes":[{"type":"datadog"}],"remote_configuration_url":"https://config.example/app.json""#;

fn kept_from(url: &str, body: &[u8]) -> Vec<u8> {
    [url.as_bytes(), b"\n", body].concat()
}

fn pulled(body: &[u8]) -> Command {
    Command::Pulled(Ok(HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: body.to_vec(),
    }))
}

#[test]
fn a_remote_document_changes_hosts_and_rates_and_is_kept() {
    let mut phone = Phone::with(
        r#","intakes":[{"type":"datadog"}],"remote_configuration_url":"https://config.example/app.json""#,
    );
    assert_eq!(names(&phone.tell(Command::ColdStart(None))), ["pull"]);
    let body = br#"{"version":"7","trace_sample_rate":25,"first_party_hosts":{"b.example":["tracecontext"],"*":["datadog"]}}"#;
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: body.to_vec(),
    };
    let effects = phone.tell(Command::Pulled(Ok(answer)));
    let [
        Effect::Publish {
            trace,
            enabled: true,
            at_start: false,
        },
        Effect::SaveDocument(kept),
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!(kept, &kept_from(URL, body));
    assert_eq!((trace.hosts.len(), trace.trace_rate.percent()), (1, 25.0));
    let status = phone.engine.status();
    assert_eq!(
        (status.remote, status.remote_version.as_deref()),
        (RemoteState::Applied, Some("7"))
    );
    assert_eq!(status.refusals[0].field, "remote.first_party_hosts[\"*\"]");

    // The next start has it at once, and asks again.
    let effects = phone.tell(Command::ColdStart(Some(kept_from(URL, body))));
    assert_eq!(names(&effects), ["publish", "pull"]);
    assert!(matches!(effects[0], Effect::Publish { at_start: true, .. }));
}

fn too_large() -> TransportError {
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: Vec::new(),
    };
    TransportError::TooLarge {
        limit: limits::REMOTE_BYTES,
        answer: Box::new(answer),
    }
}

#[test]
fn a_remote_document_that_is_no_good_changes_nothing() {
    let url = r#","intakes":[{"type":"datadog"}],"remote_configuration_url":"https://config.example/app.json""#;
    for (body, state) in [
        (Ok(b"garbage".to_vec()), RemoteState::Refused),
        (
            Ok(vec![b' '; limits::REMOTE_BYTES + 1]),
            RemoteState::Refused,
        ),
        (Err(too_large()), RemoteState::Refused),
        (Err(TransportError::Timeout), RemoteState::Failed),
    ] {
        let mut phone = Phone::with(url);
        phone.tell(Command::ColdStart(None));
        let answer = body.map(|body| HttpAnswer {
            status: 200,
            headers: Vec::new(),
            body,
        });
        assert_eq!(names(&phone.tell(Command::Pulled(answer))), [""; 0]);
        assert_eq!(phone.engine.status().remote, state);
        assert_eq!(
            phone.engine.status().refusals.is_empty(),
            state == RemoteState::Failed
        );
    }
}

#[test]
fn a_document_whose_every_host_is_refused_leaves_the_apps_own() {
    let mut phone = Phone::with(
        r#","intakes":[{"type":"datadog"}],"remote_configuration_url":"https://config.example/app.json""#,
    );
    phone.tell(Command::ColdStart(None));
    let body = br#"{"first_party_hosts":{"*":["datadog"]}}"#.to_vec();
    let effects = phone.tell(Command::Pulled(Ok(HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body,
    })));
    assert!(matches!(&effects[0], Effect::Publish { trace, .. } if trace.hosts.len() == 1));
}

#[test]
fn a_document_whose_every_host_is_of_the_wrong_type_leaves_the_apps_own() {
    for hosts in [
        r#"{"b.example":"datadog"}"#,
        r#"{"b.example":7}"#,
        r#"{"b.example":null}"#,
    ] {
        let mut phone = Phone::with(CONFIGURED);
        phone.tell(Command::ColdStart(None));
        let effects = phone.tell(pulled(
            format!(r#"{{"first_party_hosts":{hosts}}}"#).as_bytes(),
        ));
        assert!(
            matches!(&effects[0], Effect::Publish { trace, .. } if trace.hosts.len() == 1),
            "{hosts}"
        );
    }
    // An empty list is a word: no hosts.
    let mut phone = Phone::with(CONFIGURED);
    phone.tell(Command::ColdStart(None));
    let effects = phone.tell(pulled(br#"{"first_party_hosts":{}}"#));
    assert!(matches!(&effects[0], Effect::Publish { trace, .. } if trace.hosts.is_empty()));
}

#[test]
fn a_kept_document_of_another_url_is_not_used() {
    let mut phone = Phone::with(CONFIGURED);
    let kept = kept_from(
        "https://old.example/app.json",
        br#"{"trace_sample_rate":0}"#,
    );
    assert_eq!(names(&phone.tell(Command::ColdStart(Some(kept)))), ["pull"]);
}

#[test]
fn a_switch_that_cannot_be_read_switches_nothing_on() {
    let mut phone = Phone::with(CONFIGURED);
    let off = kept_from(URL, br#"{"enabled":false}"#);
    let effects = phone.tell(Command::ColdStart(Some(off)));
    assert!(matches!(effects[0], Effect::Publish { enabled: false, .. }));
    let effects = phone.tell(pulled(br#"{"enabled":"false"}"#));
    assert!(
        matches!(effects[..], [Effect::Publish { enabled: false, .. }]),
        "and it is not kept: {effects:?}"
    );
    let effects = phone.tell(pulled(br#"{"enabled":true}"#));
    assert!(matches!(effects[0], Effect::Publish { enabled: true, .. }));
}

#[test]
fn a_hosts_rate_out_of_range_is_refused_and_the_host_stays() {
    let mut phone = Phone::with(CONFIGURED);
    phone.tell(Command::ColdStart(None));
    let effects = phone.tell(pulled(
        br#"{"first_party_hosts":{"b.example":{"formats":["datadog"],"sample_rate":1000}}}"#,
    ));
    assert!(matches!(&effects[0], Effect::Publish { trace, .. } if trace.hosts.len() == 1));
    assert_eq!(
        phone.engine.status().refusals[0].field,
        "remote.first_party_hosts[\"b.example\"].sample_rate"
    );
}
