//! The id of a batch: a random UUID, its file name and its idempotency key.

use std::fmt;

use crate::seams::entropy::Entropy;

/// A batch's id. Shown as a lower-case UUID with dashes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(pub [u8; 16]);

impl BatchId {
    /// A new random id (UUID version 4).
    pub fn random(entropy: &dyn Entropy) -> Self {
        // Version 4 and variant 10, RFC 9562.
        let high = entropy.next_u64() & !0xf000 | 0x4000;
        let low = entropy.next_u64() & !(0b11 << 62) | (0b10 << 62);
        Self((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }

    /// The id of one half of this batch: always the same, so that cutting it again after a crash makes no other batches.
    ///
    /// A UUID of version 8 (RFC 9562, 5.8: whatever its maker likes), mixed from this id and the half's number.
    pub fn half(self, second: bool) -> Self {
        let value = u128::from_be_bytes(self.0);
        let high = mix((value >> 64) as u64 ^ u64::from(second));
        let low = mix(value as u64 ^ high);
        let high = high & !0xf000 | 0x8000;
        let low = low & !(0b11 << 62) | (0b10 << 62);
        Self((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }

    /// Reads what `Display` shows: 36 characters, dashes at 8, 13, 18 and 23, lower-case hex.
    /// `None` for anything else, so that one id has one file name.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 36 {
            return None;
        }
        let mut value: u128 = 0;
        for (position, byte) in text.bytes().enumerate() {
            let digit = match (position, byte) {
                (8 | 13 | 18 | 23, b'-') => continue,
                (8 | 13 | 18 | 23, _) => return None,
                (_, b'0'..=b'9') => byte - b'0',
                (_, b'a'..=b'f') => byte - b'a' + 10,
                _ => return None,
            };
            value = value << 4 | u128::from(digit);
        }
        Some(Self(value.to_be_bytes()))
    }
}

/// The finaliser of SplitMix64: a change of one bit changes half of the others.
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = u128::from_be_bytes(self.0);
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            value >> 96,
            (value >> 80) & 0xffff,
            (value >> 64) & 0xffff,
            (value >> 48) & 0xffff,
            value & 0xffff_ffff_ffff,
        )
    }
}

impl fmt::Debug for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BatchId({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::seams::entropy::SeededEntropy;

    #[test]
    fn shows_as_a_uuid() {
        let id = BatchId([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(id.to_string(), "00010203-0405-0607-0809-0a0b0c0d0eff");
    }

    #[test]
    fn a_random_id_is_a_version_4_uuid() {
        let text = BatchId::random(&SeededEntropy::new(7)).to_string();
        assert_eq!(&text[14..15], "4");
        assert!("89ab".contains(&text[19..20]), "{text}");
    }

    #[test]
    fn halves_have_ids_of_their_own_that_never_change() {
        let id = BatchId([7; 16]);
        let halves = [id.half(false), id.half(true)];
        assert_eq!(
            halves.map(|half| half.to_string()),
            [
                "313fc45a-3245-859e-b0db-bc15937f7238",
                "c02dcc1f-46e2-888d-b34e-5fabff624e65"
            ]
        );
        assert_ne!(halves[0].half(false), halves[1].half(false));
    }

    #[test]
    fn what_is_no_uuid_is_refused() {
        let refused = [
            "",
            "0",
            "00010203-0405-0607-0809-0a0b0c0d0ef",
            "00010203-0405-0607-0809-0a0b0c0d0efff",
            "00010203-0405-0607-0809-0A0B0C0D0EFF",
            "0001020304050-607-0809-0a0b0c0d0eff0",
            "000102030040500607008090a0b0c0d0eff0",
            "g0010203-0405-0607-0809-0a0b0c0d0eff",
            "é010203-0405-0607-0809-0a0b0c0d0eff",
        ];
        for text in refused {
            assert_eq!(BatchId::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn parse_reads_what_display_shows(bytes: [u8; 16]) {
            prop_assert_eq!(BatchId::parse(&BatchId(bytes).to_string()), Some(BatchId(bytes)));
        }

        #[test]
        fn parse_never_panics(text in ".{0,40}") {
            let _ = BatchId::parse(&text);
        }
    }
}
