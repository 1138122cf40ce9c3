//! Which sessions and traces are kept: the same answer for the same session on every platform and in every process.
//!
//! Datadog's deterministic sampler: Knuth's multiplicative hash of a number in the session's id, compared with the rate
//! as a part of 2^64. Trace and session use the same hash, so every kept trace belongs to a kept session.

use crate::uuid::is_uuid;

/// Knuth's factor, as every Datadog SDK uses it.
const KNUTH_FACTOR: u64 = 1_111_111_111_111_111_111;

/// 2^64 as a float: exact.
const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

/// A sample rate in percent, 0…100, with its comparison made beforehand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    percent: f64,
    keep: Keep,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Keep {
    All,
    Below(u64),
}

impl Rate {
    /// Keeps everything.
    pub const ALL: Self = Self {
        percent: 100.0,
        keep: Keep::All,
    };
    /// Keeps nothing.
    pub const NONE: Self = Self {
        percent: 0.0,
        keep: Keep::Below(0),
    };

    /// A rate in percent. What is over 100 is 100, what is under 0, or not a number, is 0.
    pub fn new(percent: f64) -> Self {
        if percent >= 100.0 {
            Self::ALL
        } else if percent > 0.0 {
            // `hash < x` for a whole hash is `hash < ceil(x)`; the cast saturates and can't go wrong below 100 %.
            Self {
                percent,
                keep: Keep::Below((percent / 100.0 * TWO_TO_64).ceil() as u64),
            }
        } else {
            Self::NONE
        }
    }

    /// The rate in percent, 0…100.
    pub fn percent(self) -> f64 {
        self.percent
    }

    /// The rate as a fraction, 0…1, as `_dd.rule_psr` shows it.
    pub fn fraction(self) -> f64 {
        self.percent / 100.0
    }

    /// The rate of what passes both: 60 % of 20 % is 12 %.
    pub fn combined(self, other: Self) -> Self {
        Self::new(self.percent * other.percent / 100.0)
    }

    /// Does this rate keep a session or trace of this hash?
    pub fn keeps(self, hash: u64) -> bool {
        match self.keep {
            Keep::All => true,
            Keep::Below(bound) => hash < bound,
        }
    }
}

/// Knuth's hash of a number.
pub fn hash(number: u64) -> u64 {
    number.wrapping_mul(KNUTH_FACTOR)
}

/// The hash of a session: of its id's last group, read as a hexadecimal number. None when the id is not a UUID in its
/// usual form (either case); a malformed id is refused, because as 0 it would be kept at any rate.
pub fn session_hash(session_id: &str) -> Option<u64> {
    if !is_uuid(session_id) {
        return None;
    }
    let last_group = session_id.get(24..)?;
    u64::from_str_radix(last_group, 16).ok().map(hash)
}

#[cfg(test)]
mod tests {
    use super::{Rate, hash, session_hash};

    #[test]
    fn published_knuth_values() {
        assert_eq!(hash(5_577_006_791_947_779_410), 14_628_826_528_805_428_414);
        assert_eq!(hash(3_916_589_616_287_113_937), 6_740_415_343_413_203_319);
        assert!(Rate::new(94.0509).keeps(hash(5_577_006_791_947_779_410)));
        assert!(!Rate::new(21.8553).keeps(hash(6_263_450_610_539_110_790)));
    }

    #[test]
    fn a_session_is_hashed_by_its_last_group_in_either_case() {
        let lower = session_hash("abcdef01-2345-6789-abcd-ef0123456789");
        assert_eq!(lower, Some(hash(262_788_165_756_809)));
        assert_eq!(session_hash("ABCDEF01-2345-6789-ABCD-EF0123456789"), lower);
    }

    #[test]
    fn a_malformed_session_id_has_no_hash() {
        for id in [
            "",
            "aaaaaaaa-bbbb-cccc-dddd-nothex",
            "abcdef012345-6789-abcd-ef0123456789aa",
            "abcdef01-2345-6789-abcd-ef012345678",
            "abcdef01-2345-6789-abcd-ef0123456789 ",
            "abcdef01-2345-6789-abcd-+f0123456789",
            "zbcdef01-2345-6789-abcd-ef0123456789",
            "abcdef01-2345-6789-abcd-ef01234567é",
        ] {
            assert_eq!(session_hash(id), None, "{id}");
        }
    }

    #[test]
    fn the_ends_of_the_scale_are_certain() {
        assert!(Rate::new(100.0).keeps(u64::MAX));
        assert!(!Rate::new(0.0).keeps(0));
        assert_eq!(Rate::new(250.0).percent(), 100.0);
        assert_eq!(Rate::new(-5.0).percent(), 0.0);
        assert_eq!(Rate::new(f64::NAN), Rate::NONE);
        assert!(!Rate::new(f64::NAN).keeps(0));
    }

    #[test]
    fn half_is_half_to_the_last_bit() {
        assert!(Rate::new(50.0).keeps((1 << 63) - 1));
        assert!(!Rate::new(50.0).keeps(1 << 63));
    }

    #[test]
    fn rates_combine_as_percent_of_percent() {
        assert_eq!(Rate::new(60.0).combined(Rate::new(20.0)).percent(), 12.0);
        assert_eq!(Rate::ALL.combined(Rate::new(20.0)), Rate::new(20.0));
        assert_eq!(Rate::NONE.combined(Rate::ALL), Rate::NONE);
    }
}
