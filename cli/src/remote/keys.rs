//! Signing keys: Ed25519 (RFC 8032), in the PEM files that OpenSSL reads and writes too.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;

use crate::Failure;

/// What stands before the 32 bytes of the key in PKCS#8, version 1 (RFC 8410, section 7).
const PKCS8_HEAD: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Bytes of a private key.
const SEED_BYTES: usize = 32;

/// Hex digits of an id that nobody chose: two keys of one app never share it.
const ID_DIGITS: usize = 8;

/// A key that signs.
pub struct SigningKey {
    seed: [u8; SEED_BYTES],
    pair: Ed25519KeyPair,
}

// It is a secret.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new one, from the system's randomness.
    pub fn generate() -> Result<Self, Failure> {
        let mut seed = [0; SEED_BYTES];
        SystemRandom::new()
            .fill(&mut seed)
            .map_err(|_| Failure::new("the system gives no random numbers"))?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|error| Failure::new(format!("the key can't be made: {error}")))?;
        Ok(Self { seed, pair })
    }

    /// Reads `PRIVATE KEY` in PEM, as [`to_pem`](Self::to_pem) and `openssl genpkey -algorithm ed25519` write it.
    pub fn from_pem(text: &str) -> Result<Self, String> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes())
            .map_err(|_| "it holds no PEM block \"PRIVATE KEY\"")?;
        let der = der.secret_pkcs8_der();
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
            .map_err(|_| "its private key is not an Ed25519 one")?;
        let seed = der.get(PKCS8_HEAD.len()..PKCS8_HEAD.len() + SEED_BYTES);
        let seed = seed.and_then(|seed| seed.try_into().ok());
        Ok(Self {
            seed: seed.ok_or("its private key is not an Ed25519 one")?,
            pair,
        })
    }

    /// The private key as PEM.
    pub fn to_pem(&self) -> String {
        let der = [PKCS8_HEAD.as_slice(), &self.seed].concat();
        // 48 bytes are exactly one line of 64 characters.
        let line = BASE64_STANDARD.encode(der);
        format!("-----BEGIN PRIVATE KEY-----\n{line}\n-----END PRIVATE KEY-----\n")
    }

    /// The public key as the app's configuration takes it.
    pub fn public_base64(&self) -> String {
        BASE64_STANDARD.encode(self.pair.public_key())
    }

    /// The id that it has where nobody chose one: made from the public key, so that it is the same wherever the key is read.
    pub fn default_id(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.pair.public_key().as_ref());
        let hex = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
        hex.collect::<String>().chars().take(ID_DIGITS).collect()
    }

    /// The signature over these bytes, Base64.
    pub fn sign(&self, bytes: &[u8]) -> String {
        BASE64_STANDARD.encode(self.pair.sign(bytes))
    }
}

/// Reads a key's file.
pub fn read(path: &Path) -> Result<SigningKey, Failure> {
    let failed = |why: &str| Failure::new(format!("the key {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error.to_string()))?;
    SigningKey::from_pem(&text).map_err(|why| failed(&why))
}

/// Writes a new key's file, for its owner alone. A file that is there already is never written over: whoever loses the key
/// that the apps in the shops believe can't sign for them any more.
pub fn write(path: &Path, key: &SigningKey) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(key.to_pem().as_bytes()));
    written.map_err(|error| {
        Failure::new(format!(
            "the key {} can't be written: {error}",
            path.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8410, section 10.3, and RFC 8032, section 7.1, test 1.
    const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
    const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    const SIGNATURE_OF_NOTHING: &str =
        "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==";

    #[test]
    fn a_published_key_is_read_written_and_signs_as_published() {
        let key = SigningKey::from_pem(PEM).unwrap();
        assert_eq!(key.to_pem(), PEM);
        assert_eq!(key.public_base64(), PUBLIC);
        assert_eq!(key.sign(b""), SIGNATURE_OF_NOTHING);
        assert_eq!(key.default_id(), "21fe31df");
    }

    #[test]
    fn each_new_key_is_another_and_survives_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        let key = SigningKey::generate().unwrap();
        write(&path, &key).unwrap();
        assert_eq!(read(&path).unwrap().public_base64(), key.public_base64());
        assert_ne!(
            SigningKey::generate().unwrap().public_base64(),
            key.public_base64()
        );
        assert!(write(&path, &key).is_err(), "it is there already");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_no_such_key_is_refused() {
        for (text, part) in [
            ("", "no PEM block"),
            (
                "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n",
                "not an Ed25519",
            ),
        ] {
            let why = SigningKey::from_pem(text).unwrap_err();
            assert!(why.contains(part), "{why}");
        }
    }
}
