//! Where randomness comes from: ids, sampling of sessions, jitter.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng};

/// A source of random numbers. Any thread may ask.
pub trait Entropy: Send + Sync {
    /// 64 random bits. Never fails and never panics.
    fn next_u64(&self) -> u64;
}

/// A ChaCha12 generator a thread, seeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

thread_local! {
    static GENERATOR: RefCell<StdRng> = RefCell::new(seeded_by_system());
}

// `rand::rng()` would do the same, but panics where the system gives no seed. An app must not fall over that:
// std's hash keys are then the best there is.
fn seeded_by_system() -> StdRng {
    StdRng::try_from_rng(&mut SysRng).unwrap_or_else(|_| StdRng::seed_from_u64(from_hash_keys()))
}

fn from_hash_keys() -> u64 {
    RandomState::new().hash_one(0_u8)
}

impl Entropy for SystemEntropy {
    fn next_u64(&self) -> u64 {
        GENERATOR
            // `Err` while the thread is being torn down.
            .try_with(|generator| {
                generator
                    .try_borrow_mut()
                    .map(|mut generator| generator.next_u64())
            })
            .ok()
            .and_then(Result::ok)
            .unwrap_or_else(from_hash_keys)
    }
}

/// The same numbers for the same seed: for tests and simulations.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// A source that begins at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn next_u64(&self) -> u64 {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next_u64()
    }
}

/// A random UUID (RFC 9562, version 4), lower-case with dashes.
pub fn uuid_v4(entropy: &dyn Entropy) -> String {
    let high = entropy.next_u64();
    let low = entropy.next_u64();
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0x0fff,
        // Variant 10 in the two top bits.
        (low >> 48) & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff,
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn system_entropy_does_not_repeat_across_threads() {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn(|| {
                    (0..1_000)
                        .map(|_| SystemEntropy.next_u64())
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let all: HashSet<u64> = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        assert_eq!(all.len(), 4_000);
    }

    #[test]
    fn the_last_resort_differs_from_call_to_call() {
        assert_ne!(from_hash_keys(), from_hash_keys());
    }

    #[test]
    fn seeded_entropy_repeats_for_the_same_seed_only() {
        let numbers = |seed| {
            let entropy = SeededEntropy::new(seed);
            (0..8).map(|_| entropy.next_u64()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
    }

    #[test]
    fn uuids_have_version_and_variant() {
        struct Fixed(u64);
        impl Entropy for Fixed {
            fn next_u64(&self) -> u64 {
                self.0
            }
        }
        assert_eq!(uuid_v4(&Fixed(0)), "00000000-0000-4000-8000-000000000000");
        assert_eq!(
            uuid_v4(&Fixed(u64::MAX)),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
        let made: HashSet<String> = (0..1_000).map(|_| uuid_v4(&SystemEntropy)).collect();
        assert_eq!(made.len(), 1_000);
    }
}
