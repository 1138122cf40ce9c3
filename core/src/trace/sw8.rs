//! SkyWalking's `sw8`: read from the app, not written.

use super::app_headers::{AppTrace, Headers, Reading};
use super::base64;
use super::ids::{TraceId, parse_lower_hex};

pub(super) const SW8: &str = "sw8";

/// Reads the app's `sw8`. Its trace id is free text: it is ours to record only where it is 32 hex digits. The parent is
/// a place in a segment, not a span id, so there never is one.
pub(super) fn read(headers: &Headers<'_>) -> Reading {
    match headers.one(SW8) {
        Ok(None) => Reading::Absent,
        Ok(Some(value)) => parse(value).map_or(Reading::Malformed, Reading::Read),
        Err(_) => Reading::Malformed,
    }
}

/// Exactly eight fields, none empty: agents trace nothing on any other.
fn parse(value: &str) -> Option<AppTrace> {
    let mut fields = value.split('-');
    let sampled = match fields.next()? {
        "1" => true,
        "0" => false,
        _ => return None,
    };
    let trace = decoded(fields.next()?)?;
    decoded(fields.next()?)?;
    fields.next()?.parse::<u32>().ok()?;
    for _service_instance_endpoint_peer in 0..4 {
        decoded(fields.next()?)?;
    }
    let complete = fields.next().is_none();
    let trace_id = parse_lower_hex(&trace, 32).and_then(TraceId::from_u128);
    complete.then_some(AppTrace {
        trace_id,
        span_id: None,
        sampled: Some(sampled),
    })
}

fn decoded(field: &str) -> Option<String> {
    let text = String::from_utf8(base64::decode(field)?).ok()?;
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::parse;

    const HEX: &str = "1-NGJmOTJmMzU3N2IzNGRhNmEzY2U5MjlkMGUwZTQ3MzY=-MWYyZDRiZjQ3YmY3MTFlYWI3OTRhY2RlNDgwMDExMjI=-0-cnVtLWFuZHJvaWQ=-Mi4zLjI=-YW5kcm9pZC5yZXF1ZXN0Oi9hcGkvbG9naW4=-YXBpLmV4YW1wbGUuY29tOjQ0Mw==";
    const FREE: &str =
        "0-My40LjU=-MS4yLjM=-4-c2VydmljZQ==-aW5zdGFuY2U=-L2FwcA==-MTI3LjAuMC4xOjgwODA=";

    #[test]
    fn a_trace_id_of_32_hex_digits_is_taken() {
        let trace = parse(HEX).unwrap();
        assert_eq!(
            trace.trace_id.unwrap().to_string(),
            "4bf92f3577b34da6a3ce929d0e0e4736"
        );
        assert_eq!((trace.span_id, trace.sampled), (None, Some(true)));
    }

    #[test]
    fn a_free_trace_id_is_well_formed_and_nothing_we_can_record() {
        let trace = parse(FREE).unwrap();
        assert_eq!((trace.trace_id, trace.sampled), (None, Some(false)));
    }

    #[test]
    fn other_shapes_are_malformed() {
        for bad in [
            "",
            "custom",
            "1-My40LjU=-MS4yLjM=-4-c2VydmljZQ==-aW5zdGFuY2U=-L2FwcA==",
            "1-My40LjU=-MS4yLjM=-4-c2VydmljZQ==-aW5zdGFuY2U=--MTI3LjAuMC4xOjgwODA=",
            "1-My40LjU=-MS4yLjM=-x-c2VydmljZQ==-aW5zdGFuY2U=-L2FwcA==-MTI3LjAuMC4xOjgwODA=",
            "1-My40LjU-MS4yLjM=-4-c2VydmljZQ==-aW5zdGFuY2U=-L2FwcA==-MTI3LjAuMC4xOjgwODA=",
            "2-My40LjU=-MS4yLjM=-4-c2VydmljZQ==-aW5zdGFuY2U=-L2FwcA==-MTI3LjAuMC4xOjgwODA=",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        assert!(parse(&format!("{FREE}-MQ==")).is_none());
    }
}
