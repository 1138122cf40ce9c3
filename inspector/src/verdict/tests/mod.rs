mod server;

use std::collections::BTreeMap;

use handspan_core::trace::Reason;

use super::*;
use crate::event::{Failure, Hop};

const HIGH: u64 = 0x6921_b0b0_0000_0000;

fn request() -> RequestEvent {
    let ids = (TraceId::from_halves(HIGH, 7), SpanId::new(5));
    let headers = BTreeMap::from([("traceparent".to_owned(), "00-…".to_owned())]);
    RequestEvent {
        url: "http://shop.localhost:8080/hello".into(),
        reason: Some("traced".into()),
        status_code: Some(200),
        trace_id: ids.0,
        span_id: ids.1,
        hops: vec![Hop {
            url: Some("http://shop.localhost:8080/hello".into()),
            reason: Some("traced".into()),
            host_entry: None,
            trace_id: ids.0,
            span_id: ids.1,
            sampled: Some(true),
            rule_psr: Some(1.0),
            status_code: Some(200),
            headers: Some(headers),
        }],
        ..RequestEvent::default()
    }
}

fn span(high: u64, id: u64, parent: u64) -> Span {
    Span {
        service: "shop".into(),
        name: "flask.request".into(),
        resource: None,
        tracer: Tracer::Datadog,
        trace_id: TraceId::from_halves(high, 7).unwrap(),
        span_id: SpanId::new(id).unwrap(),
        parent_id: SpanId::new(parent),
        start_ns: 0,
        duration_ns: 0,
    }
}

#[track_caller]
fn expect(request: &RequestEvent, spans: &[Span], verdict: Verdict, words: &str) {
    let mut trace = Trace::default();
    for span in spans {
        trace.add(span.clone());
    }
    let (found, because) = judge(request, &trace);
    assert_eq!(found, verdict, "{because}");
    assert!(because.contains(words), "{because}");
}

#[test]
fn a_span_under_the_request_joins_it() {
    expect(
        &request(),
        &[span(HIGH, 9, 8), span(HIGH, 8, 5)],
        Verdict::Joined,
        "shop continued this request in its span flask.request",
    );
}

#[test]
fn a_stranger_in_between_is_named() {
    expect(
        &request(),
        &[span(HIGH, 9, 8), span(HIGH, 8, 0xabc)],
        Verdict::NotJoined,
        "another parent (0000000000000abc) than this request's span 0000000000000005",
    );
    let mut redirected = request();
    let mut hop = redirected.hops[0].clone();
    hop.span_id = SpanId::new(4);
    hop.url = Some("http://first.localhost/".into());
    redirected.hops.insert(0, hop);
    expect(
        &redirected,
        &[span(HIGH, 9, 4)],
        Verdict::NotJoined,
        "only an earlier hop, to first.localhost (hop 1 of 2); no span has arrived from the last one: is shop.localhost traced?",
    );
    let mut resent = redirected;
    resent.hops[0].url = resent.hops[1].url.clone();
    expect(
        &resent,
        &[span(HIGH, 9, 4)],
        Verdict::NotJoined,
        "both went to shop.localhost, so its span may still be on its way",
    );
}

#[test]
fn a_lost_upper_half_is_named() {
    expect(
        &request(),
        &[span(0, 9, 5)],
        Verdict::NotJoined,
        "only the lower 64 bits of the trace id match: its parent is this request's span, but shop lost the upper half (6921b0b000000000)",
    );
    expect(
        &request(),
        &[span(1, 9, 6)],
        Verdict::NotJoined,
        "shop replaced the upper half",
    );
}

#[test]
fn silence_is_explained_by_what_the_request_met() {
    expect(
        &request(),
        &[],
        Verdict::NotJoined,
        "shop.localhost answered 200: is it traced, does it read tracecontext, does it export to this inspector?",
    );
    let mut failed = request();
    failed.failure = Some(Failure {
        kind: Some("connect".into()),
        message: Some("connection refused".into()),
    });
    failed.status_code = None;
    expect(
        &failed,
        &[],
        Verdict::NotJoined,
        "failed before it reached a server, so no backend could see it (connection refused)",
    );
    failed.failure = Some(Failure {
        kind: Some("java.net.SocketTimeoutException".into()),
        message: None,
    });
    expect(
        &failed,
        &[],
        Verdict::NotJoined,
        "failed before an answer came back, and no span with its trace id has arrived (java.net.SocketTimeoutException)",
    );
    failed.failure = Some(Failure {
        kind: None,
        message: Some("connection closed before message completed".into()),
    });
    expect(
        &failed,
        &[],
        Verdict::NotJoined,
        "failed before an answer came back",
    );
    let mut dropped = request();
    dropped.reason = Some("traced_not_kept".into());
    expect(&dropped, &[], Verdict::NotExpected, "not kept");
    expect(&dropped, &[span(HIGH, 8, 5)], Verdict::Joined, "continued");
}

#[test]
fn without_ids_the_reason_speaks() {
    let cases = [
        (
            "host_not_first_party",
            Verdict::NotExpected,
            "host_not_first_party: shop.localhost is not among first_party_hosts",
        ),
        ("no_formats", Verdict::NotExpected, "no_formats: "),
        (
            "trace_not_sampled",
            Verdict::NotExpected,
            "the trace sample rate left this trace out",
        ),
        (
            "session_not_sampled",
            Verdict::NotExpected,
            "session_sample_rate",
        ),
        ("unsupported_scheme", Verdict::NotExpected, "http and https"),
        ("connect_method", Verdict::NotExpected, "CONNECT"),
        ("invalid_host", Verdict::NotExpected, "no valid host"),
        ("consent_refused", Verdict::NotExpected, "consent"),
        ("disabled", Verdict::NotExpected, "remote document"),
        ("not_ready", Verdict::NotJoined, "before Handspan was ready"),
        ("internal_error", Verdict::NotJoined, "untouched"),
        (
            "app_headers_malformed",
            Verdict::NotJoined,
            "the app itself",
        ),
        ("traced", Verdict::NotJoined, "carries no ids"),
        (
            "from_the_future",
            Verdict::NotJoined,
            "does not know that reason",
        ),
    ];
    for (reason, verdict, words) in cases {
        let bare = RequestEvent {
            url: request().url,
            reason: Some(reason.into()),
            ..RequestEvent::default()
        };
        expect(&bare, &[], verdict, words);
    }
    expect(
        &RequestEvent::default(),
        &[],
        Verdict::NotExpected,
        "another SDK",
    );
    let odd = RequestEvent {
        unreadable_ids: Some("trace_id 12".into()),
        ..RequestEvent::default()
    };
    expect(&odd, &[], Verdict::NotJoined, "cannot be read");
}

#[test]
fn a_call_without_a_hop_left_nothing_to_join() {
    let cached = RequestEvent {
        url: request().url,
        reason: Some("no_hop".into()),
        ..RequestEvent::default()
    };
    expect(
        &cached,
        &[],
        Verdict::NotExpected,
        "no_hop: answered from the cache, nothing left the phone",
    );
    let refused = RequestEvent {
        failure: Some(Failure {
            kind: Some("java.net.ConnectException".into()),
            message: Some("Failed to connect to shop.localhost".into()),
        }),
        ..cached
    };
    expect(
        &refused,
        &[],
        Verdict::NotJoined,
        "no_hop: the connection never came about, so nothing left the phone (Failed to connect to shop.localhost)",
    );
}

#[test]
fn every_reason_is_known() {
    let codes = Reason::ALL.map(Reason::as_str);
    for reason in codes.into_iter().chain(["no_hop"]) {
        let bare = RequestEvent {
            url: request().url,
            reason: Some(reason.into()),
            ..RequestEvent::default()
        };
        let (_, because) = judge(&bare, &Trace::default());
        let why = because.strip_prefix(&format!("{reason}: ")).unwrap();
        assert!(!why.contains("does not know that reason"), "{because}");
    }
}

/// The request, sent with these headers.
fn sent(headers: &[&str]) -> RequestEvent {
    let mut request = request();
    request.hops[0].headers = Some(
        headers
            .iter()
            .map(|name| ((*name).to_owned(), String::new()))
            .collect(),
    );
    request
}

#[test]
fn formats_that_no_tracer_reads_by_default_are_the_likely_reason() {
    for (headers, words) in [
        (
            &["x-datadog-trace-id", "traceparent", "tracestate", "baggage"][..],
            "answered 200: is it traced, does it read datadog or tracecontext, does it export to this inspector?",
        ),
        (
            &["b3"],
            "shop.localhost answered 200, and only b3 was sent, which Datadog's and OpenTelemetry's tracers do not read by default: add tracecontext",
        ),
        (
            &["x-datadog-trace-id"],
            "only datadog was sent, which OpenTelemetry's tracers do not read by default",
        ),
        (
            &["sw8"],
            "only sw8 was sent, which SkyWalking's agents alone read",
        ),
    ] {
        expect(&sent(headers), &[], Verdict::NotJoined, words);
        let child = [span(HIGH, 8, 5)];
        expect(&sent(headers), &child, Verdict::Joined, "continued this");
    }
    let mut unlisted = request();
    unlisted.hops.clear();
    expect(
        &unlisted,
        &[],
        Verdict::NotJoined,
        "the event lists them where the app's configuration says \"inspect\": true",
    );
    let mut own = sent(&[]);
    own.reason = Some("app_headers".into());
    expect(
        &own,
        &[],
        Verdict::NotJoined,
        "does it read the app's own trace headers",
    );
}
