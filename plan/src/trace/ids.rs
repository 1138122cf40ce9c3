//! Trace and span ids: one pair serves every format on a request.

use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};

use super::digits::Hex;

/// A 128-bit trace id, never 0. Shown as 32 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(NonZeroU128);

/// A 64-bit span id, never 0. Shown as 16 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId(NonZeroU64);

impl TraceId {
    /// A new id in Datadog's layout: 32 bits of unix seconds, 32 zero bits, 64 random bits that are not all 0.
    /// `draw` returns 64 random bits.
    pub fn draw(unix_seconds: u32, draw: &mut dyn FnMut() -> u64) -> Self {
        let low = NonZeroU64::new(draw()).unwrap_or(NonZeroU64::MIN);
        Self(NonZeroU128::from(low) | (u128::from(unix_seconds) << 96))
    }

    /// An id that we may send: 32 hex digits of either case. None when it is of another shape, or when its low half is
    /// 0: services that read 64 bits (Datadog's Java tracer) refuse that.
    pub fn parse(hex: &str) -> Option<Self> {
        let id = Self::from_u128(parse_hex(hex, 32)?)?;
        (id.low() != 0).then_some(id)
    }

    /// An id that somebody else chose. None for 0.
    pub fn from_u128(id: u128) -> Option<Self> {
        NonZeroU128::new(id).map(Self)
    }

    /// The low 64 bits, all that `x-datadog-trace-id` holds.
    pub fn low(self) -> u64 {
        self.0.get() as u64
    }

    /// The high 64 bits; 0 in a trace of the old 64-bit kind.
    pub fn high(self) -> u64 {
        (self.0.get() >> 64) as u64
    }

    pub(super) fn hex(self) -> Hex<32> {
        Hex::new(self.0.get())
    }
}

impl SpanId {
    /// A new id: 63 random bits, not 0. The top bit stays 0 for services that keep ids in a signed number.
    pub fn draw(draw: &mut dyn FnMut() -> u64) -> Self {
        Self(NonZeroU64::new(draw() >> 1).unwrap_or(NonZeroU64::MIN))
    }

    /// 16 hex digits of either case, not all 0.
    pub fn parse(hex: &str) -> Option<Self> {
        Self::from_u64(parse_hex(hex, 16)? as u64)
    }

    /// An id that somebody else chose. None for 0.
    pub fn from_u64(id: u64) -> Option<Self> {
        NonZeroU64::new(id).map(Self)
    }

    /// The id as a number: in decimal it is Datadog's spelling.
    pub fn get(self) -> u64 {
        self.0.get()
    }

    pub(super) fn hex(self) -> Hex<16> {
        Hex::new(self.0.get().into())
    }
}

/// Exactly `digits` hex digits; `from_str_radix` alone would also take a sign.
pub(super) fn parse_hex(hex: &str, digits: usize) -> Option<u128> {
    let well_formed = hex.len() == digits && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    if well_formed {
        u128::from_str_radix(hex, 16).ok()
    } else {
        None
    }
}

/// Exactly `digits` lower-case hex digits, as header formats want them.
pub(super) fn parse_lower_hex(hex: &str, digits: usize) -> Option<u128> {
    if hex.bytes().any(|byte| byte.is_ascii_uppercase()) {
        None
    } else {
        parse_hex(hex, digits)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.hex().as_str())
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.hex().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{SpanId, TraceId};

    #[test]
    fn a_drawn_trace_id_carries_its_second() {
        let id = TraceId::draw(0x6789_abcd, &mut || 0xa3ce_929d_0e0e_4736);
        assert_eq!(id.to_string(), "6789abcd00000000a3ce929d0e0e4736");
        assert_eq!(id.low(), 11_803_532_876_627_986_230);
    }

    #[test]
    fn zero_is_never_drawn() {
        assert_eq!(TraceId::draw(1, &mut || 0).low(), 1);
        assert_eq!(SpanId::draw(&mut || 0).get(), 1);
        assert_eq!(SpanId::draw(&mut || 1).get(), 1);
    }

    #[test]
    fn a_drawn_span_id_has_63_bits() {
        assert_eq!(
            SpanId::draw(&mut || u64::MAX).to_string(),
            "7fffffffffffffff"
        );
    }

    #[test]
    fn ids_are_padded_with_zeros() {
        assert_eq!(
            TraceId::from_u128(2).unwrap().to_string(),
            "00000000000000000000000000000002"
        );
        assert_eq!(SpanId::from_u64(3).unwrap().to_string(), "0000000000000003");
    }

    #[test]
    fn only_ids_of_the_right_shape_are_read() {
        assert!(TraceId::parse("4BF92F3577B34DA6A3CE929D0E0E4736").is_some());
        for hex in [
            "",
            "00000000000000000000000000000000",
            "4bf92f3577b34da60000000000000000",
            "+bf92f3577b34da6a3ce929d0e0e4736",
            "4bf92f3577b34da6a3ce929d0e0e473",
            "4bf92f3577b34da6a3ce929d0e0e47361",
        ] {
            assert_eq!(TraceId::parse(hex), None, "{hex}");
        }
        assert_eq!(SpanId::parse("0000000000000000"), None);
        assert_eq!(SpanId::parse("00f067aa0ba902b"), None);
        assert_eq!(
            SpanId::parse("00f067aa0ba902b7").map(SpanId::get),
            Some(67_667_974_448_284_343)
        );
    }
}
