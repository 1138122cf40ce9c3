//! Fields: each is taken or refused by itself.

use super::*;
use crate::config::RefusalCode;
use crate::limits;

const EVERYTHING: &str = r#"{
    "$schema": "remote-configuration.schema.json",
    "version": 7,
    "enabled": true,
    "session_sample_rate": 50,
    "trace_sample_rate": 12.5,
    "first_party_hosts": {"a.example": ["datadog"], "b.example": {"sample_rate": 5}},
    "trace_context_injection": "all",
    "tracestate": {"arms": false},
    "baggage": {"user": false, "account": true},
    "capture": {"resources": false},
    "batch_max_age_ms": 10000.0,
    "upload": {"metered": false, "battery_low": true, "low_power": true, "metered_interval_ms": 0, "background_interval_ms": 43200000},
    "log_level": "debug",
    "telemetry": true
}"#;

#[test]
fn every_field_is_taken_and_laid_over_the_apps_own() {
    let (document, refused) = read(EVERYTHING);
    assert_eq!(refused, []);
    assert_eq!(document.version, Some(Version::Number(7)));
    let changes = document.resolve(&PhoneFacts::default()).changes;
    assert_eq!(
        (changes.enabled, changes.switch_unreadable),
        (Some(true), false)
    );
    assert_eq!(changes.capture_resources, Some(false));
    assert_eq!(changes.log_level, Some(log::LevelFilter::Debug));

    let base = Configuration {
        arms_pid: Some("pid".to_owned()),
        client_token: "pub1".to_owned(),
        upload: crate::upload::UploadPolicy {
            low_power: true,
            ..Default::default()
        },
        ..Configuration::default()
    };
    let effective = changes.over(&base);
    let hosts: Vec<_> = effective.first_party_hosts.keys().collect();
    assert_eq!(hosts, ["a.example", "b.example"]);
    assert_eq!(effective.session_sample_rate, 50.0);
    assert_eq!(effective.trace_sample_rate, 12.5);
    assert_eq!(effective.trace_context_injection, "all");
    assert_eq!(effective.arms_pid, None);
    assert_eq!(effective.batch_max_age_ms, 10_000);
    // An app's "no" stays; its default for a low battery is one.
    let upload = &effective.upload;
    assert!(!upload.metered && !upload.battery_low && upload.low_power);
    assert_eq!(effective.upload.metered_interval_ms, 0);
    assert_eq!(effective.upload.background_interval_ms, 43_200_000);
    assert!(effective.telemetry);
    assert_eq!(effective.client_token, "pub1");
    let trace = changes.trace_settings(&effective, &mut Vec::new());
    assert!(!trace.baggage.user && trace.baggage.account);
    assert_eq!(trace.hosts.len(), 2);
}

#[test]
fn an_empty_document_changes_nothing() {
    let (changes, refused) = changes("{}");
    assert_eq!(
        (changes.clone(), refused),
        (RemoteChanges::default(), vec![])
    );
    let base = Configuration {
        session_sample_rate: 3.0,
        arms_pid: Some("pid".to_owned()),
        ..Configuration::default()
    };
    assert_eq!(changes.over(&base), base);
}

#[test]
fn good_fields_count_and_bad_ones_are_refused_alone() {
    let (changes, refused) = changes(
        r#"{"version":7,"trace_sample_rate":20,"session_sample_rate":140,"client_token":"evil","sesion":1,
            "first_party_hosts":{"a.example":["datadog"],"b.example":"x"},"trace_context_injection":"some"}"#,
    );
    assert_eq!(changes.trace_sample_rate, Some(20.0));
    assert_eq!(changes.session_sample_rate, None);
    assert_eq!(changes.first_party_hosts.unwrap().len(), 1);
    assert_eq!(
        refused,
        told(&[
            (".first_party_hosts[\"b.example\"]", "wrong_type"),
            (".session_sample_rate", "out_of_range"),
            (".trace_context_injection", "unknown_name"),
            (".client_token", "not_remote"),
            (".sesion", "unknown_field"),
        ])
    );
}

#[test]
fn every_value_of_another_kind_or_out_of_bounds_is_refused_with_its_path() {
    for (member, field, code) in [
        (r#""version":true"#, ".version", "wrong_type"),
        (r#""version":-1"#, ".version", "out_of_range"),
        (r#""version":1.5"#, ".version", "wrong_type"),
        (r#""version":9007199254740992"#, ".version", "out_of_range"),
        (r#""version":"""#, ".version", "empty"),
        (r#""enabled":"no""#, ".enabled", "wrong_type"),
        (r#""enabled":null"#, ".enabled", "wrong_type"),
        (
            r#""session_sample_rate":"10""#,
            ".session_sample_rate",
            "wrong_type",
        ),
        (
            r#""session_sample_rate":-0.1"#,
            ".session_sample_rate",
            "out_of_range",
        ),
        (
            r#""trace_sample_rate":100.1"#,
            ".trace_sample_rate",
            "out_of_range",
        ),
        (
            r#""trace_sample_rate":null"#,
            ".trace_sample_rate",
            "wrong_type",
        ),
        (
            r#""first_party_hosts":["a.example"]"#,
            ".first_party_hosts",
            "wrong_type",
        ),
        (
            r#""tracestate":{"arms":1}"#,
            ".tracestate.arms",
            "wrong_type",
        ),
        (
            r#""tracestate":{"dd":false}"#,
            ".tracestate.dd",
            "unknown_field",
        ),
        (r#""baggage":false"#, ".baggage", "wrong_type"),
        (r#""baggage":{"user":"x"}"#, ".baggage.user", "wrong_type"),
        (
            r#""capture":{"views":true}"#,
            ".capture.views",
            "unknown_field",
        ),
        (
            r#""batch_max_age_ms":99"#,
            ".batch_max_age_ms",
            "out_of_range",
        ),
        (
            r#""batch_max_age_ms":3600001"#,
            ".batch_max_age_ms",
            "out_of_range",
        ),
        (
            r#""batch_max_age_ms":1e300"#,
            ".batch_max_age_ms",
            "out_of_range",
        ),
        (
            r#""batch_max_age_ms":100.5"#,
            ".batch_max_age_ms",
            "wrong_type",
        ),
        (r#""upload":{"metered":0}"#, ".upload.metered", "wrong_type"),
        (
            r#""upload":{"metered_interval_ms":43200001}"#,
            ".upload.metered_interval_ms",
            "out_of_range",
        ),
        (
            r#""upload":{"url":"https://evil.example"}"#,
            ".upload.url",
            "not_remote",
        ),
        (r#""log_level":"trace""#, ".log_level", "unknown_name"),
        (r#""telemetry":[]"#, ".telemetry", "wrong_type"),
        (r#""targets":{}"#, ".targets", "wrong_type"),
    ] {
        let (changes, refused) =
            changes(&format!(r#"{{{member},"trace_context_injection":"all"}}"#));
        assert_eq!(refused, told(&[(field, code)]), "{member}");
        let expected = RemoteChanges {
            trace_context_injection: Some("all".to_owned()),
            switch_unreadable: matches!(field, ".enabled" | ".targets"),
            ..RemoteChanges::default()
        };
        assert_eq!(changes, expected, "{member}");
    }
}

#[test]
fn a_name_that_stands_twice_counts_in_neither_value() {
    let (changes, refused) = changes(
        r#"{"trace_sample_rate":1,"trace_sample_rate":99,"enabled":true,"enabled":false,"x":1,"x":2,
            "upload":{"metered":true,"low_power":true,"metered":false},
            "first_party_hosts":{"a.example":["datadog"],"b.example":["b3"],"b.example":["b3"],
                "c.example":{"formats":["b3"],"formats":[]}}}"#,
    );
    assert_eq!(
        refused,
        told(&[
            (".enabled", "duplicate"),
            (".first_party_hosts[\"b.example\"]", "duplicate"),
            (".first_party_hosts[\"c.example\"].formats", "duplicate"),
            (".trace_sample_rate", "duplicate"),
            (".upload.metered", "duplicate"),
            (".x", "unknown_field"),
        ])
    );
    let hosts: Vec<_> = changes.first_party_hosts.unwrap().into_keys().collect();
    assert_eq!(hosts, ["a.example"]);
    assert_eq!((changes.enabled, changes.switch_unreadable), (None, true));
    assert_eq!(changes.trace_sample_rate, None);
    assert_eq!(
        (changes.upload.metered, changes.upload.low_power),
        (None, Some(true))
    );
}

#[test]
fn the_apps_own_matters_are_refused_by_name_and_never_shown() {
    for name in [
        "intakes",
        "endpoint",
        "url",
        "site",
        "proxy",
        "root_certificates",
        "certificate_pins",
        "client_token",
        "clientToken",
        "application_id",
        "arms_pid",
        "tracking_consent",
        "storage_dir",
        "encryption_key",
        "remote_configuration_url",
        "remote_configuration_keys",
        "install_id",
        "instance",
        "service",
        "env",
        "source",
        "device",
        "inspect",
    ] {
        let text = format!(
            r#"{{"{name}":"https://evil.example","targets":[{{"name":"a","when":{{}},"set":{{"{name}":1}}}}]}}"#
        );
        let (document, refusals) = RemoteDocument::from_bytes(text.as_bytes()).unwrap();
        assert_eq!(refusals.len(), 2, "{name}");
        for refusal in refusals {
            assert_eq!(
                (refusal.code, refusal.value.as_str()),
                (RefusalCode::NotRemote, "(hidden)")
            );
        }
        let base = Configuration::default();
        assert_eq!(
            document.resolve(&PhoneFacts::default()).changes.over(&base),
            base
        );
    }
}

#[test]
fn hosts_that_cannot_be_used_go_alone_and_where_none_is_left_the_apps_own_stay() {
    let (one_left, refused) = changes(
        r#"{"first_party_hosts":{"*":["datadog"],"a.example":["datadog","zipkin"],"https://b.example/x":["b3"],
            "c.example":{"formats":["b3"],"sample_rate":1000},"d.example":{"formats":[7]}}}"#,
    );
    assert_eq!(
        refused,
        told(&[
            (
                ".first_party_hosts[\"c.example\"].sample_rate",
                "out_of_range"
            ),
            (".first_party_hosts[\"d.example\"].formats[0]", "wrong_type"),
            (".first_party_hosts[\"*\"]", "wildcard"),
            (".first_party_hosts[\"a.example\"].formats", "unknown_name"),
            (".first_party_hosts[\"https://b.example/x\"]", "url_as_host"),
        ])
    );
    let hosts = one_left.first_party_hosts.unwrap();
    assert_eq!(hosts.len(), 4);
    assert_eq!(hosts["c.example"].sample_rate, None);

    for none_left in [
        r#"{"*":["b3"]}"#,
        r#"{"a.example":"b3"}"#,
        r#"{"a.example":null}"#,
    ] {
        let (changes, refused) = changes(&format!(r#"{{"first_party_hosts":{none_left}}}"#));
        assert_eq!(
            (changes.first_party_hosts, refused.len()),
            (None, 1),
            "{none_left}"
        );
    }
    // No hosts is a word too.
    let (changes, refused) = changes(r#"{"first_party_hosts":{}}"#);
    assert_eq!(
        (changes.first_party_hosts.unwrap().len(), refused),
        (0, vec![])
    );
}

#[test]
fn a_version_is_a_number_or_a_text_for_people() {
    for (text, version) in [
        ("0", Version::Number(0)),
        ("9007199254740991", Version::Number(9_007_199_254_740_991)),
        ("7.0", Version::Number(7)),
        ("\"2026-11 b\"", Version::Text("2026-11 b".to_owned())),
    ] {
        let (document, refused) = read(&format!(r#"{{"version":{text}}}"#));
        assert_eq!((document.version, refused), (Some(version), vec![]));
    }
    assert_eq!(Version::Number(7).to_string(), "7");
    assert_eq!(Version::Text("7".to_owned()).number(), None);
    let long = format!(r#"{{"version":"{}"}}"#, "x".repeat(101));
    assert_eq!(read(&long).1, told(&[(".version", "too_large")]));
}

#[test]
fn garbage_and_ten_megabytes_are_refused_whole_with_a_reason() {
    let huge = vec![b' '; 10 * 1024 * 1024];
    let deep = "[".repeat(100_000);
    let deep_inside = format!(r#"{{"enabled":false,"x":{}"#, "[".repeat(129));
    for (document, code) in [
        (&huge[..], RefusalCode::TooLarge),
        (b"\xff\xfe", RefusalCode::NotJson),
        (b"\xef\xbb\xbf{}", RefusalCode::NotJson),
        (b"", RefusalCode::NotJson),
        (b"[1]", RefusalCode::NotJson),
        (b"{\"enabled\":false", RefusalCode::NotJson),
        (b"{\"enabled\":false}}", RefusalCode::NotJson),
        (b"{\"x\":1e999}", RefusalCode::NotJson),
        (deep.as_bytes(), RefusalCode::NotJson),
        (deep_inside.as_bytes(), RefusalCode::NotJson),
    ] {
        let refusal = RemoteDocument::from_bytes(document).unwrap_err();
        assert_eq!(refusal.code, code);
        assert!(refusal.value.chars().count() <= limits::REFUSAL_VALUE_CHARS);
    }
}

#[test]
fn a_hundred_and_twenty_seven_levels_are_read_and_no_more() {
    let deep = |levels: usize| {
        format!(
            "{{\"x\":{}{}}}",
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    };
    assert!(RemoteDocument::from_bytes(deep(127).as_bytes()).is_ok());
    assert!(RemoteDocument::from_bytes(deep(128).as_bytes()).is_err());
}

#[test]
fn what_matters_is_told_before_what_is_only_unknown() {
    let unknown: String = (0..200).map(|n| format!("\"a{n}\":0,")).collect();
    let (_, refused) = read(&format!(
        r#"{{"capture":{{{unknown}"resources":0}},{unknown}"telemetry":0}}"#
    ));
    assert_eq!(
        refused[..2],
        told(&[
            (".telemetry", "wrong_type"),
            (".capture.resources", "wrong_type")
        ])
    );
    assert_eq!(refused.len(), 402);
}
