//! What a span of the app's own is, and what its event says.

use super::*;
use crate::rum::attributes::{Attribute, AttributeValue, to_json};
use crate::trace::session_hash;

const SESSION: &str = "0f4c2b1a-1111-4222-8333-444455556666";

fn begin(parent: Option<&SpanContext>, rates: [f64; 2]) -> SpanContext {
    let mut next = 0_u64;
    let mut draw = move || {
        next += 1;
        next << 8
    };
    let hash = session_hash(SESSION).unwrap();
    start(
        parent,
        SESSION,
        hash,
        rates.map(Rate::new),
        0x6789_abcd,
        &mut draw,
    )
}

#[test]
fn a_span_begins_a_trace_and_its_child_goes_on_in_it() {
    let root = begin(None, [100.0, 100.0]);
    assert_eq!(
        root.trace_id.to_string(),
        "6789abcd000000000000000000000100"
    );
    assert_eq!((root.sampled, root.session_id.as_str()), (true, SESSION));
    let elsewhere = SpanContext {
        session_id: "11111111-2222-4333-8444-555555555555".into(),
        sampled: false,
        ..root.clone()
    };
    let child = begin(Some(&elsewhere), [100.0, 100.0]);
    assert_eq!(child.trace_id, root.trace_id);
    assert_ne!(child.span_id, root.span_id);
    assert!(
        !child.sampled,
        "by its parent's trace, not by the rates of now"
    );
    assert_eq!(child.session_id, elsewhere.session_id);
}

#[test]
fn a_trace_of_the_apps_own_is_kept_as_a_requests_is() {
    // The session's hash is at 54.3 % of all.
    let position = session_hash(SESSION).unwrap() as f64 / 18_446_744_073_709_551_616.0 * 100.0;
    let kept = |rates| begin(None, rates).sampled;
    assert!(kept([position + 0.1, 100.0]) && !kept([position - 0.1, 100.0]));
    assert!(kept([100.0, position + 0.1]) && !kept([100.0, position - 0.1]));
    assert!(!kept([position + 0.1, 50.0]), "both rates together");
}

#[test]
fn the_event_tells_parent_attributes_and_failure() {
    let context = begin(None, [100.0, 20.0]);
    let span = FinishedSpan {
        parent_span_id: SpanId::from_u64(255),
        name: "checkout".into(),
        duration_ns: 1_500_000_000,
        error_type: Some("Declined".into()),
        error_message: Some("no".into()),
        error_stack: None,
        attributes: vec![Attribute {
            name: "items".into(),
            value: AttributeValue::Int(3),
        }],
        context,
    };
    let facts = SpanFacts {
        common: Map::new(),
        application_id: "app",
        view_id: Some("view"),
        ended_ms: 1_700_000_002_000,
        rate: 0.2,
    };
    let told = Value::Object(body(&span, to_json(&span.attributes), facts));
    assert_eq!(
        told,
        json!({
            "type": "span",
            "date": 1_700_000_000_500_u64,
            "application": {"id": "app"},
            "session": {"id": SESSION},
            "view": {"id": "view"},
            "_dd": {
                "trace_id": "6789abcd000000000000000000000100",
                "span_id": "256",
                "parent_span_id": "255",
                "rule_psr": 0.2,
            },
            "span": {
                "name": "checkout",
                "start": 1_700_000_000_500_000_000_u64,
                "duration": 1_500_000_000,
                "attributes": {"items": 3},
            },
            "error": {"type": "Declined", "message": "no"},
        })
    );
}
