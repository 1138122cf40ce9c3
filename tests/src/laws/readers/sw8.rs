//! `sw8` (SkyWalking Cross Process Propagation Headers Protocol, version 3).

use super::{Headers, Reading, Told, decode_base64, id, values};

/// The eight fields, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sw8 {
    /// The sample flag.
    pub sampled: bool,
    /// Free text.
    pub trace: String,
    /// Free text.
    pub segment: String,
    /// Number of the parent's span in its segment.
    pub span: u32,
    /// The caller's service.
    pub service: String,
    /// The caller's instance.
    pub instance: String,
    /// What the caller was doing.
    pub endpoint: String,
    /// Whom the caller has called.
    pub peer: String,
}

/// Reads the header of a request.
pub fn read(headers: &Headers<'_>) -> Reading {
    match values(headers, "sw8").as_slice() {
        [] => Reading::Absent,
        [value] => parse(value).map_or(Reading::Malformed, |sw8| {
            Reading::Read(Told {
                trace: id(&sw8.trace, 32),
                span: None,
                sampled: Some(sw8.sampled),
            })
        }),
        _ => Reading::Malformed,
    }
}

/// Reads a value: exactly eight fields, none empty.
pub fn parse(value: &str) -> Option<Sw8> {
    let fields: Vec<_> = value.split('-').collect();
    let [
        sampled,
        trace,
        segment,
        span,
        service,
        instance,
        endpoint,
        peer,
    ] = fields.as_slice()
    else {
        return None;
    };
    let text = |field: &str| {
        let text = String::from_utf8(decode_base64(field)?).ok()?;
        (!text.is_empty()).then_some(text)
    };
    Some(Sw8 {
        sampled: match *sampled {
            "1" => true,
            "0" => false,
            _ => return None,
        },
        trace: text(trace)?,
        segment: text(segment)?,
        span: span.parse().ok()?,
        service: text(service)?,
        instance: text(instance)?,
        endpoint: text(endpoint)?,
        peer: text(peer)?,
    })
}
