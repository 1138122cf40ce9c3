//! `handspan plan`, the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where it meets what it did not expect"
)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};
use support::{Run, command, config, run};

const CONFIG: &str = r#"{"first_party_hosts":{"example.com":["datadog","tracecontext"]}}"#;

fn plan(config: &str, lines: &str) -> Run {
    run(&["plan", "--config"], config, lines)
}

fn plans(run: &Run) -> Vec<Value> {
    run.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_plan_is_one_line_with_its_fields_in_order() {
    let request = json!({
        "method": "GET",
        "url": "https://api.example.com/v1?x=1",
        "headers": {"Accept": "*/*"},
        "ids": {
            "trace_id": "6789abcd00000000a3ce929d0e0e4736",
            "span_id": "00f067aa0ba902b7",
            "session_id": "88ef85ab-7902-45f0-b93b-2def1ec3e5fe",
        },
    });
    let run = plan(CONFIG, &request.to_string());
    assert_eq!(
        run.stdout,
        concat!(
            r#"{"url":"https://api.example.com/v1?x=1","traced":true,"reason":"traced","host_entry":"example.com","headers":{"#,
            r#""x-datadog-trace-id":"11803532876627986230","x-datadog-parent-id":"67667974448284343","x-datadog-origin":"rum","#,
            r#""x-datadog-sampling-priority":"1","x-datadog-sampled":"1","x-datadog-tags":"_dd.p.tid=6789abcd00000000,_dd.p.dm=-1","#,
            r#""traceparent":"00-6789abcd00000000a3ce929d0e0e4736-00f067aa0ba902b7-01","#,
            r#""tracestate":"dd=s:1;o:rum;p:00f067aa0ba902b7;t.dm:-1"},"#,
            r#""trace_id":"6789abcd00000000a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","sampled":true}"#,
            "\n"
        )
    );
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn ids_that_are_not_fixed_are_new_for_each_request() {
    let line = r#"{"url":"https://example.com/"}"#;
    let plans = plans(&plan(CONFIG, &format!("{line}\n{line}\n")));
    assert_ne!(plans[0]["trace_id"], plans[1]["trace_id"]);
    assert_ne!(plans[0]["span_id"], plans[1]["span_id"]);
    assert_eq!(plans[0]["trace_id"].as_str().unwrap()[8..16], *"00000000");
}

#[test]
fn a_bad_line_is_answered_and_the_rest_goes_on() {
    let long = format!(
        r#"{{"url":"https://example.com/{}"}}"#,
        "x".repeat(1024 * 1024)
    );
    let good = r#"{"url":"https://elsewhere.org/"}"#;
    let input = format!("{good}\nnot json\n\n{long}\n{{\"url\":\"nope\"}}\n{good}");
    let run = plan(CONFIG, &input);
    let plans = plans(&run);
    let told: Vec<_> = plans
        .iter()
        .map(|plan| (plan["reason"].as_str(), plan["line"].as_u64()))
        .collect();
    assert_eq!(
        told,
        [
            (Some("host_not_first_party"), None),
            (None, Some(2)),
            (None, Some(4)),
            (None, Some(5)),
            (Some("host_not_first_party"), None),
        ]
    );
    assert!(plans[1]["error"].as_str().unwrap().contains("not JSON"));
    assert_eq!(run.status, 1);
}

#[test]
fn a_plan_comes_before_the_next_request_is_sent() {
    let config = config(CONFIG);
    let mut child = command()
        .args(["plan", "--config"])
        .arg(config.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut requests = child.stdin.take().unwrap();
    let mut plans = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..3 {
        writeln!(requests, r#"{{"url":"https://example.com/"}}"#).unwrap();
        assert!(
            plans
                .next()
                .unwrap()
                .unwrap()
                .contains(r#""reason":"traced""#)
        );
    }
    drop(requests);
    assert!(plans.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn refused_values_are_told_one_a_line_and_good_ones_stay() {
    let config = r#"{"first_party_hosts":{"example.com":["datadog","b4"],"exa mple.com":["datadog"],"https://shop.example/x":["tracecontext"]},
        "trace_sample_rate":"much","new\nfield":1}"#;
    let run = plan(
        config,
        "{\"url\":\"https://shop.example\"}\n{\"url\":\"https://example.com\"}",
    );
    let reasons: Vec<_> = plans(&run)
        .iter()
        .map(|plan| plan["host_entry"].clone())
        .collect();
    assert_eq!(reasons, ["shop.example", "example.com"]);
    let complaints: Vec<_> = run.stderr.lines().collect();
    assert_eq!(complaints.len(), 5, "{complaints:#?}");
    for part in [
        "unknown_name",
        "invalid_host",
        "url_as_host",
        "wrong_type",
        "unknown_field",
    ] {
        assert_eq!(
            complaints.iter().filter(|line| line.contains(part)).count(),
            1,
            "{part}: {complaints:#?}"
        );
    }
    assert_eq!(run.status, 0);
}

#[test]
fn without_a_configuration_there_is_one_clear_message() {
    for (config, part) in [("{", "not JSON"), ("[]", "JSON object")] {
        let run = plan(config, "{\"url\":\"https://example.com\"}");
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert!(
            run.stderr.contains(part) && run.stderr.lines().count() == 1,
            "{}",
            run.stderr
        );
    }
    let output = command()
        .args(["plan", "--config", "no/such/file.json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no/such/file.json can't be read"));
}

#[test]
fn consent_and_app_headers_are_heeded() {
    let refused = CONFIG.replacen('{', r#"{"tracking_consent":"refused","#, 1);
    let own = r#"{"url":"https://example.com/","headers":{"TRACEPARENT":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}"#;
    let plans = plans(&plan(
        &refused,
        &format!("{{\"url\":\"https://example.com/\"}}\n{own}"),
    ));
    assert_eq!(plans[0]["reason"], "consent_refused");
    assert_eq!(
        plans[1],
        json!({
            "url": "https://example.com/", "traced": true, "reason": "app_headers", "host_entry": "example.com",
            "headers": {}, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7", "sampled": true,
        })
    );
}

#[test]
fn a_malformed_host_is_a_plan_with_its_reason() {
    let lines = [
        "https://exa mple.com/",
        "https://256.1.1.1/",
        "https://",
        "mailto:a@example.com",
        "https://ex%61mple.com/",
    ]
    .map(|url| json!({"url": url}).to_string())
    .join("\n");
    let run = plan(CONFIG, &lines);
    let reasons: Vec<_> = plans(&run)
        .iter()
        .map(|plan| plan["reason"].clone())
        .collect();
    // The last one is decoded by the URL standard itself.
    assert_eq!(
        reasons,
        [
            "invalid_host",
            "invalid_host",
            "invalid_host",
            "unsupported_scheme",
            "traced"
        ]
    );
    assert_eq!(run.status, 0);
}

#[test]
fn what_would_keep_the_sdk_from_starting_is_said_and_plans_are_made_all_the_same() {
    let config = r#"{"client_token":"","first_party_hosts":{"example.com":["datadog"]},
        "intakes":[{"type":"datadog"}],"batch_max_age_ms":1}"#;
    let run = run(
        &["plan", "--config"],
        config,
        r#"{"url":"https://example.com/"}"#,
    );
    assert_eq!(run.status, 0);
    assert!(
        run.stderr
            .contains("client_token: the SDK would not start with this: client_token is empty"),
        "{}",
        run.stderr
    );
    assert!(
        run.stdout.contains(r#""reason":"traced""#),
        "{}",
        run.stdout
    );
}
