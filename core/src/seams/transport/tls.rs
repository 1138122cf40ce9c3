//! Whom we trust: Mozilla's roots, those of the app, and pinned keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

use super::TransportError;
use super::network::{KeyHash, Network};

/// Mozilla's roots and the app's.
pub(super) fn roots(network: &Network) -> RootCertStore {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    // They were tried when the configuration was checked.
    roots.add_parsable_certificates(network.roots.iter().cloned());
    roots
}

/// TLS 1.2 and 1.3 by *ring*.
pub(super) fn client(
    roots: RootCertStore,
    pins: BTreeMap<String, Vec<KeyHash>>,
) -> Result<ClientConfig, TransportError> {
    let failed = |error: &dyn std::error::Error| TransportError::Tls(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?;
    if pins.is_empty() {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let verifier = Pinned::new(roots, pins, &provider).map_err(|error| failed(&error))?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// The usual checks, and for a pinned host one more: a key of the chain from its certificate to the root is pinned.
#[derive(Debug)]
struct Pinned {
    usual: Arc<WebPkiServerVerifier>,
    roots: Arc<RootCertStore>,
    algorithms: WebPkiSupportedAlgorithms,
    pins: BTreeMap<String, Vec<KeyHash>>,
}

impl Pinned {
    fn new(
        roots: RootCertStore,
        pins: BTreeMap<String, Vec<KeyHash>>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, rustls::client::VerifierBuilderError> {
        let roots = Arc::new(roots);
        let usual =
            WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(provider));
        Ok(Self {
            usual: usual.build()?,
            roots,
            algorithms: provider.signature_verification_algorithms,
            pins,
        })
    }

    /// Only the verified path counts: a server may send certificates that lie beside it.
    fn has_pinned_path(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        pins: &[KeyHash],
    ) -> bool {
        let is_pinned = |path: &VerifiedPath<'_>| {
            let pinned = key_hashes(path).any(|hash| pins.contains(&hash));
            pinned.then_some(()).ok_or(webpki::Error::UnknownIssuer)
        };
        EndEntityCert::try_from(end_entity).is_ok_and(|certificate| {
            let path = certificate.verify_for_usage(
                self.algorithms.all,
                &self.roots.roots,
                intermediates,
                now,
                KeyUsage::server_auth(),
                None,
                Some(&is_pinned),
            );
            path.is_ok()
        })
    }
}

fn key_hashes(path: &VerifiedPath<'_>) -> impl Iterator<Item = KeyHash> {
    let sent = std::iter::once(&**path.end_entity()).chain(path.intermediate_certificates());
    let sent: Vec<_> = sent
        .map(|certificate| certificate.subject_public_key_info().to_vec())
        .collect();
    let anchor = sequence(&path.anchor().subject_public_key_info);
    sent.into_iter()
        .chain([anchor])
        .filter_map(|key| digest(&SHA256, &key).as_ref().try_into().ok())
}

/// A trust anchor keeps the key without the SEQUENCE around it (DER: X.690, 8.1.3).
fn sequence(content: &[u8]) -> Vec<u8> {
    const SEQUENCE: u8 = 0x30;
    let length = content.len().to_be_bytes();
    let length = length.iter().copied().skip_while(|&byte| byte == 0);
    let mut der = vec![SEQUENCE];
    if content.len() < 0x80 {
        der.extend(length);
    } else {
        der.push(0x80 | length.clone().count() as u8);
        der.extend(length);
    }
    der.extend(content);
    der
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.usual.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )?;
        let host = server_name.to_str();
        match self.pins.get(host.to_ascii_lowercase().as_str()) {
            Some(pins) if !self.has_pinned_path(end_entity, intermediates, now, pins) => {
                Err(rustls::Error::General(format!(
                    "no key in the certificate chain of {host} is pinned"
                )))
            }
            _ => Ok(verified),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
