//! Who may ask: the `Host` must mean this inspector, a browser page must be the inspector's own, and with a
//! token set whoever reads or alters must know it.
//!
//! With a token, four things stay open all the same, since apps and backends have no place to put it: the
//! intake, the spans, the agent's endpoints, and reading the remote document. What they can fill is bounded.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::{HeaderMap, Method, Uri, header};
use url::Url;

use crate::refusal::{Reason, Refusal};

/// The cookie that the page's browser holds after `/?token=…`.
pub(crate) const COOKIE: &str = "handspan_inspector";

/// The Android emulator's name for the machine it runs on.
const EMULATOR_HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 2, 2));

/// Where apps send what they record.
const INTAKE: [&str; 3] = ["/api/v2/rum", "/api/v2/logs", "/api/v2/spans"];

/// The rules of one running inspector.
#[derive(Debug)]
pub(crate) struct Guard {
    address: SocketAddr,
    token: Option<String>,
    extra_hosts: Vec<String>,
}

impl Guard {
    /// `address` is the one really listened on; `extra_hosts` are names that may stand in `Host` as well.
    pub(crate) fn new(
        address: SocketAddr,
        token: Option<String>,
        extra_hosts: Vec<String>,
    ) -> Self {
        Self {
            address,
            token,
            extra_hosts,
        }
    }

    /// Lets a request through or says why not.
    pub(crate) fn check(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), Refusal> {
        let authority = authority(uri, headers)?;
        if !self.is_ours(&authority) {
            return Err(Refusal::new(
                Reason::ForeignHost,
                format!(
                    "{authority} is not a name of this inspector; use localhost, its address, or --allow-host"
                ),
            ));
        }
        check_origin(method, uri, headers, &authority)?;
        if needs_token(method, uri.path()) && !self.knows_token(uri, headers) {
            return Err(Refusal::new(
                Reason::NoToken,
                "this inspector asks for its token: open /?token=TOKEN, or send Authorization: Bearer TOKEN",
            ));
        }
        Ok(())
    }

    /// The token, where the request brings it in the address: the page then gets a cookie.
    pub(crate) fn token_in_address(&self, uri: &Uri) -> Option<&str> {
        let token = self.token.as_deref()?;
        query_token(uri)
            .is_some_and(|given| same(&given, token))
            .then_some(token)
    }

    fn is_ours(&self, authority: &str) -> bool {
        // The port is not compared: a forwarded one (adb reverse, a container) differs, and rebinding needs a name.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        if !authority.bytes().all(plain) {
            return false;
        }
        let Ok(url) = Url::parse(&format!("http://{authority}/")) else {
            return false;
        };
        match url.host() {
            Some(url::Host::Domain(name)) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                name == "localhost"
                    || name.ends_with(".localhost")
                    || self
                        .extra_hosts
                        .iter()
                        .any(|extra| extra.eq_ignore_ascii_case(name))
            }
            Some(url::Host::Ipv4(ip)) => self.is_our_ip(ip.into()),
            Some(url::Host::Ipv6(ip)) => self.is_our_ip(ip.into()),
            None => false,
        }
    }

    fn is_our_ip(&self, ip: IpAddr) -> bool {
        let listening = self.address.ip();
        ip == listening || ip.is_loopback() || ip == EMULATOR_HOST || listening.is_unspecified()
    }

    fn knows_token(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let Some(token) = self.token.as_deref() else {
            return true;
        };
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        bearer.is_some_and(|given| same(given.trim(), token))
            || cookies(headers).any(|(name, given)| name == COOKIE && same(given, token))
            || self.token_in_address(uri).is_some()
    }
}

fn authority(uri: &Uri, headers: &HeaderMap) -> Result<String, Refusal> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts
        .next()
        .and_then(|value| value.to_str().ok())
        .or_else(|| uri.authority().map(|authority| authority.as_str()));
    match (host, hosts.next()) {
        (Some(host), None) => Ok(host.to_owned()),
        _ => Err(Refusal::new(
            Reason::ForeignHost,
            "the request needs exactly one Host header",
        )),
    }
}

/// Only browsers send `Origin` and `Sec-Fetch-Site`; apps and backends pass.
fn check_origin(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    authority: &str,
) -> Result<(), Refusal> {
    let value = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or("unreadable"))
    };
    if let Some(origin) = value("origin")
        && !origin
            .strip_prefix("http://")
            .is_some_and(|host| host.eq_ignore_ascii_case(authority))
    {
        return Err(Refusal::new(
            Reason::ForeignOrigin,
            format!(
                "a page of {} may not ask this inspector",
                crate::span::bounded(origin)
            ),
        ));
    }
    // A link elsewhere may open the page itself: that shows its reader nothing.
    let opens_page = *method == Method::GET
        && uri.path() == "/"
        && value("sec-fetch-mode") == Some("navigate")
        && value("sec-fetch-dest") == Some("document");
    if matches!(value("sec-fetch-site"), Some("cross-site" | "same-site")) && !opens_page {
        return Err(Refusal::new(
            Reason::ForeignOrigin,
            "a page of another origin may not ask this inspector",
        ));
    }
    Ok(())
}

fn needs_token(method: &Method, path: &str) -> bool {
    match path {
        "/config.json" => *method != Method::GET && *method != Method::HEAD,
        "/" => *method != Method::POST,
        _ => path.starts_with("/page/") || (path.starts_with("/api/") && !INTAKE.contains(&path)),
    }
}

fn query_token(uri: &Uri) -> Option<String> {
    let pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
    pairs
        .into_iter()
        .find(|(name, _)| name == "token")
        .map(|(_, value)| value.into_owned())
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// Takes as long for a near miss as for a far one.
fn same(given: &str, token: &str) -> bool {
    given.len() == token.len()
        && given
            .bytes()
            .zip(token.bytes())
            .fold(0, |differs, (left, right)| differs | (left ^ right))
            == 0
}

#[cfg(test)]
mod tests;
