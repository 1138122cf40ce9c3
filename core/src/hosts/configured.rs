//! A host as a person wrote it into a configuration.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::name;
use crate::config::RefusalCode;
use crate::limits;

/// DNS: a label has at most 63 characters (RFC 1035, 2.3.4).
const LABEL_CHARS: usize = 63;

/// A configured host that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredHost {
    /// Normalised: lower-case ASCII, no trailing dot, IPv6 without brackets in its shortest form.
    pub host: Arc<str>,
    /// Set when the host is an IP address, which matches exactly.
    pub address: Option<IpAddr>,
    /// What was corrected, in words.
    pub warning: Option<String>,
}

type Refused = (RefusalCode, String);

/// Reads a configured host: a name, an IPv4 or an IPv6 address (in brackets or not), or, with a warning, a URL with one
/// of these. The error says what to write instead.
pub fn parse_configured(written: &str) -> Result<ConfiguredHost, Refused> {
    if let Some((scheme, rest)) = written.split_once("://") {
        return parse_url(scheme, rest);
    }
    parse_host(written)
}

fn parse_url(scheme: &str, rest: &str) -> Result<ConfiguredHost, Refused> {
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err(refused(
            RefusalCode::InvalidUrl,
            "only http and https hosts are traced; write the host alone",
        ));
    }
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    // Before the last `@` stands user info: what is after it is where a request would go.
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let host = without_port(host_and_port).ok_or_else(|| {
        refused(
            RefusalCode::InvalidUrl,
            "the port of this URL is not a number; write the host alone",
        )
    })?;
    let mut configured = parse_host(host)?;
    configured.warning = Some(format!(
        "a URL; its host {} is taken, everything else doesn't count",
        configured.host
    ));
    Ok(configured)
}

/// Cuts `:8443` off; None when what stands there is no port.
fn without_port(host_and_port: &str) -> Option<&str> {
    let after_brackets = host_and_port.rfind(']').map_or(0, |at| at + 1);
    let colon = host_and_port.get(after_brackets..)?.find(':');
    let Some(colon) = colon.map(|at| at + after_brackets) else {
        return Some(host_and_port);
    };
    let port = host_and_port.get(colon + 1..)?;
    let is_port = port.is_empty() || is_port_number(port);
    is_port.then(|| host_and_port.get(..colon)).flatten()
}

fn is_port_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

fn parse_host(written: &str) -> Result<ConfiguredHost, Refused> {
    if written.is_empty() {
        return Err(refused(
            RefusalCode::Empty,
            "an empty host; write a host name as \"example.com\"",
        ));
    }
    if written.contains('*') {
        return Err(refused(
            RefusalCode::Wildcard,
            "wildcards are not read; a host name includes its subdomains already",
        ));
    }
    if let Some(address) = ipv6(written)? {
        return Ok(taken_address(address));
    }
    if written.contains(':') {
        return Err(host_with_colon(written));
    }
    if written.contains('%') {
        return Err(invalid("'%' is not part of a host name"));
    }
    let ascii = if written.is_ascii() {
        written.to_ascii_lowercase()
    } else {
        name::to_ascii(written).ok_or_else(|| invalid("not a valid internationalised host name"))?
    };
    let host = ascii.strip_suffix('.').unwrap_or(&ascii);
    if name::is_ipv4_like(host) {
        let address = host
            .parse::<Ipv4Addr>()
            .map_err(|_| invalid("not an IPv4 address; write four numbers from 0 to 255"))?;
        return Ok(taken_address(address.into()));
    }
    check_name(host)?;
    Ok(ConfiguredHost {
        host: host.into(),
        address: None,
        warning: None,
    })
}

/// The address in brackets or bare; an error for brackets around something else.
fn ipv6(written: &str) -> Result<Option<IpAddr>, Refused> {
    let text = match written.strip_prefix('[') {
        None => written,
        Some(rest) => match rest.split_once(']') {
            Some((inside, "")) => inside,
            Some((_, port)) if port.strip_prefix(':').is_some_and(is_port_number) => {
                return Err(host_with_port());
            }
            _ => return Err(invalid("not an IPv6 address in brackets")),
        },
    };
    match text.parse::<Ipv6Addr>() {
        Ok(address) => Ok(Some(address.into())),
        Err(_) if written.starts_with('[') => Err(invalid("not an IPv6 address in brackets")),
        Err(_) => Ok(None),
    }
}

fn host_with_colon(written: &str) -> Refused {
    match written.split_once(':') {
        Some((_, port)) if is_port_number(port) => host_with_port(),
        _ => invalid("neither a host name nor an IPv6 address"),
    }
}

fn check_name(host: &str) -> Result<(), Refused> {
    if host.is_empty() {
        return Err(refused(
            RefusalCode::Empty,
            "an empty host; write a host name as \"example.com\"",
        ));
    }
    if host.len() > limits::HOST_CHARS {
        return Err(invalid("a host name has at most 253 characters"));
    }
    host.split('.').try_for_each(check_label)?;
    let last = host.rsplit('.').next().unwrap_or_default();
    if !last.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(invalid(
            "the last label of a host name starts with a letter",
        ));
    }
    if last.len() == host.len() && host != "localhost" {
        return Err(refused(
            RefusalCode::SingleLabel,
            "one label alone would take in every host that ends in it; write the full host name",
        ));
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), Refused> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if label.is_empty() {
        return Err(invalid("a host name has no empty label: check its dots"));
    }
    if label.len() > LABEL_CHARS {
        return Err(invalid("a label of a host name has at most 63 characters"));
    }
    if !label.bytes().all(known) {
        return Err(invalid(
            "a host name holds only letters, digits, '-', '_' and dots; write the host alone",
        ));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(invalid(
            "a label of a host name does not start or end with '-'",
        ));
    }
    Ok(())
}

fn taken_address(address: IpAddr) -> ConfiguredHost {
    ConfiguredHost {
        host: address.to_string().into(),
        address: Some(address),
        warning: None,
    }
}

fn host_with_port() -> Refused {
    refused(
        RefusalCode::HostWithPort,
        "ports don't count in matching; write the host alone",
    )
}

fn invalid(message: &str) -> Refused {
    refused(RefusalCode::InvalidHost, message)
}

fn refused(code: RefusalCode, message: &str) -> Refused {
    (code, message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::parse_configured;
    use crate::config::RefusalCode;

    fn taken(written: &str) -> String {
        parse_configured(written).unwrap().host.to_string()
    }

    fn code(written: &str) -> RefusalCode {
        parse_configured(written).unwrap_err().0
    }

    #[test]
    fn hosts_are_taken_in_one_form() {
        assert_eq!(taken("Example.COM."), "example.com");
        assert_eq!(taken("bücher.example"), "xn--bcher-kva.example");
        assert_eq!(taken("пример.рф"), "xn--e1afmkfd.xn--p1ai");
        assert_eq!(taken("192.168.0.3"), "192.168.0.3");
        assert_eq!(taken("[2001:DB8::0:1]"), "2001:db8::1");
        assert_eq!(taken("::1"), "::1");
        assert_eq!(taken("localhost"), "localhost");
        assert_eq!(taken("a_b.123.com"), "a_b.123.com");
        assert!(parse_configured("example.com").unwrap().warning.is_none());
    }

    #[test]
    fn a_url_is_taken_for_its_host_with_a_warning() {
        for url in [
            "https://example.com",
            "HTTPS://example.com",
            "http://user:pw@EXAMPLE.com:8443/a/b?c#d",
            "https://example.com:/",
            "https://example.com.",
            "https://evil.io@example.com",
        ] {
            let configured = parse_configured(url).unwrap();
            assert_eq!(&*configured.host, "example.com", "{url}");
            assert!(configured.warning.is_some(), "{url}");
        }
        assert_eq!(taken("http://[::1]:8080/"), "::1");
        assert_eq!(taken("https://192.168.0.2"), "192.168.0.2");
    }

    #[test]
    fn each_refusal_says_why() {
        assert_eq!(code(""), RefusalCode::Empty);
        assert_eq!(code("."), RefusalCode::Empty);
        assert_eq!(code("https://"), RefusalCode::Empty);
        assert_eq!(code("example.com:8080"), RefusalCode::HostWithPort);
        assert_eq!(code("192.168.0.3:8080"), RefusalCode::HostWithPort);
        assert_eq!(code("[::1]:80"), RefusalCode::HostWithPort);
        assert_eq!(code("myhost"), RefusalCode::SingleLabel);
        assert_eq!(code("com."), RefusalCode::SingleLabel);
        assert_eq!(code("*"), RefusalCode::Wildcard);
        assert_eq!(code("https://*.example.com"), RefusalCode::Wildcard);
        assert_eq!(code("ftp://example.com"), RefusalCode::InvalidUrl);
        assert_eq!(code("http://example.com:-80"), RefusalCode::InvalidUrl);
        assert_eq!(code("http://example.com:99999"), RefusalCode::InvalidUrl);
    }

    #[test]
    fn what_is_no_host_is_invalid() {
        for written in [
            " example.com",
            "example.com ",
            "exa mple.com",
            "foo-.com",
            "-foo.com",
            "example.1om",
            "256.1.1.1",
            "1.2.3",
            "0x7f.1",
            ".example.com",
            "a..b",
            "example.com/path",
            "user@example.com",
            "a:b:c",
            "[::1",
            "[1.2.3.4]",
            "[example.com]",
            "ex%61mple.com",
            "example.com\n",
            "b\u{fc}cher%2eexample",
            "xn--a\u{308}.example",
        ] {
            assert_eq!(code(written), RefusalCode::InvalidHost, "{written:?}");
        }
        assert_eq!(
            code(&format!("{}.com", "a".repeat(64))),
            RefusalCode::InvalidHost
        );
        assert_eq!(code(&"a.".repeat(200)), RefusalCode::InvalidHost);
    }
}
