//! W3C Trace Context: `traceparent`, and our member of `tracestate`.

use std::fmt::Write;

use super::app_headers::{AppTrace, Headers, Reading};
use super::header_list::HeaderList;
use super::ids::{SpanId, TraceId, parse_lower_hex};
use super::tracestate;

/// Room for our member, so that writing it allocates once.
const MEMBER_BYTES: usize = 48;

pub(super) const TRACEPARENT: &str = "traceparent";
pub(super) const TRACESTATE: &str = "tracestate";

/// Writes both headers; what the app has in `tracestate` stays behind our member.
///
/// The flags are `01` or `00`, never `03`: readers exist that refuse the random bit. The span id is hexadecimal in both
/// cases (dd-sdk-android writes it in decimal when the trace is not kept).
pub(super) fn write(
    trace: TraceId,
    span: SpanId,
    kept: bool,
    app: &Headers<'_>,
    headers: &mut HeaderList,
) {
    let flag = u8::from(kept);
    headers.push(TRACEPARENT, format_args!("00-{trace}-{span}-{flag:02}"));
    let mechanism = if kept { ";t.dm:-1" } else { "" };
    let mut member = String::with_capacity(MEMBER_BYTES);
    // Writing to a String can't fail.
    let _ = write!(member, "s:{flag};o:rum;p:{span}{mechanism}");
    let merged = tracestate::merge("dd", &member, app.all(TRACESTATE));
    headers.push(TRACESTATE, format_args!("{merged}"));
}

/// Reads the app's `traceparent`.
pub(super) fn read(headers: &Headers<'_>) -> Reading {
    match headers.one(TRACEPARENT) {
        Ok(None) => Reading::Absent,
        Ok(Some(value)) => parse(value).map_or(Reading::Malformed, Reading::Read),
        Err(_) => Reading::Malformed,
    }
}

/// Version `00` is exactly four fields; a later one may have more behind them.
fn parse(value: &str) -> Option<AppTrace> {
    let mut fields = value.splitn(5, '-');
    let version = parse_lower_hex(fields.next()?, 2)?;
    let trace = parse_lower_hex(fields.next()?, 32)?;
    let span = parse_lower_hex(fields.next()?, 16)?;
    let flags = parse_lower_hex(fields.next()?, 2)?;
    if version == 0xff || (version == 0 && fields.next().is_some()) {
        return None;
    }
    Some(AppTrace {
        trace_id: Some(TraceId::from_u128(trace)?),
        span_id: Some(SpanId::from_u64(span as u64)?),
        sampled: Some(flags & 1 == 1),
    })
}

#[cfg(test)]
mod tests {
    use super::super::app_headers::Headers;
    use super::super::header_list::HeaderList;
    use super::super::ids::{SpanId, TraceId};
    use super::parse;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn written(kept: bool, app: &[(&str, &str)]) -> Vec<String> {
        let mut headers = HeaderList::with_room();
        super::write(
            TraceId::parse(TRACE).unwrap(),
            SpanId::parse("00f067aa0ba902b7").unwrap(),
            kept,
            &Headers::new(app),
            &mut headers,
        );
        headers.iter().map(|(_, value)| value.to_owned()).collect()
    }

    #[test]
    fn kept_and_not_kept() {
        assert_eq!(
            written(true, &[]),
            [
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "dd=s:1;o:rum;p:00f067aa0ba902b7;t.dm:-1"
            ]
        );
        assert_eq!(
            written(false, &[("TraceState", "congo=1")]),
            [
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
                "dd=s:0;o:rum;p:00f067aa0ba902b7,congo=1"
            ]
        );
    }

    #[test]
    fn versions_and_flags_are_read_as_the_specification_says() {
        let sampled = |value: &str| parse(value).map(|trace| trace.sampled.unwrap());
        let base = format!("{TRACE}-00f067aa0ba902b7");
        assert_eq!(sampled(&format!("00-{base}-01")), Some(true));
        assert_eq!(sampled(&format!("00-{base}-02")), Some(false));
        assert_eq!(sampled(&format!("00-{base}-03")), Some(true));
        assert_eq!(sampled(&format!("cc-{base}-01-what-is-this")), Some(true));
        assert_eq!(sampled(&format!("cc-{base}-01")), Some(true));
        for bad in [
            format!("00-{base}-01-more"),
            format!("00-{base}-01-"),
            format!("ff-{base}-01"),
            format!("00-{base}"),
            format!("00-{base}-1"),
            format!("cc-{base}-01.what"),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            "00-4d2-929-01".to_owned(),
            "custom".to_owned(),
            String::new(),
        ] {
            assert!(parse(&bad).is_none(), "{bad}");
        }
    }
}
