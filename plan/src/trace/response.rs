//! The way back: the trace that a server says it has worked in.
//!
//! A service that starts a trace of its own may tell it in `traceresponse` (W3C Trace Context, level 2 draft) or in
//! `Server-Timing: traceparent;desc="…"` (as several vendors' agents do for browsers).

use super::ids::{SpanId, TraceId};
use super::tracecontext;

const TRACERESPONSE: &str = "traceresponse";
const SERVER_TIMING: &str = "server-timing";
/// The metric of `Server-Timing` that holds a `traceparent`.
const METRIC: &str = "traceparent";

/// The response headers that a platform hands over with a hop, lower-case.
pub const RESPONSE_HEADER_NAMES: &[&str] = &[TRACERESPONSE, SERVER_TIMING];

/// A trace that a server has told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerTrace {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span.
    pub span_id: SpanId,
    /// Does it keep the trace?
    pub sampled: bool,
    /// The header that said so.
    pub header: &'static str,
}

/// The first readable trace: `traceresponse`, else a `Server-Timing`. What is malformed is passed over.
pub fn read<'a>(headers: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Option<ServerTrace> {
    let values = |wanted: &'static str| {
        headers
            .clone()
            .filter(move |(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    };
    values(TRACERESPONSE)
        .find_map(|value| parse(value, TRACERESPONSE))
        .or_else(|| values(SERVER_TIMING).find_map(from_server_timing))
}

fn parse(value: &str, header: &'static str) -> Option<ServerTrace> {
    let (trace_id, span_id, sampled) = tracecontext::parse_ids(value.trim_matches([' ', '\t']))?;
    Some(ServerTrace {
        trace_id,
        span_id,
        sampled,
        header,
    })
}

/// `metric;desc="…";dur=1, metric, …` (Server Timing, 3.1): names in any case, values quoted or bare.
fn from_server_timing(value: &str) -> Option<ServerTrace> {
    split_outside_quotes(value, ',')
        .filter_map(|metric| {
            let mut parts = split_outside_quotes(metric, ';').map(str::trim);
            let named = parts.next()?.eq_ignore_ascii_case(METRIC);
            named.then(|| parts.find_map(description)).flatten()
        })
        .find_map(|description| parse(description, SERVER_TIMING))
}

fn description(parameter: &str) -> Option<&str> {
    let (name, value) = parameter.split_once('=')?;
    let value = value.trim();
    let bare = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value);
    name.trim().eq_ignore_ascii_case("desc").then_some(bare)
}

/// Splits where the separator is no part of a quoted string (RFC 9110, 5.6.4): a backslash in one keeps the next character
/// from ending it.
fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c| {
        if escaped {
            escaped = false;
            return false;
        }
        quoted ^= c == '"';
        escaped = quoted && c == '\\';
        c == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn header_of(headers: &[(&str, &str)]) -> Option<&'static str> {
        let found = read(headers.iter().copied())?;
        assert_eq!(
            format!(
                "00-{}-{}-{:02}",
                found.trace_id,
                found.span_id,
                u8::from(found.sampled)
            ),
            PARENT
        );
        Some(found.header)
    }

    #[test]
    fn both_headers_are_read_and_traceresponse_goes_first() {
        let timing = format!("traceparent;desc=\"{PARENT}\"");
        assert_eq!(
            header_of(&[("Server-Timing", &timing), ("traceresponse", PARENT)]),
            Some("traceresponse")
        );
        assert_eq!(
            header_of(&[("Server-Timing", &timing), ("traceresponse", "custom")]),
            Some("server-timing")
        );
        assert_eq!(header_of(&[]), None);
    }

    #[test]
    fn a_metric_is_found_among_others() {
        for value in [
            format!("db;dur=53, traceparent;desc=\"{PARENT}\""),
            format!("TraceParent; dur=1 ; Desc = {PARENT} ,x"),
            format!("note;desc=\"a, traceparent;desc=x\", traceparent;desc={PARENT}"),
            format!("note;desc=\"5\\\" disk\", traceparent;desc={PARENT}"),
            format!("note;desc=\"back\\\\\", traceparent;desc={PARENT}"),
            format!("traceparent;desc=\"bad\",traceparent;desc=\"{PARENT}\""),
        ] {
            assert!(header_of(&[("server-timing", &value)]).is_some(), "{value}");
        }
    }

    #[test]
    fn anything_else_is_no_trace() {
        for value in [
            "",
            "traceparent",
            "traceparent;desc",
            "traceparent;desc=\"",
            "traceparent;dur=1",
            "total;desc=\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"",
            "traceparent;desc=\"00-00000000000000000000000000000000-00f067aa0ba902b7-01\"",
            "\"\"\"\"\"",
        ] {
            assert_eq!(header_of(&[("server-timing", value)]), None, "{value}");
        }
    }
}
