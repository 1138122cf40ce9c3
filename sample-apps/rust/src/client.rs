//! The HTTP client, as an app would have one.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

/// Names of the demo's hosts. They all mean this machine; not every resolver knows that.
const HOSTS: [&str; 5] = [
    "shop.localhost",
    "api.shop.localhost",
    "pay.localhost",
    "embedded.localhost",
    "ads.localhost",
];

/// A client that follows no redirect: each hop has to be planned.
pub(crate) fn new() -> anyhow::Result<reqwest::Client> {
    // Every server of the demo is plain HTTP on this machine, so no certificate is ever trusted.
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()?
    .with_root_certificates(rustls::RootCertStore::empty())
    .with_no_client_auth();
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(10));
    for host in HOSTS {
        builder = builder.resolve(host, SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0));
    }
    builder.build().context("an HTTP client")
}
