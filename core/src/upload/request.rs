//! The HTTP request that carries a batch.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Intake, datadog_span, otlp};
use crate::batch::{BatchId, Track};
use crate::limits::{ANSWER_BYTES, HTTP_TIMEOUT_MS};
use crate::seams::transport::HttpRequest;

/// What Datadog's intake calls lines of JSON.
const PLAIN_TEXT: &str = "text/plain;charset=UTF-8";

/// What all batches of an app have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadFacts {
    /// The client token (`pub…`): it says whose data this is, and is public in every app.
    pub client_token: String,
    /// `android` or `ios`.
    pub source: String,
    /// This SDK's version.
    pub version: String,
}

/// `POST` of what of a batch is for an intake, gzipped; none where that is nothing.
///
/// Datadog's intake and a proxy get RUM events joined by newlines at `/api/v2/rum`, and logs as a JSON array at `/api/v2/logs`;
/// spans as envelopes joined by newlines at `/api/v2/spans`. `DD-IDEMPOTENCY-KEY` is the batch's id, the same in every try; `request_id` (a UUID) is new in
/// every try. An OTLP receiver gets its signal. The same input gives the same bytes.
pub fn request(
    intake: &Intake,
    facts: &UploadFacts,
    batch: &BatchId,
    track: Track,
    request_id: &str,
    events: &[&[u8]],
) -> Option<HttpRequest> {
    let url = intake.url(&facts.source, track);
    let translated;
    let (plain, mut headers) = match intake {
        Intake::Datadog { .. } | Intake::Proxy { .. } => {
            let (plain, content_type) = match track {
                Track::Logs => (joined(b"[", b",", b"]", events), "application/json"),
                Track::Spans => {
                    translated = datadog_span::lines(events);
                    if translated.is_empty() {
                        return None;
                    }
                    (vec![translated.as_slice()], PLAIN_TEXT)
                }
                Track::Rum => (joined(b"", b"\n", b"", events), PLAIN_TEXT),
            };
            let headers = vec![
                header("Content-Type", content_type),
                header("DD-API-KEY", &facts.client_token),
                header("DD-EVP-ORIGIN", &facts.source),
                header("DD-EVP-ORIGIN-VERSION", &facts.version),
                header("DD-REQUEST-ID", request_id),
                header("DD-IDEMPOTENCY-KEY", &batch.to_string()),
            ];
            (plain, headers)
        }
        Intake::Otlp {
            signal,
            encoding,
            headers,
            ..
        } => {
            translated = otlp::body(*signal, *encoding, events)?;
            let content_type = header("Content-Type", encoding.content_type());
            let own = headers.iter().cloned();
            (
                vec![translated.as_slice()],
                std::iter::once(content_type).chain(own).collect(),
            )
        }
    };
    // Writing into memory does not fail; should it ever, the intake takes plain text as well.
    let body = match gzip(&plain) {
        Ok(compressed) => {
            headers.push(header("Content-Encoding", "gzip"));
            compressed
        }
        Err(_) => plain.concat(),
    };
    Some(HttpRequest {
        method: "POST",
        url,
        headers,
        body,
        timeout_ms: HTTP_TIMEOUT_MS,
        max_answer_bytes: ANSWER_BYTES,
    })
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The pieces of a body, uncopied: a batch need not be in memory twice.
fn joined<'a>(
    before: &'a [u8],
    between: &'a [u8],
    after: &'a [u8],
    events: &[&'a [u8]],
) -> Vec<&'a [u8]> {
    let mut pieces = vec![before];
    for (at, event) in events.iter().enumerate() {
        if at > 0 {
            pieces.push(between);
        }
        pieces.push(event);
    }
    pieces.push(after);
    pieces
}

fn gzip(pieces: &[&[u8]]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    for piece in pieces {
        encoder.write_all(piece)?;
    }
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    const BATCH: BatchId = BatchId([0xab; 16]);

    fn make(events: &[&[u8]]) -> HttpRequest {
        make_of(Track::Rum, events).unwrap()
    }

    fn make_of(track: Track, events: &[&[u8]]) -> Option<HttpRequest> {
        let facts = UploadFacts {
            client_token: "pub123".to_owned(),
            source: "android".to_owned(),
            version: "0.1.0".to_owned(),
        };
        let intake = Intake::Datadog {
            base_url: "https://x.test".to_owned(),
        };
        request(
            &intake,
            &facts,
            &BATCH,
            track,
            "6a1c1b1e-0000-4000-8000-000000000000",
            events,
        )
    }

    fn ungzip(bytes: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(bytes)
            .read_to_end(&mut plain)
            .unwrap();
        plain
    }

    #[test]
    fn everything_the_intake_asks_for_is_there() {
        let made = make(&[b"{\"a\":1}", b"{\"b\":2}"]);
        assert_eq!(made.method, "POST");
        assert_eq!(made.url, "https://x.test/api/v2/rum?ddsource=android");
        let headers: Vec<(&str, &str)> = made
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            headers,
            [
                ("Content-Type", "text/plain;charset=UTF-8"),
                ("DD-API-KEY", "pub123"),
                ("DD-EVP-ORIGIN", "android"),
                ("DD-EVP-ORIGIN-VERSION", "0.1.0"),
                ("DD-REQUEST-ID", "6a1c1b1e-0000-4000-8000-000000000000"),
                ("DD-IDEMPOTENCY-KEY", "abababab-abab-abab-abab-abababababab"),
                ("Content-Encoding", "gzip"),
            ]
        );
        assert_eq!(ungzip(&made.body), b"{\"a\":1}\n{\"b\":2}");
    }

    #[test]
    fn the_token_is_not_in_the_url() {
        assert!(!make(&[b"{}"]).url.contains("pub123"));
    }

    #[test]
    fn logs_are_a_json_array_at_an_address_of_their_own() {
        let made = make_of(Track::Logs, &[b"{\"a\":1}", b"{\"b\":2}"]).unwrap();
        assert_eq!(made.url, "https://x.test/api/v2/logs?ddsource=android");
        let content_type = ("Content-Type".to_owned(), "application/json".to_owned());
        assert!(made.headers.contains(&content_type));
        assert_eq!(made.headers.len(), make(&[b"{}"]).headers.len());
        assert_eq!(ungzip(&made.body), b"[{\"a\":1},{\"b\":2}]");
    }

    #[test]
    fn spans_are_lines_at_an_address_of_their_own() {
        let span = br#"{"_dd":{"trace_id":"6789abcd00000000a3ce929d0e0e4736","span_id":"15"},"span":{"start":1,"duration":2}}"#;
        let made = make_of(Track::Spans, &[span, b"garbage", span]).unwrap();
        assert_eq!(made.url, "https://x.test/api/v2/spans");
        let lines = String::from_utf8(ungzip(&made.body)).unwrap();
        assert_eq!(
            lines
                .lines()
                .filter(|line| line.contains("000000000000000f"))
                .count(),
            2
        );
        assert_eq!(make_of(Track::Spans, &[b"garbage"]), None);
    }

    proptest! {
        #[test]
        fn lines_come_back(lines in prop::collection::vec("[^\\n]{1,50}", 1..20)) {
            let events: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
            let made = make(&events);
            let plain = String::from_utf8(ungzip(&made.body)).unwrap();
            prop_assert_eq!(plain.split('\n').collect::<Vec<_>>(), lines.clone());
            prop_assert_eq!(make(&events), made);
        }
    }
}
