use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::tests::{get, read_request};
use super::*;

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
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = build_client(roots).unwrap();
    runtime.block_on(exchange(&client, get(url)))
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
