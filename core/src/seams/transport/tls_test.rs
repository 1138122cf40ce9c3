use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use std::collections::BTreeMap;

use base64::Engine;
use ring::digest::{SHA256, digest};
use rustls::RootCertStore;

use super::tests::{get, read_request, run};
use super::*;
use crate::seams::transport::KeyHash;

// Made by certificates/make.sh: an authority, two certificates by it, and the key of both.
const AUTHORITY: &[u8] = include_bytes!("certificates/authority.der");
const LOOPBACK: &[u8] = include_bytes!("certificates/loopback.der");
const OTHER: &[u8] = include_bytes!("certificates/other.der");
const SERVER_KEY: &[u8] = include_bytes!("certificates/server-key.der");

fn test_authority() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(AUTHORITY)).unwrap();
    roots
}

/// A server for one connection over TLS that answers 202; gives its URL.
fn serve(certificate: &'static [u8]) -> String {
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(certificate)],
                PrivateKeyDer::try_from(SERVER_KEY).unwrap(),
            )
            .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/api/v2/rum", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        // A client that refuses the certificate never sends a request.
        if stream.conn.complete_io(&mut stream.sock).is_ok() {
            read_request(&mut stream);
            stream
                .write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
                .unwrap();
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    url
}

fn send(roots: RootCertStore, url: &str) -> Result<HttpAnswer, TransportError> {
    send_pinned(roots, BTreeMap::new(), url)
}

fn send_pinned(
    roots: RootCertStore,
    pins: BTreeMap<String, Vec<KeyHash>>,
    url: &str,
) -> Result<HttpAnswer, TransportError> {
    let client = client_over(tls::client(roots, pins).unwrap(), None).unwrap();
    run(exchange(&client, get(url)))
}

/// As `openssl x509 -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256` says.
fn key_of(certificate: &[u8]) -> KeyHash {
    let certificate = CertificateDer::from(certificate);
    let key = webpki::EndEntityCert::try_from(&certificate).unwrap();
    digest(&SHA256, &key.subject_public_key_info())
        .as_ref()
        .try_into()
        .unwrap()
}

fn mozilla_roots() -> RootCertStore {
    tls::roots(&Network::default())
}

#[test]
fn a_server_with_a_trusted_certificate_is_talked_to() {
    assert_eq!(
        send(test_authority(), &serve(LOOPBACK)).unwrap().status,
        202
    );
}

#[test]
fn a_certificate_by_nobody_we_know_is_a_tls_failure() {
    let error = send(mozilla_roots(), &serve(LOOPBACK)).unwrap_err();
    assert!(
        matches!(&error, TransportError::Tls(why) if why.contains("UnknownIssuer")),
        "{error:?}"
    );
}

#[test]
fn a_certificate_for_another_name_is_a_tls_failure() {
    let error = send(test_authority(), &serve(OTHER)).unwrap_err();
    assert!(
        matches!(&error, TransportError::Tls(why) if why.contains("not valid for name")),
        "{error:?}"
    );
}

#[test]
fn a_server_without_tls_is_a_tls_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1_000]);
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
    });
    let error = send(mozilla_roots(), &url).unwrap_err();
    assert!(matches!(error, TransportError::Tls(_)), "{error:?}");
}

#[test]
fn an_apps_own_authority_is_trusted_beside_mozillas() {
    let network = Network {
        roots: vec![CertificateDer::from(AUTHORITY)],
        ..Network::default()
    };
    let roots = tls::roots(&network);
    assert_eq!(roots.len(), mozilla_roots().len() + 1);
    let transport = ReqwestTransport::new(network);
    let answer = run(transport.send(get(&serve(LOOPBACK))));
    assert_eq!(answer.unwrap().status, 202);
}

#[test]
fn a_pinned_host_must_show_a_pinned_key() {
    let to = |host: &str, keys: Vec<KeyHash>| {
        let pins = BTreeMap::from([(host.to_owned(), keys)]);
        send_pinned(test_authority(), pins, &serve(LOOPBACK))
    };
    let stranger = [7; 32];
    for (told, keys) in [
        ("the server's", vec![stranger, key_of(LOOPBACK)]),
        ("the authority's", vec![key_of(AUTHORITY)]),
    ] {
        assert_eq!(to("127.0.0.1", keys).unwrap().status, 202, "{told}");
    }
    for keys in [vec![stranger], Vec::new()] {
        let error = to("127.0.0.1", keys).unwrap_err();
        assert!(
            matches!(&error, TransportError::Tls(why) if why.contains("no key in the certificate chain of 127.0.0.1 is pinned")),
            "{error:?}"
        );
    }
    // Other hosts are checked as usual.
    assert_eq!(to("other.example", vec![stranger]).unwrap().status, 202);
}

#[test]
fn a_pin_trusts_nobody_by_itself() {
    let pins = BTreeMap::from([("127.0.0.1".to_owned(), vec![key_of(LOOPBACK)])]);
    let error = send_pinned(mozilla_roots(), pins, &serve(LOOPBACK)).unwrap_err();
    assert!(
        matches!(&error, TransportError::Tls(why) if why.contains("UnknownIssuer")),
        "{error:?}"
    );
}

#[test]
fn a_pin_is_written_as_openssl_and_okhttp_do() {
    // openssl x509 -inform der -in loopback.der -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64
    let pin = base64::engine::general_purpose::STANDARD.encode(key_of(LOOPBACK));
    assert_eq!(pin, "ykn3ZZgGkUZLsuMUEZzJ7lM57QltZB1D3h5qubhyfcs=");
}
