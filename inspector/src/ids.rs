//! Trace and span ids as the wire formats write them: hex for W3C and OTLP, decimal for Datadog and RUM.

use std::fmt;

use serde::{Serialize, Serializer};

/// A 128-bit trace id; shown as 32 lowercase hex digits. Never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TraceId(u128);

impl TraceId {
    /// `None` for zero, which every format calls invalid.
    pub(crate) fn new(value: u128) -> Option<Self> {
        (value != 0).then_some(Self(value))
    }

    /// Joins the halves a Datadog tracer sends apart: `trace_id` and `_dd.p.tid`.
    pub(crate) fn from_halves(high: u64, low: u64) -> Option<Self> {
        Self::new((u128::from(high) << 64) | u128::from(low))
    }

    /// Exactly 32 hex digits, either case, not all zero.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        Self::new(u128::from_str_radix(digits.then_some(text)?, 16).ok()?)
    }

    /// 16 big-endian bytes, as OTLP protobuf carries them.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::new(u128::from_be_bytes(bytes.try_into().ok()?))
    }

    /// The half that every tracer keeps.
    pub(crate) fn low(self) -> u64 {
        (self.0 & u128::from(u64::MAX)) as u64
    }

    /// The half that a 64-bit tracer loses.
    pub(crate) fn high(self) -> u64 {
        (self.0 >> 64) as u64
    }
}

/// A 64-bit span id; shown as 16 lowercase hex digits. Never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SpanId(u64);

impl SpanId {
    /// `None` for zero: no span.
    pub(crate) fn new(value: u64) -> Option<Self> {
        (value != 0).then_some(Self(value))
    }

    /// Exactly 16 hex digits, either case, not all zero.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        Self::new(u64::from_str_radix(digits.then_some(text)?, 16).ok()?)
    }

    /// Decimal digits only, as a RUM event's `_dd.span_id` is written.
    pub(crate) fn from_decimal(text: &str) -> Option<Self> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        Self::new(digits.then_some(text)?.parse().ok()?)
    }

    /// 8 big-endian bytes, as OTLP protobuf carries them.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::new(u64::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl Serialize for TraceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for SpanId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_whole_nonzero_ids() {
        let id = TraceId::from_hex("6921b0b0000000000123456789ABCDEF").unwrap();
        assert_eq!(id.to_string(), "6921b0b0000000000123456789abcdef");
        assert_eq!(
            (id.high(), id.low()),
            (0x6921_b0b0_0000_0000, 0x0123_4567_89ab_cdef)
        );
        assert_eq!(TraceId::from_halves(id.high(), id.low()), Some(id));
        for bad in [
            "",
            "0123",
            &"0".repeat(32),
            &"g".repeat(32),
            "+921b0b0000000000123456789abcdef",
        ] {
            assert_eq!(TraceId::from_hex(bad), None, "{bad}");
        }
        assert_eq!(
            SpanId::from_decimal("81985529216486895")
                .unwrap()
                .to_string(),
            "0123456789abcdef"
        );
        for bad in ["", "0", "-1", "+1", "18446744073709551616", "0x12"] {
            assert_eq!(SpanId::from_decimal(bad), None, "{bad}");
        }
        assert_eq!(SpanId::from_bytes(&[0; 8]), None);
        assert_eq!(SpanId::from_bytes(&[1; 7]), None);
    }
}
