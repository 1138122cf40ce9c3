//! The server: a static file behind a web server that has a good day but for an hour.

use handspan_core::seams::transport::{HttpAnswer, TransportError};

use super::day::Dice;
use super::{HOUR, MINUTE, SECOND};

/// What phones have from yesterday.
pub const YESTERDAY: u64 = 41;

/// What the people who run the fleet do that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A new document, whose rollout gives a twentieth of the installs other rates.
    Push,
    /// A document that says `enabled: false`.
    Kill,
    /// The one before, under a new version: on again.
    Undo,
}

/// A version and when it was put there.
#[derive(Debug, Clone, Copy)]
pub struct Release {
    /// Milliseconds of the day.
    pub at: u64,
    /// The document's `version`.
    pub version: u64,
    /// What it is for.
    pub deed: Deed,
}

/// The day's versions.
pub const RELEASES: [Release; 3] = [
    Release {
        at: 8 * HOUR,
        version: 42,
        deed: Deed::Push,
    },
    Release {
        at: 12 * HOUR,
        version: 43,
        deed: Deed::Kill,
    },
    Release {
        at: 16 * HOUR,
        version: 44,
        deed: Deed::Undo,
    },
];

/// Somebody puts an error page where the document was, while the kill switch holds.
pub const BAD: std::ops::Range<u64> = 14 * HOUR..14 * HOUR + 20 * MINUTE;

/// What the rollout gives those that are in it, percent.
pub const ROLLED_OUT_RATE: f64 = 100.0;

/// The outage, in the busiest hour.
pub const OUTAGE: std::ops::Range<u64> = 19 * HOUR..20 * HOUR;

/// A third of the outage each: what phones meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Nobody listens.
    Refused,
    /// Nobody answers in time, or with 503.
    Slow,
    /// 503, and everybody is told to come back when it is over: the worst that a server can say.
    AllAtOnce,
}

/// Milliseconds that an exchange may take; the core's own bound is no longer.
const TIME_BOX: u64 = 10 * SECOND;

/// The documents by release.
#[derive(Debug)]
pub struct Server {
    documents: Vec<(u64, Vec<u8>)>,
    bad: Vec<u8>,
}

/// What became of a request.
#[derive(Debug)]
pub struct Exchange {
    /// The answer.
    pub answer: Result<HttpAnswer, TransportError>,
    /// How long it took.
    pub takes_ms: u64,
    /// Bytes that the server sent, headers included.
    pub bytes: u64,
    /// The version that it named or sent; none where it had nothing good to say.
    pub version: Option<u64>,
}

impl Server {
    /// With all documents of the day.
    pub(super) fn new() -> Self {
        let hosts = r#""first_party_hosts":{"shop.example":["datadog","tracecontext"],"pay.example":["tracecontext"]}"#;
        let usual = format!(r#""session_sample_rate":100,"trace_sample_rate":20,{hosts}"#);
        let rollout = r#""targets":[{"name":"more-traces","when":{"rollout":5},"set":{"trace_sample_rate":100}},
            {"name":"old-apps","when":{"app_version":{"below":"2.0"}},"set":{"trace_sample_rate":1}}]"#;
        let document = |version: u64, rest: &str| {
            let text = format!("{{\"version\":{version},{rest}}}\n");
            (version, text.into_bytes())
        };
        let mut documents = vec![document(YESTERDAY, &usual)];
        for Release { version, deed, .. } in RELEASES {
            documents.push(match deed {
                Deed::Push | Deed::Undo => document(version, &format!("{usual},{rollout}")),
                Deed::Kill => document(version, r#""enabled":false"#),
            });
        }
        Self {
            documents,
            bad: b"<!doctype html><title>404</title><p>Nothing here.".to_vec(),
        }
    }

    /// The document of a version.
    pub(super) fn document(&self, version: u64) -> &[u8] {
        let found = self.documents.iter().find(|(known, _)| *known == version);
        found.map_or(&[], |(_, bytes)| bytes)
    }

    /// The version that lies there.
    pub fn version_at(at: u64) -> u64 {
        let newest = RELEASES.iter().rev().find(|release| release.at <= at);
        newest.map_or(YESTERDAY, |release| release.version)
    }

    /// Answers a request made at this time of the day.
    pub(super) fn answer(&self, at: u64, if_none_match: Option<&str>, dice: &Dice<'_>) -> Exchange {
        let quick = 40 + dice.below(400);
        // A phone's own network: one request in fifty never gets anywhere.
        if dice.percent(2) {
            return lost(TransportError::Timeout, TIME_BOX);
        }
        if OUTAGE.contains(&at) {
            return match trouble(at) {
                Trouble::Refused => {
                    lost(TransportError::Network("connection refused".to_owned()), 20)
                }
                Trouble::Slow if dice.percent(50) => lost(TransportError::Timeout, TIME_BOX),
                Trouble::Slow => answered(503, Vec::new(), &[], quick),
                Trouble::AllAtOnce => {
                    let seconds = (OUTAGE.end - at) / SECOND;
                    let later = ("retry-after".to_owned(), seconds.to_string());
                    answered(503, vec![later], &[], quick)
                }
            };
        }
        let version = Some(Self::version_at(at)).filter(|_| !BAD.contains(&at));
        let (etag, body) = match version {
            Some(version) => (format!("\"v{version}\""), self.document(version)),
            None => ("\"bad\"".to_owned(), self.bad.as_slice()),
        };
        let headers = vec![("etag".to_owned(), etag.clone())];
        let exchange = if if_none_match == Some(etag.as_str()) {
            answered(304, headers, &[], quick)
        } else {
            answered(200, headers, body, quick)
        };
        Exchange {
            version,
            ..exchange
        }
    }
}

fn trouble(at: u64) -> Trouble {
    match (at - OUTAGE.start) * 3 / (OUTAGE.end - OUTAGE.start) {
        0 => Trouble::Refused,
        1 => Trouble::Slow,
        _ => Trouble::AllAtOnce,
    }
}

fn lost(error: TransportError, takes_ms: u64) -> Exchange {
    Exchange {
        answer: Err(error),
        takes_ms,
        bytes: 0,
        version: None,
    }
}

fn answered(status: u16, headers: Vec<(String, String)>, body: &[u8], takes_ms: u64) -> Exchange {
    // As a plain static server writes it.
    let mut head = "HTTP/1.1 200 OK\r\ndate: Sat, 21 Nov 2026 12:00:00 GMT\r\n\r\n".len();
    head += headers
        .iter()
        .map(|(name, value)| name.len() + value.len() + 4)
        .sum::<usize>();
    if !body.is_empty() {
        head += format!(
            "content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        )
        .len();
    }
    Exchange {
        answer: Ok(HttpAnswer {
            status,
            headers,
            body: body.to_vec(),
        }),
        takes_ms,
        bytes: (head + body.len()) as u64,
        version: None,
    }
}
