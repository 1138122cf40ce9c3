//! W3C Trace Context: `traceparent`, and our members of `tracestate`.

use super::app_headers::{AppTrace, Headers, Reading};
use super::header_list::HeaderWriter;
use super::ids::{SpanId, TraceId, parse_lower_hex};
use super::outgoing::Outgoing;
use super::{arms, tracestate};

pub(super) const TRACEPARENT: &str = "traceparent";
pub(super) const TRACESTATE: &str = "tracestate";
/// Key of Datadog's member.
const DD: &str = "dd";

/// Writes both headers; what the app has in `tracestate` stays behind our members: `dd`, which Datadog's tracers read, and
/// ARMS's `rum` where it is configured and the trace is kept.
///
/// The flags are `01` or `00`, never `03`: readers exist that refuse the random bit. The span id is hexadecimal in both
/// cases (dd-sdk-android writes it in decimal when the trace is not kept).
pub(super) fn write(out: &Outgoing<'_>, headers: &mut HeaderWriter) {
    let Outgoing {
        trace_hex: trace,
        span_hex: span,
        verdict,
        ..
    } = out;
    headers.push(
        TRACEPARENT,
        &["00-", trace, "-", span, "-0", verdict.flag()],
    );
    headers.push_with(TRACESTATE, |text| {
        let start = text.len();
        let mut keys = [DD].as_slice();
        text.push(&["dd=s:", verdict.priority(), ";o:rum;p:", span]);
        if let Some(maker) = verdict.decision_maker() {
            text.push(&[";t.dm:", maker]);
        }
        if let Some(rum) = out.app.rum.as_deref().filter(|_| verdict.kept()) {
            text.push(&[",", rum, out.session.id]);
            keys = &[DD, arms::KEY];
        }
        tracestate::append(text, start, keys, out.app_headers.all(TRACESTATE));
    });
}

/// Reads the app's `traceparent`.
pub(super) fn read(headers: &Headers<'_>) -> Reading {
    match headers.one(TRACEPARENT) {
        Ok(None) => Reading::Absent,
        Ok(Some(value)) => parse(value).map_or(Reading::Malformed, Reading::Read),
        Err(_) => Reading::Malformed,
    }
}

fn parse(value: &str) -> Option<AppTrace> {
    let (trace_id, span_id, sampled) = parse_ids(value)?;
    Some(AppTrace {
        trace_id: Some(trace_id),
        span_id: Some(span_id),
        sampled: Some(sampled),
    })
}

/// Version `00` is exactly four fields; a later one may have more behind them.
pub(super) fn parse_ids(value: &str) -> Option<(TraceId, SpanId, bool)> {
    let mut fields = value.splitn(5, '-');
    let version = parse_lower_hex(fields.next()?, 2)?;
    let trace = parse_lower_hex(fields.next()?, 32)?;
    let span = parse_lower_hex(fields.next()?, 16)?;
    let flags = parse_lower_hex(fields.next()?, 2)?;
    if version == 0xff || (version == 0 && fields.next().is_some()) {
        return None;
    }
    Some((
        TraceId::from_u128(trace)?,
        SpanId::from_u64(span as u64)?,
        flags & 1 == 1,
    ))
}

#[cfg(test)]
mod tests {
    use super::super::app_identity::AppIdentity;
    use super::super::decision::Verdict;
    use super::super::outgoing::tests::Example;
    use super::parse;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn written(
        verdict: Verdict,
        app_headers: &'static [(&'static str, &'static str)],
    ) -> Vec<String> {
        let example = Example {
            app_headers,
            ..Example::usual(verdict)
        };
        example.values(super::write)
    }

    #[test]
    fn kept_and_not_kept() {
        assert_eq!(
            written(Verdict::Kept, &[]),
            [
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "dd=s:1;o:rum;p:00f067aa0ba902b7;t.dm:-1"
            ]
        );
        assert_eq!(
            written(Verdict::NotKept, &[("TraceState", "congo=1")]),
            [
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
                "dd=s:0;o:rum;p:00f067aa0ba902b7,congo=1"
            ]
        );
        assert_eq!(
            written(Verdict::Forced, &[])[1],
            "dd=s:2;o:rum;p:00f067aa0ba902b7;t.dm:-4"
        );
    }

    #[test]
    fn arms_has_a_member_of_a_kept_trace_behind_ours() {
        let state = |verdict| {
            let example = Example {
                app: AppIdentity::new("android", None, Some("f3r6s2u3hn@53df7ad2afe8301")),
                app_headers: &[("tracestate", "rum=old,congo=1")],
                ..Example::usual(verdict)
            };
            example.values(super::write).remove(1)
        };
        assert_eq!(
            state(Verdict::Kept),
            "dd=s:1;o:rum;p:00f067aa0ba902b7;t.dm:-1,rum=v2&android&f3r6s2u3hn@53df7ad2afe8301&88ef85ab-7902-45f0-b93b-2def1ec3e5fe,congo=1"
        );
        assert_eq!(
            state(Verdict::NotKept),
            "dd=s:0;o:rum;p:00f067aa0ba902b7,rum=old,congo=1"
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
