//! What the Collector answers where it does not take something: what the core makes of that is tested beside it.

use std::time::Duration;

use handspan_tests::recorded::record;
use serde_json::json;

use crate::collector::{Collector, post};
use crate::phone;

#[test]
#[ignore = "needs the Collector: cargo xtask test --only collector"]
fn a_collector_that_is_short_of_memory_is_tried_again() {
    // Any program has more than that: it refuses everything.
    let settings = [
        "processors::memory_limiter::limit_mib: 1",
        "processors::memory_limiter::spike_limit_mib: 0",
        "processors::memory_limiter::check_interval: 10ms",
    ];
    let collector = Collector::start_with(&settings, "Refusing data");
    let core = phone::start(
        "collector-full",
        &json!([{"type": "otlp", "url": collector.otlp}]),
    );
    record(&core, 0);
    assert!(!core.flush(Duration::from_secs(30)), "nobody has taken it");
    let status = core.status();
    assert_eq!(
        (status.last_answer.as_deref(), status.pending_batches),
        (Some("503"), 1)
    );
    assert!(status.dropped.is_empty(), "{status:?}");
    core.shutdown();
}

#[test]
#[ignore = "needs the Collector: cargo xtask test --only collector"]
fn what_is_no_otlp_is_a_bad_request() {
    let collector = Collector::start();
    for content_type in ["application/x-protobuf", "application/json"] {
        let answer = post(
            &collector.otlp,
            "/v1/traces",
            content_type,
            b"no such thing",
        );
        assert!(answer.starts_with("http/1.1 400"), "{answer}");
    }
    assert!(
        post(&collector.otlp, "/v1/spans", "application/json", b"{}").starts_with("http/1.1 404")
    );
}
