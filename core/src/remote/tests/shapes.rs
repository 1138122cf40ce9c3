//! Documents in ARMS's and in Datadog's spelling.

use super::*;

#[test]
fn the_document_that_arms_bundles() {
    let (document, refused) = read(
        r#"{"enable":true,"session":{"sampling":100.0},"report":{"flush_interval":5000,"max_batch_count":50},"tracing":{"enable":false,"rules":[]}}"#,
    );
    assert_eq!(document.shape, Shape::Arms);
    assert_eq!(
        refused,
        told(&[(".report.max_batch_count", "no_counterpart")])
    );
    let changes = document.resolve(&PhoneFacts::default()).changes;
    assert_eq!(
        (changes.enabled, changes.session_sample_rate),
        (Some(true), Some(100.0))
    );
    assert_eq!(changes.batch_max_age_ms, Some(5_000));
    assert!(
        changes.first_party_hosts.unwrap().is_empty(),
        "without hosts nothing is injected"
    );
}

#[test]
fn what_is_wrong_in_armss_spelling_is_refused_alone() {
    let (document, refused) = read(
        r#"{"version":3,"enable":"no","session":{"sampling":101},"report":{"flush_interval":1},"tracing":{"enable":true,"rules":[{}]},"pid":"x"}"#,
    );
    assert_eq!(document.version, Some(Version::Number(3)));
    assert_eq!(
        refused,
        told(&[
            (".enable", "wrong_type"),
            (".session.sampling", "out_of_range"),
            (".report.flush_interval", "out_of_range"),
            (".tracing.rules", "no_counterpart"),
            (".pid", "not_remote"),
        ])
    );
    let expected = RemoteChanges {
        switch_unreadable: true,
        ..RemoteChanges::default()
    };
    assert_eq!(document.resolve(&PhoneFacts::default()).changes, expected);
}

const DATADOG: &str = r#"{"platform":"android",
    "rum":{"applicationId":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1","service":"shop","telemetrySampleRate":20,"trackResources":false,"crashReportsEnabled":true},
    "sessionReplay":{"sampleRate":10},
    "trace":{"sampleRate":30,"traceContextInjection":"all","tracedHosts":["a.example","*"],"tracingHeaderTypes":["b3","tracecontext"]}}"#;

#[test]
fn datadogs_document_counts_on_the_platform_that_it_names() {
    let (document, refused) = read(DATADOG);
    assert_eq!(document.shape, Shape::Datadog);
    assert_eq!(
        refused,
        told(&[
            (".rum.telemetrySampleRate", "no_counterpart"),
            (".rum.crashReportsEnabled", "no_counterpart"),
            (".rum.applicationId", "not_remote"),
            (".rum.service", "not_remote"),
            (".trace.tracedHosts[\"*\"]", "wildcard"),
            (".sessionReplay", "no_counterpart"),
        ])
    );
    let on = |platform: &str| {
        let facts = PhoneFacts {
            platform: platform.to_owned(),
            ..PhoneFacts::default()
        };
        document.resolve(&facts).changes
    };
    assert_eq!(on("ios"), RemoteChanges::default());
    let changes = on("android");
    assert_eq!(
        (changes.trace_sample_rate, changes.capture_resources),
        (Some(30.0), Some(false))
    );
    assert_eq!(changes.trace_context_injection.as_deref(), Some("all"));
    let hosts = changes.first_party_hosts.unwrap();
    assert_eq!(hosts.len(), 1);
    assert_eq!(hosts["a.example"].formats, ["b3", "tracecontext"]);
}

#[test]
fn parts_of_datadogs_document_stand_for_themselves() {
    for (text, refused, hosts) in [
        (
            r#"{"trace":{"tracedHosts":["a.example"]}}"#,
            vec![],
            Some(vec!["datadog", "tracecontext"]),
        ),
        (
            r#"{"trace":{"tracedHosts":["a.example"],"tracingHeaderTypes":[]}}"#,
            vec![],
            Some(vec![]),
        ),
        (
            r#"{"trace":{"tracedHosts":["a.example"],"tracingHeaderTypes":["b3","sw8"]}}"#,
            vec![(".trace.tracingHeaderTypes[1]", "unknown_name")],
            Some(vec!["b3"]),
        ),
        (
            r#"{"trace":{"tracedHosts":["a.example"],"tracingHeaderTypes":["sw8"]}}"#,
            vec![(".trace.tracingHeaderTypes[0]", "unknown_name")],
            None,
        ),
        (
            r#"{"trace":{"tracedHosts":["a.example",7],"tracingHeaderTypes":"b3"}}"#,
            vec![(".trace.tracingHeaderTypes", "wrong_type")],
            None,
        ),
        (
            r#"{"trace":{"tracingHeaderTypes":["b3"]}}"#,
            vec![(".trace.tracingHeaderTypes", "no_counterpart")],
            None,
        ),
        (
            r#"{"platform":"windows","trace":{"tracedHosts":["a.example"]}}"#,
            vec![(".platform", "unknown_name")],
            None,
        ),
    ] {
        let (changes, found) = changes(text);
        assert_eq!(found, told(&refused), "{text}");
        let formats = changes
            .first_party_hosts
            .map(|hosts| hosts["a.example"].formats.clone());
        assert_eq!(
            formats,
            hosts.map(|names| names.into_iter().map(str::to_owned).collect()),
            "{text}"
        );
    }
    let (none, refused) = changes(r#"{"trace":{"tracedHosts":[]}}"#);
    assert!(none.first_party_hosts.unwrap().is_empty() && refused.is_empty());
}

#[test]
fn a_document_that_names_anything_of_ours_is_ours() {
    for (text, shape) in [
        ("{}", Shape::Handspan),
        (r#"{"version":1}"#, Shape::Handspan),
        (r#"{"version":1,"enable":false}"#, Shape::Arms),
        (
            r#"{"enabled":true,"enable":false,"platform":"ios"}"#,
            Shape::Handspan,
        ),
        (r#"{"enable":false,"platform":"ios"}"#, Shape::Datadog),
    ] {
        assert_eq!(read(text).0.shape, shape, "{text}");
    }
}
