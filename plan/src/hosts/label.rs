//! The labels of a name, cut off from its end, and their hashes: written for few instructions, as each request's host
//! comes through here.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::name::is_name_character;

/// Cuts the last label off: the label, and what stands before its dot, if there is one. None when the label is empty or
/// holds what no label holds.
pub(super) fn cut_last(name: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let mut left = name;
    let before = loop {
        match left {
            [before @ .., last] if is_name_character(*last) => left = before,
            [before @ .., b'.'] => break Some(before),
            [] => break None,
            _ => return None,
        }
    };
    let label = name.get(left.len()..).filter(|label| !label.is_empty())?;
    Some((label, before))
}

/// Is all of this labels that [`cut_last`] would cut off?
pub(super) fn is_name(name: &[u8]) -> bool {
    let mut before = b'.';
    for &byte in name {
        // Most are: the dot is asked for last.
        if !is_name_character(byte) && (byte != b'.' || before == b'.') {
            return false;
        }
        before = byte;
    }
    before != b'.'
}

/// Where hashes begin: random, so that colliding names can't be prepared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed(u64);

impl Default for Seed {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl Seed {
    /// The hash of a label in any case, eight characters at a time.
    pub(super) fn hash(self, label: &[u8]) -> u64 {
        let (words, rest) = label.as_chunks();
        let hash = words
            .iter()
            .fold(self.0, |hash, word| mix(hash, u64::from_le_bytes(*word)));
        let rest = rest.iter().fold(label.len() as u64, |word, byte| {
            (word << 8) | u64::from(*byte)
        });
        mix(hash, rest)
    }

    /// The hashes of a label's beginnings in any case, from the empty one to the whole. Others than [`Self::hash`]'s.
    pub(super) fn beginnings(self, label: &[u8]) -> impl Iterator<Item = u64> {
        let mut hash = self.0;
        let longer = label.iter().map(move |byte| {
            hash = mix(hash, u64::from(*byte));
            hash
        });
        std::iter::once(self.0).chain(longer)
    }
}

/// Each bit of both reaches each bit of the result. The characters of a name differ in this bit by their case alone, or
/// all have it (`_` aside, which becomes a character that is in no name).
fn mix(hash: u64, word: u64) -> u64 {
    let word = word | 0x2020_2020_2020_2020;
    let product = u128::from(hash ^ word) * u128::from(0x9e37_79b9_7f4a_7c15_u64);
    (product as u64) ^ ((product >> 64) as u64)
}

/// A table's hasher for keys that are hashes.
#[derive(Debug, Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _: &[u8]) {}
}
