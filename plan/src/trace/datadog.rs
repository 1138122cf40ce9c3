//! Datadog's own headers.

use super::app_headers::{AppTrace, Headers, Reading};
use super::digits::Decimal;
use super::header_list::HeaderWriter;
use super::ids::{SpanId, TraceId, parse_lower_hex};
use super::outgoing::Outgoing;

pub(super) const TRACE_ID: &str = "x-datadog-trace-id";
pub(super) const PARENT_ID: &str = "x-datadog-parent-id";
pub(super) const ORIGIN: &str = "x-datadog-origin";
pub(super) const PRIORITY: &str = "x-datadog-sampling-priority";
pub(super) const SAMPLED: &str = "x-datadog-sampled";
pub(super) const TAGS: &str = "x-datadog-tags";

/// Writes the six headers; five where the tags would be empty.
///
/// The trace id is only its low half; the high half goes in `_dd.p.tid`, without which Datadog's tracers take the
/// 128-bit `traceparent` beside it for another trace. `_dd.p.dm`: who has decided, a rate (-1) or a person (-4).
pub(super) fn write(out: &Outgoing<'_>, headers: &mut HeaderWriter) {
    headers.push(TRACE_ID, &[Decimal::new(out.trace.low()).as_str()]);
    headers.push(PARENT_ID, &[Decimal::new(out.span.get()).as_str()]);
    headers.push(ORIGIN, &["rum"]);
    headers.push(PRIORITY, &[out.verdict.priority()]);
    headers.push(SAMPLED, &[out.verdict.flag()]);
    let (high, _) = out.trace_hex.split_at(16);
    match (out.trace.high(), out.verdict.decision_maker()) {
        (0, None) => {}
        (0, Some(maker)) => headers.push(TAGS, &["_dd.p.dm=", maker]),
        (_, None) => headers.push(TAGS, &["_dd.p.tid=", high]),
        (_, Some(maker)) => headers.push(TAGS, &["_dd.p.tid=", high, ",_dd.p.dm=", maker]),
    }
}

/// Reads what the app set.
pub(super) fn read(headers: &Headers<'_>) -> Reading {
    let (Ok(trace), Ok(parent)) = (headers.one(TRACE_ID), headers.one(PARENT_ID)) else {
        return Reading::Malformed;
    };
    if trace.is_none() && parent.is_none() {
        return Reading::Absent;
    }
    let low = trace.and_then(decimal).filter(|&low| low != 0);
    // Tracers continue a trace without a parent; a parent that is no number is somebody's mistake.
    let parent = match parent {
        None => Some(0),
        Some(text) => decimal(text),
    };
    let (Some(low), Some(parent)) = (low, parent) else {
        return Reading::Malformed;
    };
    let high = headers
        .one(TAGS)
        .ok()
        .flatten()
        .and_then(high_half)
        .unwrap_or(0);
    Reading::Read(AppTrace {
        trace_id: TraceId::from_u128((u128::from(high) << 64) | u128::from(low)),
        span_id: SpanId::from_u64(parent),
        sampled: decision(headers),
    })
}

/// A priority over 0 keeps the trace, any other drops it.
fn decision(headers: &Headers<'_>) -> Option<bool> {
    let priority = headers
        .one(PRIORITY)
        .ok()
        .flatten()
        .and_then(|text| text.parse::<i32>().ok());
    if let Some(priority) = priority {
        return Some(priority > 0);
    }
    match headers.one(SAMPLED) {
        Ok(Some("1")) => Some(true),
        Ok(Some("0")) => Some(false),
        _ => None,
    }
}

/// `_dd.p.tid`: 16 lower-case hex digits; anything else is what tracers call malformed, and read 64 bits.
fn high_half(tags: &str) -> Option<u64> {
    let tid = tags
        .split(',')
        .find_map(|tag| tag.trim().strip_prefix("_dd.p.tid="))?;
    parse_lower_hex(tid, 16).map(|high| high as u64)
}

/// Digits only: `parse` alone would take a sign too.
fn decimal(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::app_headers::{Headers, Reading};
    use super::super::decision::Verdict;
    use super::super::ids::SpanId;
    use super::super::outgoing::tests::Example;

    fn written(trace: u128, span: u64, verdict: Verdict) -> Vec<(String, String)> {
        Example::new(trace, span, verdict).written(super::write)
    }

    fn read(headers: &[(&str, &str)]) -> Option<(String, Option<u64>, Option<bool>)> {
        match super::read(&Headers::new(headers)) {
            Reading::Read(trace) => Some((
                trace.trace_id?.to_string(),
                trace.span_id.map(SpanId::get),
                trace.sampled,
            )),
            _ => None,
        }
    }

    #[test]
    fn the_high_half_is_padded_to_16_digits() {
        let headers = written(0x4d2_0000_0000_0000_04d2, 2345, Verdict::Kept);
        assert_eq!(
            headers.last().unwrap().1,
            "_dd.p.tid=00000000000004d2,_dd.p.dm=-1"
        );
        assert_eq!(headers.len(), 6);
    }

    #[test]
    fn a_64_bit_trace_that_is_not_kept_has_no_tags() {
        assert!(
            written(7, 7, Verdict::NotKept)
                .iter()
                .all(|(name, _)| name != super::TAGS)
        );
        assert_eq!(
            written(7, 7, Verdict::Kept).last().unwrap().1,
            "_dd.p.dm=-1"
        );
    }

    #[test]
    fn a_forced_trace_has_the_priority_of_a_person() {
        let headers = written(7, 7, Verdict::Forced);
        let value = |name: &str| headers.iter().find(|(n, _)| n == name).unwrap().1.clone();
        assert_eq!(value(super::PRIORITY), "2");
        assert_eq!(value(super::SAMPLED), "1");
        assert_eq!(value(super::TAGS), "_dd.p.dm=-4");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let headers = written(u128::MAX, u64::MAX, Verdict::NotKept);
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            read(&headers),
            Some(("f".repeat(32), Some(u64::MAX), Some(false)))
        );
    }

    #[test]
    fn a_tid_that_tracers_call_malformed_leaves_64_bits() {
        for tags in [
            "_dd.p.tid=4BF92F3577B34DA6",
            "_dd.p.tid=4bf92f35",
            "_dd.p.dm=-1",
            "",
        ] {
            let read = read(&[("x-datadog-trace-id", "15"), ("x-datadog-tags", tags)]);
            assert_eq!(read, Some((format!("{:032x}", 15), None, None)), "{tags}");
        }
    }

    #[test]
    fn ids_that_are_no_numbers_are_malformed() {
        for headers in [
            [
                ("x-datadog-trace-id", "custom"),
                ("x-datadog-parent-id", "1"),
            ],
            [("x-datadog-trace-id", "0"), ("x-datadog-parent-id", "1")],
            [("x-datadog-trace-id", "+1"), ("x-datadog-parent-id", "1")],
            [
                ("x-datadog-trace-id", "1"),
                ("x-datadog-parent-id", "custom"),
            ],
            [("x-datadog-trace-id", "1"), ("x-datadog-trace-id", "2")],
            [
                ("x-datadog-trace-id", "18446744073709551616"),
                ("x-datadog-parent-id", "1"),
            ],
            [("x-datadog-trace-id", ""), ("x-datadog-parent-id", "")],
        ] {
            assert!(
                matches!(super::read(&Headers::new(&headers)), Reading::Malformed),
                "{headers:?}"
            );
        }
    }
}
