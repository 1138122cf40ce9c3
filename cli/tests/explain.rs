//! `handspan explain`, the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where it meets what it did not expect"
)]

mod support;

use serde_json::Value;
use support::{Run, run};

const CONFIG: &str = r#"{"first_party_hosts":{"example.com":["datadog"],"rare.example":{"formats":["tracecontext"],"sample_rate":50}}}"#;
const SESSION: [&str; 2] = ["--session-id", "88ef85ab-7902-45f0-b93b-2def1ec3e5fe"];

fn explain(arguments: &[&str]) -> Run {
    run(
        &[&["explain"], arguments, &["--config"]].concat(),
        CONFIG,
        "",
    )
}

#[test]
fn a_traced_request_is_told_with_its_headers() {
    let run = explain(&["https://api.example.com/"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(
        run.stdout
            .starts_with("Traced: the request leaves with trace "),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains(r#"first_party_hosts["example.com"] (formats: datadog)"#),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("\n  x-datadog-origin: rum\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_entry_the_rate_and_the_remedy_are_named() {
    let run = explain(&[&["https://rare.example/"], SESSION.as_slice()].concat());
    for part in [
        "trace_not_sampled",
        r#"first_party_hosts["rare.example"].sample_rate 50 %"#,
        "50.6995 %",
        "raise",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    assert!(
        explain(&["https://evil.io/?next=example.com"])
            .stdout
            .contains("host_not_first_party")
    );
}

#[test]
fn headers_and_method_count() {
    let run = explain(&[
        "https://example.com/",
        "--header",
        "B3: 0",
        "--header",
        "accept: a:b",
    ]);
    assert!(
        run.stdout.starts_with("Not traced, by the app itself"),
        "{}",
        run.stdout
    );
    assert!(
        explain(&["https://example.com/", "--method", "CONNECT"])
            .stdout
            .contains("connect_method")
    );
}

#[test]
fn as_json_it_is_the_plan_with_an_explanation() {
    let run = explain(&["https://example.com/", "--json"]);
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&plan["reason"], &plan["host_entry"]),
        (&"traced".into(), &"example.com".into())
    );
    assert!(
        plan["explanation"]
            .as_str()
            .unwrap()
            .contains("first_party_hosts")
    );
}

#[test]
fn a_question_that_makes_no_sense_fails_with_a_message() {
    for (arguments, part) in [
        (["example.com", "--method", "GET"], "not a URL"),
        (["https://example.com/", "--header", "nocolon"], "no colon"),
        (["https://example.com/", "--session-id", "x"], "not a UUID"),
    ] {
        let run = explain(&arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}
