//! How what is stored is kept from other eyes.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::entropy::Entropy;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// A key whose `Debug` does not show it.
#[derive(Clone)]
pub struct Key([u8; KEY_BYTES]);

impl Key {
    /// None for bytes that are not [`KEY_BYTES`].
    pub fn new(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// Encrypts what is stored, piece by piece, and opens it again.
pub trait Cipher: Send + Sync {
    /// `plain` as it may lie on disk: at most [`crate::limits::SEALING_BYTES`] longer. It opens beside the same `context`
    /// only, so that no piece can be passed off as another's. None where it cannot be done.
    fn seal(&self, context: &[u8], plain: &[u8]) -> Option<Vec<u8>>;

    /// Overwrites what was sealed with the plain bytes, and says where in it they lie. None for what was sealed with
    /// another key or beside another context, and for what was changed since.
    fn open(&self, context: &[u8], sealed: &mut [u8]) -> Option<Range<usize>>;
}

/// ChaCha20-Poly1305 (RFC 8439) of `ring`: as fast on phones without instructions for AES. A sealed piece is a random nonce of
/// 12 bytes, the encrypted bytes, and a tag of 16.
pub struct ChaCha {
    key: LessSafeKey,
    entropy: Arc<dyn Entropy>,
}

impl ChaCha {
    /// A cipher with the app's key. 96 random bits a nonce: below 2^32 events under one key none comes twice by any
    /// chance that matters.
    pub fn new(key: &Key, entropy: Arc<dyn Entropy>) -> Option<Self> {
        let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key.0).ok()?);
        Some(Self { key, entropy })
    }
}

impl Cipher for ChaCha {
    fn seal(&self, context: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        let random =
            u128::from(self.entropy.next_u64()) << 64 | u128::from(self.entropy.next_u64());
        let nonce: [u8; NONCE_LEN] = *random.to_le_bytes().first_chunk()?;
        let tag_bytes = CHACHA20_POLY1305.tag_len();
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + tag_bytes);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let encrypted = sealed.get_mut(NONCE_LEN..)?;
        let tag = self
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                encrypted,
            )
            .ok()?;
        sealed.extend_from_slice(tag.as_ref());
        Some(sealed)
    }

    fn open(&self, context: &[u8], sealed: &mut [u8]) -> Option<Range<usize>> {
        let (nonce, encrypted) = sealed.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.key.open_in_place(nonce, Aad::from(context), encrypted);
        let length = plain.ok()?.len();
        Some(NONCE_LEN..NONCE_LEN + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::SEALING_BYTES;
    use crate::seams::entropy::SeededEntropy;

    fn cipher(key: u8) -> ChaCha {
        ChaCha::new(
            &Key::new(&[key; KEY_BYTES]).unwrap(),
            Arc::new(SeededEntropy::new(1)),
        )
        .unwrap()
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_and_beside_its_context_only() {
        let sealed = cipher(1).seal(b"batch 1", b"secret").unwrap();
        assert_eq!(sealed.len(), b"secret".len() + SEALING_BYTES);
        assert!(!sealed.windows(6).any(|bytes| bytes == b"secret"));
        let open = |key, context: &[u8], mut sealed: Vec<u8>| {
            let plain = cipher(key).open(context, &mut sealed)?;
            Some(sealed[plain].to_vec())
        };
        assert_eq!(open(1, b"batch 1", sealed.clone()).unwrap(), b"secret");
        assert_eq!(open(2, b"batch 1", sealed.clone()), None);
        assert_eq!(open(1, b"batch 2", sealed.clone()), None);
        for position in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[position] ^= 1;
            assert_eq!(open(1, b"batch 1", flipped), None);
            assert_eq!(open(1, b"batch 1", sealed[..position].to_vec()), None);
        }
    }

    #[test]
    fn the_same_bytes_are_never_sealed_the_same_way() {
        let cipher = cipher(1);
        let seal = || cipher.seal(b"", b"secret").unwrap();
        assert_ne!(seal(), seal());
    }
}
