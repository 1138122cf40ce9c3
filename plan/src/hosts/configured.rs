//! A host as a person wrote it into a configuration.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::public_suffix::{self, Below};
use super::{name, wildcard};
use crate::limits;
use crate::refusal::RefusalCode;

/// DNS: a label has at most 63 characters (RFC 1035, 2.3.4).
pub(super) const LABEL_CHARS: usize = 63;
pub(super) const TOO_LONG_LABEL: &str = "a label of a host name has at most 63 characters";
const TOO_LONG: &str = "a host name has at most 253 characters";
/// The one name of one label that is a host for itself (RFC 6761, 6.3).
const LOCALHOST: &str = "localhost";

/// A configured host that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredHost {
    /// Normalised: lower-case ASCII, no trailing dot, IPv6 without brackets in its shortest form, or as the IPv4 address
    /// that it stands for. A name may begin with a label that ends in `*`.
    pub host: Arc<str>,
    /// Set when the host is an IP address, which matches exactly.
    pub address: Option<IpAddr>,
    /// What was corrected, or should be looked at again, in words.
    pub warnings: Vec<(RefusalCode, String)>,
}

/// Why not, and what to write instead.
pub(super) type Refused = (RefusalCode, String);

/// What may be shown of a configured host: a URL's user name and password are nobody's to log.
pub(super) fn without_user_info(written: &str) -> &str {
    written.rsplit('@').next().unwrap_or_default()
}

/// Reads a configured host: a name, perhaps with a `*` at the end of its first label, an IPv4 or an IPv6 address (in
/// brackets or not), or, with a warning, a URL with one of these. The error says what to write instead.
///
/// A name includes its subdomains, so it must not be a public suffix, below which everybody's hosts lie.
pub fn parse_configured(written: &str) -> Result<ConfiguredHost, (RefusalCode, String)> {
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
    let warning = format!(
        "a URL; its host {} is taken, everything else doesn't count",
        configured.host
    );
    configured
        .warnings
        .insert(0, (RefusalCode::UrlAsHost, warning));
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
    match wildcard::split(written)? {
        None => parse_plain(written),
        Some((prefix, written_host)) => {
            let configured = parse_plain(written_host)
                .map_err(|refused| wildcard_refused(written, written_host, refused))?;
            if configured.address.is_some() {
                return Err(refused(
                    RefusalCode::Wildcard,
                    "an address has no subdomains; write the address alone",
                ));
            }
            let host = format!("{prefix}*.{}", configured.host);
            if host.len() > limits::HOST_CHARS {
                return Err(invalid(TOO_LONG));
            }
            Ok(ConfiguredHost {
                host: host.into(),
                ..configured
            })
        }
    }
}

/// Why the host after a `*` is none, in words about the whole entry.
fn wildcard_refused(written: &str, host: &str, refusal: Refused) -> Refused {
    match refusal.0 {
        RefusalCode::SingleLabel | RefusalCode::PublicSuffix => refused(
            RefusalCode::PublicSuffix,
            &format!(
                "{written} would take in everybody's hosts below {host}; write your own domain, as \"*.your-domain.{host}\""
            ),
        ),
        _ => refusal,
    }
}

fn parse_plain(written: &str) -> Result<ConfiguredHost, Refused> {
    if written.is_empty() {
        return Err(empty());
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
        warnings: check_below(host)?,
    })
}

/// Refuses a name below which everybody's hosts lie; a warning where it is only some of others.
fn check_below(host: &str) -> Result<Vec<(RefusalCode, String)>, Refused> {
    if host == LOCALHOST {
        return Ok(Vec::new());
    }
    match public_suffix::below(host) {
        Below::TheOwners => Ok(Vec::new()),
        Below::OthersToo => Ok(vec![(
            RefusalCode::AbovePublicSuffix,
            format!(
                "{host} is taken, but hosts of others lie below it too and are traced; write the hosts that are yours"
            ),
        )]),
        Below::Anybodys => Err(refused(
            RefusalCode::PublicSuffix,
            &format!(
                "{host} is a public suffix: it would take in everybody's hosts below it; write your own, as \"your-domain.{host}\""
            ),
        )),
    }
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
        Ok(address) => Ok(Some(name::one_form(address))),
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
        return Err(empty());
    }
    if host.len() > limits::HOST_CHARS {
        return Err(invalid(TOO_LONG));
    }
    host.split('.').try_for_each(check_label)?;
    let last = host.rsplit('.').next().unwrap_or_default();
    if !last.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(invalid(
            "the last label of a host name starts with a letter",
        ));
    }
    if last.len() == host.len() && host != LOCALHOST {
        return Err(refused(
            RefusalCode::SingleLabel,
            "one label alone would take in every host that ends in it; write the full host name",
        ));
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), Refused> {
    if label.is_empty() {
        return Err(invalid("a host name has no empty label: check its dots"));
    }
    if label.len() > LABEL_CHARS {
        return Err(invalid(TOO_LONG_LABEL));
    }
    if !label.bytes().all(name::is_name_character) {
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
        warnings: Vec::new(),
    }
}

fn host_with_port() -> Refused {
    refused(
        RefusalCode::HostWithPort,
        "ports don't count in matching; write the host alone",
    )
}

fn empty() -> Refused {
    refused(
        RefusalCode::Empty,
        "an empty host; write a host name as \"example.com\"",
    )
}

pub(super) fn invalid(message: &str) -> Refused {
    refused(RefusalCode::InvalidHost, message)
}

pub(super) fn refused(code: RefusalCode, message: &str) -> Refused {
    (code, message.to_owned())
}
