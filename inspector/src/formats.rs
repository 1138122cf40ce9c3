//! Which trace formats a hop's headers speak, and which tracers read them without being told to.

use std::collections::BTreeMap;

use handspan_core::trace::{Format, Formats};

/// The header that gives a format away.
fn mark(format: Format) -> &'static str {
    match format {
        Format::Datadog => "x-datadog-trace-id",
        Format::TraceContext => "traceparent",
        Format::B3 => "b3",
        Format::B3Multi => "x-b3-traceid",
        Format::Sw8 => "sw8",
        Format::Baggage => "baggage",
    }
}

/// The formats among these headers.
pub(crate) fn sent(headers: &BTreeMap<String, String>) -> Formats {
    let is_sent = |format: &Format| {
        let mark = mark(*format);
        headers.keys().any(|name| name.eq_ignore_ascii_case(mark))
    };
    Format::ALL.into_iter().filter(is_sent).collect()
}

/// Their names, without baggage, which carries no trace.
pub(crate) fn carriers(formats: Formats) -> Vec<&'static str> {
    formats
        .iter()
        .filter(|&format| format != Format::Baggage)
        .map(Format::name)
        .collect()
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(names: &[&str], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

/// Why the tracers that send their spans here may not have read these formats, and what to do. `None` where both
/// Datadog's and OpenTelemetry's read one of them under default settings (seen by running them: Datadog's read
/// `datadog` and `tracecontext`, OpenTelemetry's only `tracecontext`, neither reads B3; `sw8` is read by
/// SkyWalking's agents alone).
pub(crate) fn unread(sent: Formats) -> Option<String> {
    if !sent.carry_trace() || sent.contains(Format::TraceContext) {
        return None;
    }
    let names = carriers(sent);
    let only = format!(
        "only {} {} sent",
        listed(&names, "and"),
        if names.len() == 1 { "was" } else { "were" }
    );
    if sent.contains(Format::Datadog) {
        return Some(format!(
            "{only}, which OpenTelemetry's tracers do not read by default: if it is traced by one, add tracecontext to the host's formats; otherwise, is it traced, does it export to this inspector?"
        ));
    }
    let b3 = [Format::B3, Format::B3Multi]
        .into_iter()
        .find(|&format| sent.contains(format));
    Some(match b3 {
        Some(b3) => format!(
            "{only}, which Datadog's and OpenTelemetry's tracers do not read by default: add tracecontext to the host's formats, or let the service read B3 (OTEL_PROPAGATORS=tracecontext,baggage,{}; DD_TRACE_PROPAGATION_STYLE_EXTRACT with Datadog's tracer)",
            b3.name()
        ),
        None => format!(
            "{only}, which SkyWalking's agents alone read, and their spans come here only through a collector that exports OTLP: add tracecontext to the host's formats for a Datadog or OpenTelemetry tracer"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[&str]) -> Formats {
        let headers = headers
            .iter()
            .map(|name| ((*name).to_owned(), String::new()));
        sent(&headers.collect())
    }

    #[test]
    fn every_format_is_known_by_its_header() {
        for format in Format::ALL {
            assert_eq!(of(&[mark(format)]), Formats::from_iter([format]));
        }
        assert_eq!(of(&["X-B3-TraceId", "BAGGAGE"]).iter().count(), 2);
        assert!(of(&["tracestate", "x-b3-sampled", "b33"]).is_empty());
    }

    #[test]
    fn what_nobody_reads_by_default_is_named_with_its_remedy() {
        let advice = |names: &[Format]| unread(Formats::from_iter(names.iter().copied()));
        use Format::{B3, B3Multi, Baggage, Datadog, Sw8, TraceContext};
        assert_eq!(advice(&[Datadog, TraceContext]), None);
        assert_eq!(advice(&[B3, TraceContext]), None);
        assert_eq!(advice(&[]), None);
        for (formats, words) in [
            (
                &[B3, Baggage][..],
                "only b3 was sent, which Datadog's and OpenTelemetry's tracers do not read by default",
            ),
            (&[B3], "OTEL_PROPAGATORS=tracecontext,baggage,b3;"),
            (&[B3Multi], "OTEL_PROPAGATORS=tracecontext,baggage,b3multi;"),
            (&[B3, B3Multi, Sw8], "only b3, b3multi and sw8 were sent"),
            (
                &[Sw8],
                "only sw8 was sent, which SkyWalking's agents alone read",
            ),
            (
                &[Datadog, Sw8],
                "only datadog and sw8 were sent, which OpenTelemetry's tracers do not read",
            ),
        ] {
            let found = advice(formats).unwrap();
            assert!(found.contains(words), "{found}");
        }
    }
}
