//! Headers that the app set itself. With an identity header among them the request keeps what it has: we add nothing, and
//! its ids are the ones to record.

use super::ids::{SpanId, TraceId};
use super::{b3, baggage, datadog, sw8, tracecontext};

/// The headers that a platform hands over with a request, lower-case. Others don't influence a plan.
pub const READ_HEADER_NAMES: &[&str] = &[
    tracecontext::TRACEPARENT,
    tracecontext::TRACESTATE,
    baggage::BAGGAGE,
    datadog::TRACE_ID,
    datadog::PARENT_ID,
    datadog::ORIGIN,
    datadog::PRIORITY,
    datadog::SAMPLED,
    datadog::TAGS,
    b3::SINGLE,
    b3::TRACE_ID,
    b3::SPAN_ID,
    b3::PARENT_SPAN_ID,
    b3::SAMPLED,
    b3::FLAGS,
    sw8::SW8,
];

/// A trace that the app began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AppTrace {
    /// None where the format carries only a decision, or an id that is not 32 hex digits.
    pub(super) trace_id: Option<TraceId>,
    /// None where the format has no span id.
    pub(super) span_id: Option<SpanId>,
    /// None where nobody decided.
    pub(super) sampled: Option<bool>,
}

/// What a format's reader says.
#[derive(Debug)]
pub(super) enum Reading {
    /// None of its identity headers is there.
    Absent,
    /// One is there, and no service can make sense of it.
    Malformed,
    /// A trace.
    Read(AppTrace),
}

/// Does the app carry a trace of its own? The first readable format counts, in the order in which backends with default
/// settings look; Malformed only when none is readable.
pub(super) fn read(headers: &Headers<'_>) -> Reading {
    let readers = [
        tracecontext::read,
        datadog::read,
        b3::read_single,
        b3::read_multi,
        sw8::read,
    ];
    let mut result = Reading::Absent;
    // Most requests carry nothing at all.
    if headers.is_empty() {
        return result;
    }
    for reader in readers {
        match reader(headers) {
            Reading::Absent => {}
            Reading::Malformed => result = Reading::Malformed,
            read @ Reading::Read(_) => return read,
        }
    }
    result
}

/// A request's headers; names in any case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Headers<'a>(&'a [(&'a str, &'a str)]);

/// A header that must stand once stands there twice.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repeated;

impl<'a> Headers<'a> {
    pub(super) fn new(headers: &'a [(&'a str, &'a str)]) -> Self {
        Self(headers)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values of a header, in order, without white space around them.
    pub(super) fn all(&self, name: &'static str) -> impl Iterator<Item = &'a str> + Clone {
        let named = self
            .0
            .iter()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.trim_matches([' ', '\t']))
    }

    /// The value of a header that may stand once.
    pub(super) fn one(&self, name: &'static str) -> Result<Option<&'a str>, Repeated> {
        let mut values = self.all(name);
        let value = values.next();
        if values.next().is_some() {
            Err(Repeated)
        } else {
            Ok(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Headers, READ_HEADER_NAMES, Reading, read};

    const TRACEPARENT: (&str, &str) = (
        "Traceparent",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ",
    );
    const B3: (&str, &str) = ("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0");

    fn trace_id(headers: &[(&str, &str)]) -> Option<String> {
        match read(&Headers::new(headers)) {
            Reading::Read(trace) => trace.trace_id.map(|id| id.to_string()),
            _ => None,
        }
    }

    #[test]
    fn names_are_lower_case() {
        assert!(
            READ_HEADER_NAMES
                .iter()
                .all(|name| name.to_ascii_lowercase() == **name)
        );
    }

    #[test]
    fn the_first_readable_format_counts() {
        let w3c = Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned());
        let b3 = Some("80f198ee56343ba864fe8b2a57d3eff7".to_owned());
        assert_eq!(trace_id(&[B3, TRACEPARENT]), w3c);
        assert_eq!(
            trace_id(&[B3, ("traceparent", "custom"), ("x-datadog-trace-id", "x")]),
            b3
        );
    }

    #[test]
    fn a_repeated_identity_header_is_malformed() {
        assert!(matches!(
            read(&Headers::new(&[TRACEPARENT, TRACEPARENT])),
            Reading::Malformed
        ));
    }

    #[test]
    fn tracestate_and_baggage_are_no_identity() {
        let headers = [
            ("tracestate", "a=1"),
            ("baggage", "a=1"),
            ("x-datadog-origin", "rum"),
            ("accept", "*/*"),
        ];
        assert!(matches!(read(&Headers::new(&headers)), Reading::Absent));
    }
}
