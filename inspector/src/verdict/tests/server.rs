//! What a server's own word about its trace changes.

use super::*;
use crate::event::ServerTrace;

fn told(high: u64, low: u64, span: u64) -> ServerTrace {
    ServerTrace {
        trace_id: TraceId::from_halves(high, low).unwrap(),
        span_id: SpanId::new(span).unwrap(),
        sampled: Some(true),
        header: Some("traceresponse".into()),
    }
}

#[test]
fn the_servers_own_word_narrows_a_silence_down() {
    let answered = |server_trace| RequestEvent {
        server_trace: Some(server_trace),
        ..request()
    };
    for (server_trace, words) in [
        (
            told(HIGH, 7, 0x77),
            "says in traceresponse that it works in this trace, so it reads the headers: does it export to this inspector?",
        ),
        (
            ServerTrace {
                sampled: Some(false),
                ..told(HIGH, 7, 0x77)
            },
            "works in this trace and does not keep it",
        ),
        (told(0, 7, 0x77), "only the lower 64 bits are this one's"),
        (
            told(HIGH, 8, 0x77),
            "works in another trace (6921b0b0000000000000000000000008), so it did not continue this one: does it read tracecontext?",
        ),
        // An echo of what was sent is no trace of the server's own.
        (told(HIGH, 7, 5), "works in this trace"),
    ] {
        let request = answered(server_trace);
        expect(&request, &[], Verdict::NotJoined, words);
        let child = [span(HIGH, 8, 5)];
        expect(&request, &child, Verdict::Joined, "continued this request");
    }
    let deaf = RequestEvent {
        server_trace: Some(told(HIGH, 8, 0x77)),
        ..sent(&["b3"])
    };
    expect(
        &deaf,
        &[],
        Verdict::NotJoined,
        "did not continue this one, and only b3 was sent",
    );
}

/// A request to which Handspan added nothing, and whose server told its trace.
fn answered_with_a_trace(reason: &str) -> RequestEvent {
    let server_trace = told(HIGH, 7, 5);
    RequestEvent {
        url: "http://pay.example/".into(),
        reason: Some(reason.into()),
        trace_id: Some(server_trace.trace_id),
        span_id: Some(server_trace.span_id),
        server_trace: Some(server_trace),
        ..RequestEvent::default()
    }
}

#[test]
fn a_trace_that_the_server_told_joins_by_its_own_spans() {
    let request = answered_with_a_trace("host_not_first_party");
    expect(
        &request,
        &[span(HIGH, 5, 0)],
        Verdict::Joined,
        "shop told its trace in traceresponse: its span flask.request answered this request",
    );
    expect(
        &request,
        &[span(HIGH, 9, 5)],
        Verdict::Joined,
        "the span that it named (0000000000000005) has not arrived so far",
    );
    expect(
        &request,
        &[span(0, 5, 0)],
        Verdict::NotJoined,
        "shop lost the upper half",
    );
}

#[test]
fn nobody_is_blamed_for_a_told_trace_that_does_not_come_here() {
    for reason in ["host_not_first_party", "session_not_sampled", "no_formats"] {
        expect(
            &answered_with_a_trace(reason),
            &[],
            Verdict::NotExpected,
            "the server told a trace of its own in traceresponse, which does not come here",
        );
    }
    let early = answered_with_a_trace("not_ready");
    expect(&early, &[], Verdict::NotJoined, "before Handspan was ready");
    let malformed = RequestEvent {
        trace_id: None,
        span_id: None,
        ..answered_with_a_trace("app_headers_malformed")
    };
    expect(
        &malformed,
        &[],
        Verdict::NotJoined,
        "the server says in traceresponse that it worked in trace 6921b0b0000000000000000000000007",
    );
}
