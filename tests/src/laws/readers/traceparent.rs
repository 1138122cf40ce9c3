//! `traceparent` (W3C Trace Context, 3.2).

use super::{Headers, Reading, Told, hex, id, values};

/// Reads the header of a request.
pub fn read(headers: &Headers<'_>) -> Reading {
    match values(headers, "traceparent").as_slice() {
        [] => Reading::Absent,
        [value] => parse(value).map_or(Reading::Malformed, Reading::Read),
        _ => Reading::Malformed,
    }
}

/// Reads a value: `version-trace-parent-flags`, and more fields where the version is not `00`.
pub fn parse(value: &str) -> Option<Told> {
    let fields: Vec<_> = value.split('-').collect();
    let [version, trace, parent, flags, more @ ..] = fields.as_slice() else {
        return None;
    };
    let known = match hex(version, 2)? {
        0 => more.is_empty(),
        version => version != 0xff,
    };
    let told = Told {
        trace: Some(id(trace, 32)?),
        span: Some(id(parent, 16)? as u64),
        sampled: Some(hex(flags, 2)? % 2 == 1),
    };
    known.then_some(told)
}
