//! What holds of the trace that a server tells.

use handspan_core::trace::response::{RESPONSE_HEADER_NAMES, read};

use super::readers::{Told, traceparent};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A trace that is read stands in a header of that name, word for word; the first readable `traceresponse` counts; a
/// readable metric is found behind anything whose quotes are closed.
pub fn check(headers: &[(&str, &str)]) {
    let found = read(headers.iter().copied());
    let values = |name: &str| {
        let name = name.to_owned();
        headers
            .iter()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(&name))
            .map(|(_, value)| *value)
    };
    if let Some(trace) = &found {
        assert!(RESPONSE_HEADER_NAMES.contains(&trace.header));
        let text = format!("-{}-{}-", trace.trace_id, trace.span_id);
        assert!(values(trace.header).any(|value| value.contains(&text)));
    }
    let told = values("traceresponse")
        .find_map(|value| traceparent::parse(value.trim_matches([' ', '\t'])));
    if told.is_some() {
        let found = found.map(|trace| Told {
            trace: u128::from_str_radix(&trace.trace_id.to_string(), 16).ok(),
            span: Some(trace.span_id.get()),
            sampled: Some(trace.sampled),
        });
        assert_eq!(found, told);
    }
    for timing in values("server-timing") {
        if quotes_are_closed(timing) {
            let longer = format!("{timing}, traceparent;desc=\"{TRACEPARENT}\"");
            let found = read([("server-timing", longer.as_str())].into_iter());
            assert!(found.is_some(), "{longer}");
        }
    }
}

/// Does every quoted string end (RFC 9110, 5.6.4)? In one, a backslash keeps the next character from ending it.
fn quotes_are_closed(text: &str) -> bool {
    let mut characters = text.chars();
    while characters.any(|c| c == '"') {
        loop {
            match characters.next() {
                None => return false,
                Some('"') => break,
                Some('\\') => _ = characters.next(),
                Some(_) => {}
            }
        }
    }
    true
}
