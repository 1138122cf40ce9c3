//! What Datadog's intake takes: the request as a whole, and each event of it.
//!
//! Sources: Datadog's documentation of its intakes (statuses, 5 MB a payload, 1 MB an event, 18 hours late), and what its
//! published mobile SDKs send (path, query, headers).

use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use flate2::read::{GzDecoder, ZlibDecoder};
use serde_json::Value;
use url::Url;

use super::http::Received;

/// Bytes of a payload, decompressed.
pub const PAYLOAD_BYTES: usize = 5 << 20;
/// Bytes of an event.
pub const EVENT_BYTES: usize = 1 << 20;
/// An event that is later than this is thrown away. The intake says 18 hours of logs, 24 of RUM: the stricter counts.
pub const LATE_MS: u64 = 18 * 60 * 60 * 1_000;
/// An event may come from a clock that is ahead by so much.
pub const AHEAD_MS: u64 = 5 * 60 * 1_000;

const PATH: &str = "/api/v2/rum";
const SOURCES: [&str; 2] = ["android", "ios"];

/// Why a request is refused as a whole: the status, and what is wrong.
pub(super) type Refusal = (u16, &'static str);

/// A payload that is taken: its lines, and what the answer does not tell of them.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Payload {
    /// Events that will be shown.
    pub events: Vec<Value>,
    /// What is thrown away behind a 202, by reason, with the beginning of the line.
    pub discarded: Vec<(&'static str, String)>,
}

/// Where the request is for: its own path and query, or those that a proxy finds in `ddforward`.
pub(super) fn forwarded(received: &Received) -> Result<Url, Refusal> {
    let here = Url::parse("http://intake.test").map_err(|_| (500, "no base"))?;
    let unreadable = |_| (400, "a target that is no URL");
    let target = here.join(&received.target).map_err(unreadable)?;
    let forward = target
        .query_pairs()
        .find(|(name, _)| name == "ddforward")
        .map(|(_, value)| value.into_owned());
    match forward {
        Some(forward) => here.join(&forward).map_err(unreadable),
        None => Ok(target),
    }
}

/// Method, path, query, headers.
pub(super) fn check_head(received: &Received) -> Result<(), Refusal> {
    let target = forwarded(received)?;
    if target.path() != PATH {
        return Err((404, "another path than /api/v2/rum"));
    }
    if received.method != "POST" {
        return Err((405, "another method than POST"));
    }
    let mut query = target.query_pairs();
    let source = query.find(|(name, _)| name == "ddsource");
    if !source.is_some_and(|(_, source)| SOURCES.contains(&source.as_ref())) {
        return Err((400, "ddsource is neither android nor ios"));
    }
    let token = received
        .header("dd-api-key")
        .ok_or((401, "no DD-API-KEY"))?;
    if !is_client_token(token) {
        return Err((403, "DD-API-KEY is no client token"));
    }
    let origin = received.header("dd-evp-origin");
    if !origin.is_some_and(|origin| SOURCES.contains(&origin)) {
        return Err((400, "DD-EVP-ORIGIN is neither android nor ios"));
    }
    let version = received.header("dd-evp-origin-version").unwrap_or_default();
    let numbers = version
        .split('.')
        .filter(|part| part.parse::<u32>().is_ok());
    if numbers.count() != 3 {
        return Err((400, "DD-EVP-ORIGIN-VERSION is no version"));
    }
    if !received.header("dd-request-id").is_some_and(is_uuid) {
        return Err((400, "DD-REQUEST-ID is no UUID"));
    }
    if received
        .header("dd-idempotency-key")
        .is_none_or(str::is_empty)
    {
        return Err((400, "no DD-IDEMPOTENCY-KEY"));
    }
    if received.header("content-type") != Some("text/plain;charset=UTF-8") {
        return Err((400, "another content type than text/plain;charset=UTF-8"));
    }
    Ok(())
}

/// The body, decompressed.
pub(super) fn payload(received: &Received, limit: usize) -> Result<Vec<u8>, Refusal> {
    let body = received.body.as_slice();
    // One byte more than may be: then it is too much, whatever else would come.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    let read = match received.header("content-encoding") {
        None => body.take(most).read_to_end(&mut plain),
        Some("gzip") => GzDecoder::new(body).take(most).read_to_end(&mut plain),
        Some("deflate") => ZlibDecoder::new(body).take(most).read_to_end(&mut plain),
        Some(_) => return Err((415, "a content encoding that is neither gzip nor deflate")),
    };
    read.map_err(|_| (400, "the body is not what its encoding says"))?;
    if plain.len() > limit {
        return Err((413, "more than 5 MB"));
    }
    if plain.is_empty() {
        return Err((400, "nothing in it"));
    }
    Ok(plain)
}

/// The events of a payload. A line that is no JSON object makes the whole a bad request; what is wrong inside of one is
/// told to nobody.
pub(super) fn events(plain: &[u8], now_ms: u64) -> Result<Payload, Refusal> {
    let mut payload = Payload::default();
    for line in plain.split(|byte| *byte == b'\n') {
        let event: Value =
            serde_json::from_slice(line).map_err(|_| (400, "a line that is no JSON"))?;
        if !event.is_object() {
            return Err((400, "a line that is no object"));
        }
        match flaw(&event, line.len(), now_ms) {
            None => payload.events.push(event),
            Some(why) => {
                let line = String::from_utf8_lossy(line);
                payload
                    .discarded
                    .push((why, line.chars().take(400).collect()));
            }
        }
    }
    Ok(payload)
}

/// What keeps an event from being shown. The published schemas say more; this is what every type of event has.
fn flaw(event: &Value, bytes: usize, now_ms: u64) -> Option<&'static str> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let uuid = |pointer: &str| text(pointer).is_some_and(is_uuid);
    if bytes > EVENT_BYTES {
        return Some("over 1 MB");
    }
    let Some(date) = event.get("date").and_then(Value::as_u64) else {
        return Some("no date");
    };
    if date.saturating_add(LATE_MS) < now_ms {
        return Some("too late");
    }
    if date > now_ms.saturating_add(AHEAD_MS) {
        return Some("from the future");
    }
    let Some(kind) = text("/type") else {
        return Some("no type");
    };
    if event.pointer("/_dd/format_version").and_then(Value::as_u64) != Some(2) {
        return Some("another format version than 2");
    }
    if !text("/source").is_some_and(|source| SOURCES.contains(&source)) {
        return Some("a source that is neither android nor ios");
    }
    // What an SDK tells of itself needs no session.
    if kind == "telemetry" {
        let whole = text("/service").is_some() && text("/version").is_some();
        return (!whole).then_some("telemetry of no SDK");
    }
    if !uuid("/application/id") || !uuid("/session/id") || !uuid("/view/id") {
        return Some("an id that is no lower-case UUID");
    }
    if text("/view/url").is_none() || text("/session/type").is_none() {
        return Some("no view.url or session.type");
    }
    let hex = text("/_dd/trace_id").is_none_or(|id| {
        id.len() == 32
            && id
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    });
    let decimal = text("/_dd/span_id").is_none_or(|id| id.parse::<u64>().is_ok_and(|id| id > 0));
    if !hex
        || !decimal
        || event.pointer("/_dd/trace_id").is_some() != event.pointer("/_dd/span_id").is_some()
    {
        return Some("trace ids that do not join");
    }
    None
}

/// `pub` and 32 hexadecimal digits.
fn is_client_token(token: &str) -> bool {
    token
        .strip_prefix("pub")
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Lower case, as the schemas ask for.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// Milliseconds since 1970 on this machine.
pub(super) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
