//! SkyWalking's `sw8` (Cross Process Propagation Headers Protocol, version 3).

use std::borrow::Cow;
use std::net::Ipv6Addr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::app_headers::{AppTrace, Headers, Reading};
use super::digits::{Decimal, Hex};
use super::header_list::HeaderWriter;
use super::ids::{TraceId, parse_lower_hex};
use super::outgoing::Outgoing;
use crate::limits;

pub(super) const SW8: &str = "sw8";
/// Instance of an app that told no version: the field must not be empty.
const NO_VERSION: &str = "unknown";

/// Writes the eight fields, none of them empty, in padded standard base64: the URL-safe alphabet holds the separator. Only
/// for a kept trace: agents ignore the sample flag.
///
/// The segment is 64 random bits and the same XOR the span id: OpenTelemetry's SkyWalking receiver takes the XOR of a
/// segment's halves for the parent's span id, so an agent's span hangs under the phone's. The random bits are the trace id's:
/// a segment is unique by its span, and the same ids give the same bytes everywhere.
pub(super) fn write(out: &Outgoing<'_>, headers: &mut HeaderWriter) {
    if !out.verdict.kept() {
        return;
    }
    let random = out.trace.low();
    let segment = random ^ out.span.get();
    let segment = Hex::<32>::new(u128::from(random) << 64 | u128::from(segment));
    let path = match out.request.path {
        "" => "/",
        path => path,
    };
    // The endpoint's own words are short; the path is what grows.
    let entry_span = out.app.entry_span.as_str();
    let path = cut(path, limits::SW8_ENDPOINT_CHARS - entry_span.len());
    let host = as_compared(out.request.host);
    let port = Decimal::new(out.request.port.into());
    headers.push_with(SW8, |text| {
        text.push(&["1-"]);
        text.push_base64(&[out.trace_hex]);
        text.push(&["-"]);
        text.push_base64(&[segment.as_str()]);
        text.push(&[&out.app.sw8_caller]);
        text.push_base64(&[entry_span, path]);
        text.push(&["-"]);
        text.push_base64(&[&host, ":", port.as_str()]);
    });
}

/// Fields 4 to 6: the parent span, which is always the segment's first, service and instance.
pub(super) fn caller(service: &str, version: Option<&str>) -> String {
    let version = version.filter(|text| !text.is_empty());
    let instance = cut(version.unwrap_or(NO_VERSION), limits::SW8_NAME_CHARS);
    let [service, instance] = [service, instance].map(|field| STANDARD.encode(field));
    format!("-0-{service}-{instance}-")
}

/// The host in the form in which hosts are compared, an IPv6 address in brackets. URLSession hands it over as it was
/// written, OkHttp does not, and the same request gives the same bytes from both.
fn as_compared(host: &str) -> Cow<'_, str> {
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
    };
    if host.bytes().all(plain) && !host.ends_with('.') {
        return Cow::Borrowed(host);
    }
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Ok(address) = bare.unwrap_or(host).parse::<Ipv6Addr>() {
        return Cow::Owned(format!("[{address}]"));
    }
    match url::Host::parse(host) {
        Ok(parsed) => Cow::Owned(parsed.to_string().trim_end_matches('.').to_owned()),
        Err(_) => Cow::Borrowed(host),
    }
}

fn cut(text: &str, chars: usize) -> &str {
    if text.len() <= chars {
        return text;
    }
    text.char_indices()
        .nth(chars)
        .and_then(|(end, _)| text.get(..end))
        .unwrap_or(text)
}

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
    let span = fields.next()?;
    // `parse` alone would take a sign too.
    if !span.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    span.parse::<u32>().ok()?;
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
    let text = String::from_utf8(STANDARD.decode(field).ok()?).ok()?;
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::super::app_identity::AppIdentity;
    use super::super::decision::Verdict;
    use super::super::outgoing::tests::Example;
    use super::{STANDARD, parse};
    use base64::Engine;

    fn fields(example: &Example) -> Vec<String> {
        let values = example.values(super::write);
        let value = values.first().unwrap();
        assert!(parse(value).is_some(), "{value}");
        value
            .split('-')
            .map(|field| match STANDARD.decode(field) {
                Ok(bytes) if field.len() > 1 => String::from_utf8(bytes).unwrap(),
                _ => field.to_owned(),
            })
            .collect()
    }

    const HEX: &str = "1-NGJmOTJmMzU3N2IzNGRhNmEzY2U5MjlkMGUwZTQ3MzY=-MWYyZDRiZjQ3YmY3MTFlYWI3OTRhY2RlNDgwMDExMjI=-0-cnVtLWFuZHJvaWQ=-Mi4zLjI=-YW5kcm9pZC5yZXF1ZXN0Oi9hcGkvbG9naW4=-YXBpLmV4YW1wbGUuY29tOjQ0Mw==";
    const FREE: &str =
        "0-My40LjU=-MS4yLjM=-4-c2VydmljZQ==-aW5zdGFuY2U=-L2FwcA==-MTI3LjAuMC4xOjgwODA=";

    #[test]
    fn eight_fields_name_the_trace_the_segment_and_the_phone() {
        let example = Example {
            app: AppIdentity::new("android", Some("2.3.2"), None),
            ..Example::usual(Verdict::Kept)
        };
        let fields = fields(&example);
        assert_eq!(
            fields,
            [
                "1",
                "4bf92f3577b34da6a3ce929d0e0e4736",
                "a3ce929d0e0e4736a33ef53705a74581",
                "0",
                "rum-android",
                "2.3.2",
                "android.request:/api/login",
                "api.example.com:443",
            ]
        );
        let half = |range| u64::from_str_radix(fields[2].get(range).unwrap(), 16).unwrap();
        assert_eq!(half(0..16) ^ half(16..32), 0x00f0_67aa_0ba9_02b7);
    }

    #[test]
    fn nothing_is_written_of_a_trace_that_is_not_kept() {
        assert!(
            Example::usual(Verdict::NotKept)
                .values(super::write)
                .is_empty()
        );
        assert_eq!(
            Example::usual(Verdict::Forced).values(super::write).len(),
            1
        );
    }

    #[test]
    fn names_and_paths_are_cut_to_what_skywalking_takes() {
        let path: &'static str = Box::leak(format!("/{}", "ä".repeat(500)).into_boxed_str());
        let mut example = Example {
            app: AppIdentity::new("ios", Some(&"v".repeat(80)), None),
            ..Example::usual(Verdict::Kept)
        };
        example.path = path;
        example.host = "2001:db8::1";
        let long = fields(&example);
        assert_eq!(long[5].chars().count(), 50);
        assert_eq!(long[6].chars().count(), 149);
        assert!(long[6].starts_with("ios.request:/ää"));
        assert_eq!(long[7], "[2001:db8::1]:443");

        example.path = "";
        example.app = AppIdentity::new("ios", Some(""), None);
        let short = fields(&example);
        assert_eq!(
            (short[5].as_str(), short[6].as_str()),
            ("unknown", "ios.request:/")
        );
    }

    #[test]
    fn a_peer_has_one_form_however_its_url_was_written() {
        for (host, peer) in [
            ("API.Example.COM", "api.example.com:443"),
            ("api.example.com.", "api.example.com:443"),
            ("b\u{fc}cher.example", "xn--bcher-kva.example:443"),
            ("[2001:DB8:0::1]", "[2001:db8::1]:443"),
            ("2001:db8::1", "[2001:db8::1]:443"),
            ("192.0.2.1", "192.0.2.1:443"),
            ("a_b.example.com", "a_b.example.com:443"),
        ] {
            let example = Example {
                host,
                ..Example::usual(Verdict::Kept)
            };
            assert_eq!(fields(&example)[7], peer, "{host}");
        }
    }

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
