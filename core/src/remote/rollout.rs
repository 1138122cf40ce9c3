//! Which part of the installs a staged rollout has reached.

use ring::digest::{SHA256, digest};

/// Steps of a percent: 0.001 % of a million installs are ten.
const STEPS: u64 = 1_000;

/// Where an install stands, 0…99,999: the first eight bytes, most significant first, of the SHA-256 of salt, a line feed and the
/// install's id, as a part of 2^64.
///
/// The same on every platform and in every version, and anybody can work it out again. Each salt deals the installs anew, so that
/// it is not always the same people who are first.
pub(super) fn bucket(salt: &str, install_id: &str) -> u32 {
    let hash = digest(&SHA256, [salt, "\n", install_id].concat().as_bytes());
    let first = hash.as_ref().first_chunk().copied().unwrap_or_default();
    let position = u128::from(u64::from_be_bytes(first)) * u128::from(100 * STEPS);
    (position >> 64) as u32
}

/// How many of the 100,000 places a percentage takes, rounded to the nearest. More never takes fewer, so who is in stays in.
pub(super) fn places(percent: f64) -> u32 {
    (percent * STEPS as f64).round() as u32
}

/// A place as a percentage, for people.
pub(super) fn shown(bucket: u32) -> String {
    format!(
        "{}.{:03} %",
        u64::from(bucket) / STEPS,
        u64::from(bucket) % STEPS
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `printf 'new rates\n6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1' | sha256sum` begins with b2d9e43596b09c05.
    #[test]
    fn a_place_is_what_sha256_says() {
        assert_eq!(
            bucket("new rates", "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1"),
            69_863
        );
        assert_eq!(shown(5_020), "5.020 %");
    }

    #[test]
    fn a_hundred_thousand_installs_are_spread_evenly() {
        let mut tenths = [0_u32; 10];
        for n in 0..100_000 {
            tenths[bucket("salt", &format!("install-{n}")) as usize / 10_000] += 1;
        }
        // Four standard deviations of a binomial are 380.
        assert!(
            tenths.iter().all(|count| count.abs_diff(10_000) < 380),
            "{tenths:?}"
        );
    }

    proptest! {
        #[test]
        fn raising_a_rollout_keeps_who_is_in(id in ".{0,40}", salt in ".{1,10}", one in 0.0..=100.0, other in 0.0..=100.0) {
            let place = bucket(&salt, &id);
            prop_assert!(place < places(100.0) && place >= places(0.0));
            let (less, more) = if one < other { (one, other) } else { (other, one) };
            prop_assert!(place >= places(less) || place < places(more));
        }
    }
}
