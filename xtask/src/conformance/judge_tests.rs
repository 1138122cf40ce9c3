use super::super::list;
use super::super::tracers::Run;
use super::{Answer, Case, Verdict, judge};
use serde_json::{Value, json};

const TRACE: &str = "68a1b2c3000000005e2f4a719c3d8b06";
const SPAN: &str = "1d7a93c45b2ef081";

fn case(carried: &[&str]) -> Case {
    let sent = json!({
        "carried": carried, "trace_id": TRACE, "span_id": SPAN, "sampled": true,
        "datadog": {"priority": "1", "origin": "rum", "decision_maker": "-1"},
        "tracestate": [["dd", "s:1"], ["rum", "v2"]], "baggage": {"user.id": "a b"},
        "sw8": {"service": "s", "instance": "i", "endpoint": "e", "peer": "p"},
    });
    let case = json!({"row": "a", "column": "b", "headers": [], "sent": sent});
    serde_json::from_value(case).unwrap()
}

/// The verdict on a good answer with these fields changed.
fn verdict(tracer: &str, carried: &[&str], changes: &[(&str, Value)]) -> Verdict {
    let mut answer = json!({
        "version": "1", "trace_id": TRACE, "parent_id": SPAN, "sampled": true,
        "baggage": {"user.id": "a b"},
        "onward": {
            "x-datadog-sampling-priority": "1", "x-datadog-origin": "rum",
            "x-datadog-tags": "_dd.p.tid=68a1b2c300000000,_dd.p.dm=-1",
            "tracestate": "dd=s:1,rum=v2",
        },
    });
    if tracer.ends_with("skywalking") {
        // The halves' XOR is the span.
        let segment = format!("00000000000000ff{}", "1d7a93c45b2ef07e");
        answer["refs"] = json!([{
            "trace_id": TRACE, "segment_id": segment, "span_index": 0,
            "service": "s", "instance": "i", "endpoint": "e", "peer": "p",
        }]);
    }
    for (field, value) in changes {
        answer[*field] = value.clone();
    }
    let answer: Answer = serde_json::from_value(answer).unwrap();
    let tracers = list::all();
    let tracer = tracers.iter().find(|known| known.id == tracer).unwrap();
    let run = Run {
        tracer,
        setting: None,
    };
    judge(&case(carried), run, &answer)
}

/// The differences; none where there are none to tell.
fn told(verdict: Verdict) -> Vec<String> {
    match verdict {
        Verdict::Differs { differences, .. } => differences,
        _ => Vec::new(),
    }
}

fn null(field: &str) -> Value {
    if field == "baggage" {
        json!({})
    } else {
        json!(null)
    }
}

#[test]
fn a_lost_member_does_not_lose_the_ids() {
    for (field, ids) in [("baggage", Some(true)), ("trace_id", Some(false))] {
        let verdict = verdict(
            "node-opentelemetry",
            &["tracecontext"],
            &[(field, null(field))],
        );
        assert!(
            matches!(verdict, Verdict::Differs { ids: found, .. } if found == ids),
            "{field}"
        );
    }
}

#[test]
fn what_was_sent_is_the_same() {
    for (tracer, format) in [
        ("python-ddtrace", "datadog"),
        ("python-ddtrace", "tracecontext"),
        ("node-opentelemetry", "tracecontext"),
        ("java-brave", "b3"),
        ("node-skywalking", "sw8"),
    ] {
        assert_eq!(verdict(tracer, &[format], &[]), Verdict::Same, "{tracer}");
    }
}

#[test]
fn a_difference_is_named() {
    for (tracer, format, field, value, expected) in [
        (
            "python-ddtrace",
            "datadog",
            "trace_id",
            json!("0000000000000000005e2f4a719c3d8b06"),
            "a trace of its own",
        ),
        (
            "python-ddtrace",
            "datadog",
            "trace_id",
            json!("00000000000000005e2f4a719c3d8b06"),
            "trace id 00000000000000005e2f4a719c3d8b06",
        ),
        (
            "python-ddtrace",
            "datadog",
            "parent_id",
            json!(null),
            "parent missing",
        ),
        (
            "node-opentelemetry",
            "tracecontext",
            "sampled",
            json!(false),
            "sampled false",
        ),
        (
            "node-opentelemetry",
            "tracecontext",
            "sampled",
            json!(null),
            "sampled missing",
        ),
        (
            "node-opentelemetry",
            "tracecontext",
            "onward",
            json!({"tracestate": "dd=s:1"}),
            "tracestate without rum",
        ),
        (
            "node-opentelemetry",
            "tracecontext",
            "onward",
            json!({"tracestate": "rum=v2,dd=s:1"}),
            "tracestate rum=v2,dd=s:1",
        ),
        (
            "node-opentelemetry",
            "tracecontext",
            "baggage",
            json!({}),
            "no baggage",
        ),
        (
            "node-opentelemetry",
            "tracecontext",
            "baggage",
            json!({"user.id": "a+b"}),
            "baggage user.id \"a+b\"",
        ),
        (
            "java-brave",
            "b3",
            "parent_id",
            json!("1d7a93c45b2ef082"),
            "parent 1d7a93c45b2ef082",
        ),
        (
            "node-skywalking",
            "sw8",
            "refs",
            json!([]),
            "0 segments continued",
        ),
        (
            "node-skywalking",
            "sw8",
            "trace_id",
            json!("other"),
            "trace id other",
        ),
    ] {
        assert_eq!(
            told(verdict(tracer, &[format], &[(field, value)])),
            [expected]
        );
    }
}

#[test]
fn datadogs_decision_is_compared() {
    let onward = json!({
        "x-datadog-sampling-priority": "2", "x-datadog-tags": "_dd.p.dm=-4", "tracestate": "dd=s:2,rum=v2",
    });
    assert_eq!(
        told(verdict(
            "python-ddtrace",
            &["datadog"],
            &[("onward", onward)]
        )),
        ["priority 2", "origin missing", "decision maker -4"]
    );
}

#[test]
fn a_format_that_is_not_read_begins_a_trace() {
    let fresh = [
        ("trace_id", json!("0af7651916cd43dd8448eb211c80319c")),
        ("parent_id", json!(null)),
    ];
    assert_eq!(verdict("python-ddtrace", &["b3"], &fresh), Verdict::NotRead);
    assert_eq!(verdict("python-ddtrace", &[], &fresh), Verdict::Own);
    assert_eq!(
        told(verdict("python-ddtrace", &["b3"], &[])),
        ["continued, although it should not read this"]
    );
}
