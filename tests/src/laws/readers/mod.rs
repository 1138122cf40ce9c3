//! Readers of every format, from the formats' own specifications, and nothing of the core's.

pub mod b3;
mod base64;
pub mod datadog;
pub mod sw8;
pub mod traceparent;

pub use base64::decode as decode_base64;

/// A trace that a header tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// None where the header has only a decision, or an id that is not 32 hex digits.
    pub trace: Option<u128>,
    /// None where the format has no span id.
    pub span: Option<u64>,
    /// None where nobody decided.
    pub sampled: Option<bool>,
}

/// What a reader says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// None of the format's identity headers is there.
    Absent,
    /// No service could make sense of it.
    Malformed,
    /// A trace.
    Read(Told),
}

/// A request's headers.
pub type Headers<'a> = [(&'a str, &'a str)];

/// A format's reader.
pub type Reader = fn(&Headers<'_>) -> Reading;

/// The readers in the order in which backends with default settings look.
pub const ALL: [Reader; 5] = [
    traceparent::read,
    datadog::read,
    b3::read_single,
    b3::read_multi,
    sw8::read,
];

/// The first that can be read; malformed only where none can.
pub fn read(headers: &Headers<'_>) -> Reading {
    let readings = ALL.map(|reader| reader(headers));
    let first = |wanted: fn(&Reading) -> bool| readings.iter().copied().find(wanted);
    first(|reading| matches!(reading, Reading::Read(_)))
        .or_else(|| first(|reading| *reading == Reading::Malformed))
        .unwrap_or(Reading::Absent)
}

/// The values of a header, without the white space around them.
fn values<'a>(headers: &Headers<'a>, name: &str) -> Vec<&'a str> {
    headers
        .iter()
        .filter(|(found, _)| found.to_ascii_lowercase() == name)
        .map(|(_, value)| value.trim_matches([' ', '\t']))
        .collect()
}

/// A number of exactly `digits` lower-case hex digits; None for 0, which no id may be.
fn id(text: &str, digits: usize) -> Option<u128> {
    hex(text, digits).filter(|&id| id != 0)
}

fn hex(text: &str, digits: usize) -> Option<u128> {
    if text.chars().count() != digits {
        return None;
    }
    text.chars().try_fold(0, |sum, digit| {
        let value = "0123456789abcdef".find(digit)?;
        Some(sum * 16 + value as u128)
    })
}
