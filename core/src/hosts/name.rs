//! A request's host in the one form in which hosts are compared.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::limits;

/// A host in comparable form.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Host<'a> {
    /// Lower-case ASCII labels, without trailing dot.
    Name(&'a str),
    /// An IPv4 or IPv6 literal.
    Address(IpAddr),
}

/// Room for the lower-case form of a name, so that a lookup need not allocate.
pub(super) struct NameBuffer([u8; limits::HOST_CHARS]);

impl Default for NameBuffer {
    fn default() -> Self {
        Self([0; limits::HOST_CHARS])
    }
}

/// None when `host` is not a host.
pub(super) fn normalise<'a>(host: &str, buffer: &'a mut NameBuffer) -> Option<Host<'a>> {
    if host.is_ascii() {
        return normalise_ascii(host, buffer);
    }
    let ascii = to_ascii(host)?;
    normalise_ascii(&ascii, buffer)
}

/// The punycode form of an internationalised name, by UTS 46 as browsers and OkHttp 5 apply it.
pub(super) fn to_ascii(host: &str) -> Option<String> {
    // The parser would also decode `%2e`; a parsed host has no escapes left, so one is an attempt at something.
    if host.contains('%') || host.len() > 4 * limits::HOST_CHARS {
        return None;
    }
    url::Host::parse(host).ok().map(|host| host.to_string())
}

fn normalise_ascii<'a>(host: &str, buffer: &'a mut NameBuffer) -> Option<Host<'a>> {
    if let Some(bracketed) = host.strip_prefix('[') {
        return bracketed.strip_suffix(']').and_then(ipv6);
    }
    if host.contains(':') {
        return ipv6(host);
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    if is_ipv4_like(host) {
        return host
            .parse::<Ipv4Addr>()
            .ok()
            .map(|address| Host::Address(address.into()));
    }
    let lower = buffer.0.get_mut(..host.len())?;
    lower.copy_from_slice(host.as_bytes());
    lower.make_ascii_lowercase();
    let name = std::str::from_utf8(lower).ok()?;
    name.split('.').all(is_label).then_some(Host::Name(name))
}

fn ipv6<'a>(text: &str) -> Option<Host<'a>> {
    text.parse::<Ipv6Addr>()
        .ok()
        .map(|address| Host::Address(address.into()))
}

/// Letters, digits, hyphen and underscore: what resolvers resolve. Anything else could mean another host to another
/// parser.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Does the last label look like a number? Then the whole is an IPv4 address or nothing: URL parsers read `1.2.3` and
/// `0x7f.1` as addresses, each in its own way.
pub(super) fn is_ipv4_like(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = last
        .strip_prefix("0x")
        .or_else(|| last.strip_prefix("0X"))
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    decimal || hexadecimal
}

#[cfg(test)]
mod tests {
    use super::{Host, NameBuffer, normalise};

    fn shown(host: &str) -> String {
        match normalise(host, &mut NameBuffer::default()) {
            Some(Host::Name(name)) => name.to_owned(),
            Some(Host::Address(address)) => format!("<{address}>"),
            None => "invalid".to_owned(),
        }
    }

    #[test]
    fn names_are_compared_in_lower_case_ascii_without_trailing_dot() {
        assert_eq!(shown("API.Example.COM"), "api.example.com");
        assert_eq!(shown("example.com."), "example.com");
        assert_eq!(shown("BÜCHER.example"), "xn--bcher-kva.example");
        assert_eq!(shown("a_b.example.com"), "a_b.example.com");
        assert_eq!(shown("localhost"), "localhost");
    }

    #[test]
    fn addresses_have_one_form() {
        assert_eq!(shown("192.168.0.1"), "<192.168.0.1>");
        assert_eq!(shown("[2001:DB8:0:0::1]"), "<2001:db8::1>");
        assert_eq!(shown("2001:db8::1"), "<2001:db8::1>");
        assert_eq!(shown("127.0.0.1"), "<127.0.0.1>");
    }

    #[test]
    fn what_is_no_host_is_invalid() {
        for host in [
            "",
            ".",
            "..",
            "example.com..",
            ".example.com",
            "a..b",
            "exa mple.com",
            "a/b",
            "a@b",
            "a:80",
            "[::1",
            "::1]",
            "[1.2.3.4]",
            "fe80::1%eth0",
            "256.1.1.1",
            "1.2.3",
            "0x7f.1",
            "1.0x7f000001",
            "1.192.168.0.1",
            "ex%61mple.com",
            "*.example.com",
            "a\u{0}b.com",
            "b\u{fc}cher%2eexample",
        ] {
            assert_eq!(shown(host), "invalid", "{host:?}");
        }
        assert_eq!(shown(&"a".repeat(254)), "invalid");
        assert_eq!(shown(&"ü".repeat(100_000)), "invalid");
    }
}
