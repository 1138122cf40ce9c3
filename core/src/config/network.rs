//! The way to the intakes: roots, pins and proxy that the app adds.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::{Configuration, Refusal, RefusalCode};
use crate::seams::transport::{KeyHash, Network};

/// How a pin begins, as OkHttp and HPKP write it.
const PIN_PREFIX: &str = "sha256/";

/// A bad certificate or pin is refused alone. A host whose pins are all bad stays pinned, to nothing: a slip of the pen must
/// not open what was to be closed.
pub(super) fn validate(configuration: &Configuration, refusals: &mut Vec<Refusal>) -> Network {
    let mut network = Network::default();
    for (index, pem) in configuration.root_certificates.iter().enumerate() {
        match certificates(pem) {
            Some(found) => network.roots.extend(found),
            None => refusals.push(Refusal::new(
                format!("root_certificates[{index}]"),
                pem,
                RefusalCode::InvalidCertificate,
                "must be an authority's certificate in PEM, from -----BEGIN CERTIFICATE----- on; it is not trusted",
            )),
        }
    }
    for (host, pins) in &configuration.certificate_pins {
        let Some(name) = server_name(host) else {
            refusals.push(Refusal::new(
                "certificate_pins",
                host,
                RefusalCode::InvalidHost,
                "must be a host name or an IP address as it stands in the intake's URL, as intake.example.com: no scheme, port or *; nothing is pinned by it",
            ));
            continue;
        };
        let host_pins = network.pins.entry(name).or_default();
        for pin in pins {
            match key_hash(pin) {
                Some(hash) => host_pins.push(hash),
                None => refusals.push(Refusal::new(
                    format!("certificate_pins[{host:?}]"),
                    pin,
                    RefusalCode::InvalidPin,
                    "must be sha256/ and the Base64 SHA-256 of a public key; this pin matches nothing",
                )),
            }
        }
    }
    network.proxy = configuration.proxy.clone().filter(|proxy| {
        // Only these can be spoken with; SOCKS would be a dependency more.
        let good = super::validate::http_url(proxy);
        if !good {
            refusals.push(Refusal::new(
                "proxy",
                "(hidden)",
                RefusalCode::InvalidUrl,
                "must be an http or https URL, as http://user:password@proxy.example.com:3128; requests go straight",
            ));
        }
        good
    });
    network
}

/// All certificates of the text; none unless each can be an authority.
fn certificates(pem: &str) -> Option<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .ok()?;
    let mut store = RootCertStore::empty();
    let all = found.iter().all(|one| store.add(one.clone()).is_ok());
    (all && !found.is_empty()).then_some(found)
}

/// The host as TLS names it: lower case, punycode, an IPv6 address without brackets.
fn server_name(host: &str) -> Option<String> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(address.to_string());
    }
    match url::Host::parse(host).ok()? {
        url::Host::Domain(name) if !name.contains('*') => Some(name),
        url::Host::Domain(_) => None,
        url::Host::Ipv4(address) => Some(address.to_string()),
        url::Host::Ipv6(address) => Some(address.to_string()),
    }
}

fn key_hash(pin: &str) -> Option<KeyHash> {
    let encoded = pin.strip_prefix(PIN_PREFIX)?;
    STANDARD.decode(encoded).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::super::from_json;
    use super::*;

    const AUTHORITY: &[u8] = include_bytes!("../seams/transport/certificates/authority.der");

    fn pem() -> String {
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            STANDARD.encode(AUTHORITY)
        )
    }

    fn validated(document: &serde_json::Value) -> (Network, Vec<(String, RefusalCode)>) {
        let (configuration, mut refusals) = from_json(&document.to_string()).unwrap();
        let network = validate(&configuration, &mut refusals);
        let told = refusals.into_iter().map(|r| (r.field, r.code)).collect();
        (network, told)
    }

    #[test]
    fn roots_pins_and_proxy_are_taken() {
        let hash = STANDARD.encode([7; 32]);
        let (network, refusals) = validated(&serde_json::json!({
            "root_certificates": [pem(), format!("an authority\n{}{}", pem(), pem())],
            "certificate_pins": {"Intake.example": [format!("sha256/{hash}")]},
            "proxy": "http://user:secret@proxy.example:3128",
        }));
        assert_eq!(refusals, []);
        assert_eq!(network.roots.len(), 3);
        assert_eq!(network.pins["intake.example"], [[7; 32]]);
        assert!(network.proxy.is_some());
        assert!(!format!("{network:?}").contains("secret"));
    }

    #[test]
    fn a_host_that_no_certificate_can_name_is_refused() {
        let pins = vec![format!("sha256/{}", STANDARD.encode([7; 32]))];
        for host in [
            "https://a.example",
            "*.a.example",
            "a.example:443",
            "",
            "a b",
        ] {
            let (network, refusals) =
                validated(&serde_json::json!({"certificate_pins": {host: pins}}));
            let expected = ("certificate_pins".to_owned(), RefusalCode::InvalidHost);
            assert_eq!(
                (network.pins.len(), refusals),
                (0, vec![expected]),
                "{host}"
            );
        }
        for (host, name) in [
            ("Bücher.example", "xn--bcher-kva.example"),
            ("[::1]", "::1"),
            ("::1", "::1"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            let (network, _) = validated(&serde_json::json!({"certificate_pins": {host: pins}}));
            assert!(network.pins.contains_key(name), "{host}");
        }
    }

    #[test]
    fn a_bad_one_is_refused_alone_and_a_pinned_host_stays_pinned() {
        let (network, refusals) = validated(&serde_json::json!({
            "root_certificates": ["garbage", pem(), 7],
            "certificate_pins": {"a.example": ["sha1/abc", "sha256/short"], "b.example": "sha256/x"},
            "proxy": "socks5://proxy.example",
        }));
        assert_eq!(network.roots.len(), 1);
        assert_eq!(network.pins["a.example"], [] as [KeyHash; 0]);
        assert_eq!(network.pins["b.example"], [] as [KeyHash; 0]);
        assert_eq!(network.proxy, None);
        let pins = |host: &str| format!("certificate_pins[{host:?}]");
        assert_eq!(
            refusals,
            [
                ("root_certificates[2]".to_owned(), RefusalCode::WrongType),
                (pins("b.example"), RefusalCode::WrongType),
                (
                    "root_certificates[0]".to_owned(),
                    RefusalCode::InvalidCertificate
                ),
                (pins("a.example"), RefusalCode::InvalidPin),
                (pins("a.example"), RefusalCode::InvalidPin),
                ("proxy".to_owned(), RefusalCode::InvalidUrl),
            ]
        );
    }
}
