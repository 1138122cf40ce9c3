//! A request's host in the one form in which hosts are compared.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::limits;

/// A host that is not plain ASCII labels.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusual {
    /// An internationalised name in its ASCII form.
    Name(String),
    /// An IPv4 or IPv6 literal.
    Address(IpAddr),
}

/// Reads a host that is no name of plain ASCII labels. None when it is no host at all.
pub(super) fn unusual(host: &str) -> Option<Unusual> {
    if let Some(bracketed) = host.strip_prefix('[') {
        return bracketed.strip_suffix(']').and_then(ipv6);
    }
    if host.contains(':') {
        return ipv6(host);
    }
    if host.is_ascii() {
        return ipv4(without_dot(host));
    }
    let ascii = to_ascii(host)?;
    let name = without_dot(&ascii);
    if is_ipv4_like(name) {
        return ipv4(name);
    }
    Some(Unusual::Name(name.to_owned()))
}

/// The punycode form of an internationalised name, by UTS 46 as browsers and OkHttp 5 apply it.
pub(super) fn to_ascii(host: &str) -> Option<String> {
    // The parser would also decode `%2e`; a parsed host has no escapes left, so one is an attempt at something.
    if host.contains('%') || host.len() > 4 * limits::HOST_CHARS {
        return None;
    }
    url::Host::parse(host).ok().map(|host| host.to_string())
}

fn ipv4(text: &str) -> Option<Unusual> {
    let address = text.parse::<Ipv4Addr>().ok()?;
    Some(Unusual::Address(address.into()))
}

fn ipv6(text: &str) -> Option<Unusual> {
    let address = text.parse::<Ipv6Addr>().ok()?;
    Some(Unusual::Address(one_form(address)))
}

/// An IPv4 address that is written as an IPv6 one (`::ffff:127.0.0.1`) is that IPv4 address: it is where a connection goes,
/// and what OkHttp makes of it.
pub(super) fn one_form(address: Ipv6Addr) -> IpAddr {
    address.to_canonical()
}

/// The host without the dot that may stand behind its last label.
pub(super) fn without_dot(host: &str) -> &str {
    match host.as_bytes() {
        [.., b'.'] => host.get(..host.len() - 1).unwrap_or(host),
        _ => host,
    }
}

/// Does the last label look like a number? Then the whole is an IPv4 address or nothing: URL parsers read `1.2.3` and
/// `0x7f.1` as addresses, each in its own way.
pub(super) fn is_ipv4_like(host: &str) -> bool {
    // Most top-level domains end in another letter: most hosts cost one comparison here.
    let last = host.as_bytes().last();
    if !last.is_some_and(|last| last.is_ascii_hexdigit() || matches!(last, b'x' | b'X')) {
        return false;
    }
    let label = host.rsplit('.').next().unwrap_or_default();
    let decimal = label.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = label
        .strip_prefix("0x")
        .or_else(|| label.strip_prefix("0X"))
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    decimal || hexadecimal
}

/// Letters, digits, hyphen and underscore: what resolvers resolve. Anything else could mean another host to another
/// parser.
pub(super) fn is_name_character(byte: u8) -> bool {
    NAME_CHARACTERS
        .get(usize::from(byte))
        .is_some_and(|known| *known)
}

/// A table, because it is asked for each character of each request's host.
#[allow(
    clippy::indexing_slicing,
    reason = "at compile time, where it can't surprise anybody"
)]
static NAME_CHARACTERS: [bool; 256] = {
    let mut table = [false; 256];
    let mut known: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    while let [byte, rest @ ..] = known {
        table[*byte as usize] = true;
        known = rest;
    }
    table
};
