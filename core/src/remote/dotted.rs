//! Versions of apps and systems, as far as they can be compared: `2.10.1`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// Dotted numbers; a part that is missing is 0, so that `2.1` is `2.1.0`.
#[derive(Debug, Clone)]
pub struct DottedVersion {
    parts: Vec<u64>,
}

/// Parts of a version: Windows has four, some builds add two more.
const PARTS: usize = 8;
/// Digits of a part: below 2^64 whatever they are.
const DIGITS: usize = 19;

impl FromStr for DottedVersion {
    type Err = ();

    /// One to eight numbers between dots, each of 1 to 19 ASCII digits. `2.1-beta` is none: nobody could say whether it is older
    /// than `2.1`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let number = |part: &str| {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            (digits && (1..=DIGITS).contains(&part.len()))
                .then(|| part.parse().ok())
                .flatten()
        };
        let parts = text
            .split('.')
            .take(PARTS + 1)
            .map(number)
            .collect::<Option<Vec<u64>>>()
            .ok_or(())?;
        (parts.len() <= PARTS).then_some(Self { parts }).ok_or(())
    }
}

impl Ord for DottedVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let part = |parts: &[u64], at| parts.get(at).copied().unwrap_or(0);
        (0..PARTS)
            .map(|at| part(&self.parts, at).cmp(&part(&other.parts, at)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for DottedVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for DottedVersion {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for DottedVersion {}

impl fmt::Display for DottedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> DottedVersion {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_compared_as_numbers_and_missing_parts_are_zero() {
        let rising = [
            "0",
            "0.0.1",
            "1.9",
            "1.10",
            "2",
            "2.0.0.1",
            "10",
            "2026.11.21",
        ];
        for pair in rising.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
        for (one, other) in [("2", "2.0.0"), ("02.1", "2.01"), ("0", "0.0")] {
            assert_eq!(version(one), version(other));
        }
        assert_eq!(version("2.010").to_string(), "2.10");
    }

    #[test]
    fn what_is_no_such_version_is_none() {
        for text in [
            "",
            ".",
            "1.",
            ".1",
            "1..2",
            "v1",
            "1.0-beta",
            "+1",
            "-1",
            " 1",
            "1.٣",
            "1.2.3.4.5.6.7.8.9",
            "10000000000000000000",
        ] {
            assert!(text.parse::<DottedVersion>().is_err(), "{text}");
        }
        assert!(
            "9999999999999999999.2.3.4.5.6.7.8"
                .parse::<DottedVersion>()
                .is_ok()
        );
    }
}
