//! B3, in one header or in several (openzipkin/b3-propagation).

use super::app_headers::{AppTrace, Headers, Reading};
use super::header_list::HeaderWriter;
use super::ids::{SpanId, TraceId, parse_lower_hex};
use super::outgoing::Outgoing;

pub(super) const SINGLE: &str = "b3";
pub(super) const TRACE_ID: &str = "x-b3-traceid";
pub(super) const SPAN_ID: &str = "x-b3-spanid";
pub(super) const PARENT_SPAN_ID: &str = "x-b3-parentspanid";
pub(super) const SAMPLED: &str = "x-b3-sampled";
pub(super) const FLAGS: &str = "x-b3-flags";

/// Writes `b3` in three fields and lower case: a fourth field or the state `d` reads as "drop" in dd-trace-java, and upper
/// case is refused by OpenTelemetry (JS, Rust, Java, Go), Brave and dd-trace-java.
pub(super) fn write_single(out: &Outgoing<'_>, headers: &mut HeaderWriter) {
    let flag = out.verdict.flag();
    headers.push(SINGLE, &[out.trace_hex, "-", out.span_hex, "-", flag]);
}

/// Writes the three headers that a client sends: trace, span and decision.
pub(super) fn write_multi(out: &Outgoing<'_>, headers: &mut HeaderWriter) {
    headers.push(TRACE_ID, &[out.trace_hex]);
    headers.push(SPAN_ID, &[out.span_hex]);
    headers.push(SAMPLED, &[out.verdict.flag()]);
}

/// Reads the app's `b3`: `trace-span`, `trace-span-state`, `trace-span-state-parent`, or a state alone.
pub(super) fn read_single(headers: &Headers<'_>) -> Reading {
    match headers.one(SINGLE) {
        Ok(None) => Reading::Absent,
        Ok(Some(value)) => parse_single(value).map_or(Reading::Malformed, Reading::Read),
        Err(_) => Reading::Malformed,
    }
}

fn parse_single(value: &str) -> Option<AppTrace> {
    if let Some(sampled) = state(value) {
        return Some(AppTrace {
            trace_id: None,
            span_id: None,
            sampled: Some(sampled),
        });
    }
    let mut fields = value.split('-');
    let trace_id = trace_id(fields.next()?)?;
    let span_id = span_id(fields.next()?)?;
    let sampled = match fields.next() {
        None => None,
        Some(text) => Some(state(text)?),
    };
    if let Some(parent) = fields.next() {
        span_id_shape(parent)?;
    }
    let complete = fields.next().is_none();
    complete.then_some(AppTrace {
        trace_id: Some(trace_id),
        span_id: Some(span_id),
        sampled,
    })
}

/// Reads the app's `x-b3-*` headers.
pub(super) fn read_multi(headers: &Headers<'_>) -> Reading {
    let names = [TRACE_ID, SPAN_ID, PARENT_SPAN_ID, SAMPLED, FLAGS];
    let [Ok(trace), Ok(span), Ok(parent), Ok(sampled), Ok(flags)] =
        names.map(|name| headers.one(name))
    else {
        return Reading::Malformed;
    };
    if parent.is_some_and(|parent| span_id_shape(parent).is_none()) {
        return Reading::Malformed;
    }
    let decided = sampled.is_some() || flags.is_some();
    let sampled = match (flags, sampled) {
        (Some("1"), _) => Some(true),
        (_, Some("1" | "true")) => Some(true),
        (_, Some("0" | "false")) => Some(false),
        _ => None,
    };
    match (trace, span) {
        (Some(trace), Some(span)) => match (trace_id(trace), span_id(span)) {
            (Some(trace), Some(span)) => Reading::Read(AppTrace {
                trace_id: Some(trace),
                span_id: Some(span),
                sampled,
            }),
            _ => Reading::Malformed,
        },
        // A decision without ids is a whole message of its own.
        (None, None) if sampled.is_some() && parent.is_none() => Reading::Read(AppTrace {
            trace_id: None,
            span_id: None,
            sampled,
        }),
        (None, None) if parent.is_none() && !decided => Reading::Absent,
        _ => Reading::Malformed,
    }
}

fn state(text: &str) -> Option<bool> {
    match text {
        "1" | "d" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

/// Lower-case: upper-case digits are refused by OpenTelemetry (JS, Rust, Java, Go), Brave and dd-trace-java.
fn trace_id(text: &str) -> Option<TraceId> {
    let digits = if text.len() == 16 { 16 } else { 32 };
    TraceId::from_u128(parse_lower_hex(text, digits)?)
}

fn span_id(text: &str) -> Option<SpanId> {
    SpanId::from_u64(span_id_shape(text)?)
}

fn span_id_shape(text: &str) -> Option<u64> {
    parse_lower_hex(text, 16).map(|id| id as u64)
}

#[cfg(test)]
mod tests {
    use super::super::app_headers::{AppTrace, Headers, Reading};
    use super::super::decision::Verdict;
    use super::super::outgoing::tests::Example;

    const TRACE: &str = "80f198ee56343ba864fe8b2a57d3eff7";
    const SPAN: &str = "e457b5a2e4d86bd1";

    fn told(reading: Reading) -> (bool, Option<String>, Option<bool>) {
        match reading {
            Reading::Read(AppTrace {
                trace_id,
                span_id,
                sampled,
            }) => {
                assert_eq!(trace_id.is_some(), span_id.is_some());
                (true, trace_id.map(|id| id.to_string()), sampled)
            }
            _ => (false, None, None),
        }
    }

    fn single(value: &str) -> (bool, Option<String>, Option<bool>) {
        told(super::read_single(&Headers::new(&[("B3", value)])))
    }

    fn multi(headers: &[(&str, &str)]) -> (bool, Option<String>, Option<bool>) {
        told(super::read_multi(&Headers::new(headers)))
    }

    #[test]
    fn both_forms_say_the_same() {
        for (verdict, flag) in [
            (Verdict::Kept, "1"),
            (Verdict::Forced, "1"),
            (Verdict::NotKept, "0"),
        ] {
            let example = Example::usual(verdict);
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
            assert_eq!(
                example.values(super::write_single),
                [format!("{trace}-00f067aa0ba902b7-{flag}")]
            );
            assert_eq!(
                example.values(super::write_multi),
                [trace, "00f067aa0ba902b7", flag]
            );
        }
    }

    #[test]
    fn one_header() {
        let trace = Some(TRACE.to_owned());
        assert_eq!(
            single(&format!("{TRACE}-{SPAN}-1")),
            (true, trace.clone(), Some(true))
        );
        assert_eq!(
            single(&format!("{TRACE}-{SPAN}-d")),
            (true, trace.clone(), Some(true))
        );
        assert_eq!(
            single(&format!("{TRACE}-{SPAN}-0")),
            (true, trace.clone(), Some(false))
        );
        assert_eq!(
            single(&format!("{TRACE}-{SPAN}")),
            (true, trace.clone(), None)
        );
        assert_eq!(
            single(&format!("{TRACE}-{SPAN}-1-05e3ac9a4f6e3b90")),
            (true, trace, Some(true))
        );
        assert_eq!(
            single(&format!("64fe8b2a57d3eff7-{SPAN}")),
            (
                true,
                Some(format!("{:032x}", 0x64fe_8b2a_57d3_eff7_u64)),
                None
            )
        );
        assert_eq!(single("0"), (true, None, Some(false)));
        assert_eq!(single("d"), (true, None, Some(true)));
    }

    #[test]
    fn one_header_of_the_wrong_shape() {
        for bad in [
            "".to_owned(),
            "custom".to_owned(),
            "4d2-929-1".to_owned(),
            TRACE.to_owned(),
            format!("{}-{}-1", TRACE.to_uppercase(), SPAN.to_uppercase()),
            format!("{TRACE}-{SPAN}-x"),
            format!("{TRACE}-{SPAN}-1-zz"),
            format!("{TRACE}-{SPAN}-1-05e3ac9a4f6e3b90-1"),
            format!("{}-{SPAN}-1", "0".repeat(32)),
        ] {
            assert_eq!(single(&bad), (false, None, None), "{bad}");
        }
    }

    #[test]
    fn several_headers() {
        let ids = [("X-B3-TraceId", TRACE), ("X-B3-SpanId", SPAN)];
        let with = |more: (&'static str, &'static str)| [ids.as_slice(), &[more]].concat();
        let trace = Some(TRACE.to_owned());
        assert_eq!(
            multi(&with(("X-B3-Sampled", "1"))),
            (true, trace.clone(), Some(true))
        );
        assert_eq!(
            multi(&with(("X-B3-Flags", "1"))),
            (true, trace.clone(), Some(true))
        );
        assert_eq!(
            multi(&with(("X-B3-Sampled", "invalid"))),
            (true, trace, None)
        );
        assert_eq!(multi(&[("X-B3-Sampled", "0")]), (true, None, Some(false)));
        assert_eq!(multi(&[("X-B3-Sampled", "custom")]), (false, None, None));
        assert_eq!(multi(&ids[..1]), (false, None, None));
        assert_eq!(
            multi(&with(("X-B3-ParentSpanId", "custom"))),
            (false, None, None)
        );
        assert_eq!(multi(&[("X-B3-ParentSpanId", SPAN)]), (false, None, None));
        assert!(matches!(
            super::read_multi(&Headers::new(&[])),
            Reading::Absent
        ));
    }
}
