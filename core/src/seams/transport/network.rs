//! What an app may say of the way to its intakes.

use std::collections::BTreeMap;
use std::fmt;

use rustls::pki_types::CertificateDer;

/// SHA-256 of a certificate's `SubjectPublicKeyInfo`, as in RFC 7469, 2.4.
pub type KeyHash = [u8; 32];

/// Checked: every certificate can be trusted, every hash is one, the proxy is a URL.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// Trusted beside Mozilla's.
    pub roots: Vec<CertificateDer<'static>>,
    /// Host in lower case, and the keys of which its chain must show one. Of a host without a key every certificate is
    /// refused.
    pub pins: BTreeMap<String, Vec<KeyHash>>,
    /// URL of the proxy for all requests, perhaps with user and password.
    pub proxy: Option<String>,
}

// The proxy's password is nobody's business.
impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("roots", &self.roots.len())
            .field("pins", &self.pins)
            .field("proxy", &self.proxy.is_some())
            .finish()
    }
}
