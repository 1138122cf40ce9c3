//! Whose host, and how a configured one is read.

use serde_json::{Map, Value, json};
use url::{Host, Url};

use super::Item;
use super::json::{
    FORMATS, SESSION_ID, SPAN_ID, TRACE_ID, boolean, header_names, map, names, plan_case, text,
};
use crate::case::{Case, Check};
use crate::contradictions::key;

/// `{"config":{host:[format]},"url","header_types"}` and its relatives; `{"configured_host","url_host","match"}`.
pub(crate) fn matching(vector: &Value, document: &Value) -> Option<Item> {
    if text(vector, "rule").is_some() {
        return Item::skipped("prose");
    }
    if let Some(configured) = text(vector, "configured_host") {
        let host = text(vector, "url_host")?;
        return one_host(
            configured,
            &format!("https://{host}/"),
            boolean(vector, "match")?,
        );
    }
    let url = text(vector, "url")?;
    let types = names(vector, "header_types")?;
    let hosts = match map(vector, "config").or_else(|| map(vector, "config_in_order")) {
        Some(hosts) => hosts.clone(),
        None => referred(text(vector, "config_ref")?, document)?,
    };
    typed(&hosts, url, &types)
}

/// `{"configured","host" or "url","match"}`.
pub(crate) fn observed(vector: &Value, _: &Value) -> Option<Item> {
    let configured = text(vector, "configured")?;
    let url = match text(vector, "host") {
        Some(host) => format!("https://{host}/"),
        None => text(vector, "url")?.to_owned(),
    };
    one_host(configured, &url, boolean(vector, "match")?)
}

/// `{"input","output"}`: a host as it was configured, and as it is kept.
pub(crate) fn configured(vector: &Value, _: &Value) -> Option<Item> {
    let input = text(vector, "input")?;
    let output = vector.get("output")?;
    let (accepted, contradicts) = kept_form(input, output.as_str());
    Some(Item::Cases(vec![Case {
        name: String::new(),
        check: Check::Host {
            configured: input.to_owned(),
            accepted,
        },
        contradicts,
    }]))
}

/// `{"pattern","hosts":{host:match}}`, or what [`configured`] reads.
pub(crate) fn wildcard(vector: &Value, document: &Value) -> Option<Item> {
    let Some(pattern) = text(vector, "pattern") else {
        return configured(vector, document);
    };
    let mut cases = Vec::new();
    for (host, peer) in map(vector, "hosts")? {
        let Item::Cases(case) = one_host(pattern, &format!("https://{host}/"), peer.as_bool()?)?
        else {
            return None;
        };
        cases.extend(case.into_iter().map(|case| Case {
            name: host.clone(),
            ..case
        }));
    }
    Some(Item::Cases(cases))
}

/// The peer's form, or ours where we differ.
fn kept_form(input: &str, peer: Option<&str>) -> (Option<String>, Vec<&'static str>) {
    let (scheme, host) = input.split_once("://").unwrap_or(("", input));
    let upper_scheme = scheme.bytes().any(|byte| byte.is_ascii_uppercase());
    let ipv6 = host
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .filter(|(_, rest)| !scheme.is_empty() || rest.is_empty())
        .and_then(|(address, _)| address.parse::<std::net::Ipv6Addr>().ok());
    match peer {
        Some("") => (None, vec![key::EMPTY_HOST]),
        peer if ipv6.is_some() => {
            let ours = ipv6.map(|address| address.to_string());
            let contradicts = if peer == ours.as_deref() {
                vec![]
            } else {
                vec![key::IPV6]
            };
            (ours, contradicts)
        }
        Some(peer) => (Some(peer.to_lowercase()), vec![]),
        None if upper_scheme => (parsed_host(input), vec![key::SCHEME_CASE]),
        None if scheme.is_empty() && !input.is_ascii() => {
            (parsed_host(&format!("https://{input}")), vec![key::IDN])
        }
        None => (None, vec![]),
    }
}

fn parsed_host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

/// `all 11 first_party_urls -> [tracecontext,b3]`, or `Set(third_party_urls)`, which means the default formats.
fn referred(reference: &str, document: &Value) -> Option<Map<String, Value>> {
    let lists = map(document, "host_matching")?;
    let (_, urls) = lists
        .iter()
        .find(|(name, _)| reference.contains(name.as_str()))?;
    let formats: Vec<String> = match reference
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'))
    {
        Some((formats, _)) => formats
            .split(',')
            .map(|format| format.trim().to_owned())
            .collect(),
        None => FORMATS.map(str::to_owned).to_vec(),
    };
    urls.as_array()?
        .iter()
        .map(|url| Some((url.as_str()?.to_owned(), json!(formats))))
        .collect()
}

/// One configured host, and whether a request to this URL is traced.
fn one_host(configured: &str, url: &str, peer: bool) -> Option<Item> {
    // A host that begins with a dot is none, nor is one with a star, whatever a URL parser lets through.
    let dot = url.contains("//.");
    let (ours, contradicts, invalid) = match Url::parse(url) {
        _ if dot || configured.starts_with('.') => (false, vec![key::LEADING_DOT], dot),
        Ok(url) if url.host_str().is_some_and(|host| host.contains('*')) => {
            let why = peer.then_some(key::LITERAL_STAR);
            (false, why.into_iter().collect(), true)
        }
        Ok(url) => {
            let host = url.host_str().unwrap_or_default().to_lowercase();
            let ours = takes_in(&configured.to_lowercase(), &host);
            let why = if ours { key::HOST_CASE } else { key::SUBSTRING };
            (ours, if ours == peer { vec![] } else { vec![why] }, false)
        }
        Err(_) => (false, vec![key::IP_SUFFIX], true),
    };
    let reason = match (ours, invalid) {
        (true, _) => "traced",
        (false, true) => "invalid_host",
        (false, false) => "host_not_first_party",
    };
    let plan = json!({"traced": ours, "reason": reason});
    let case = plan_case(
        "",
        json!({"first_party_hosts": {configured: FORMATS}}),
        request(url),
        plan,
    );
    Some(Item::Cases(vec![Case {
        contradicts,
        ..case
    }]))
}

/// Of lower-case texts.
fn takes_in(configured: &str, host: &str) -> bool {
    match configured.split_once("*.") {
        Some((prefix, name)) => below(host, name)
            .and_then(|labels| labels.rsplit('.').next())
            .is_some_and(|label| label.starts_with(prefix)),
        None => host == configured || below(host, configured).is_some(),
    }
}

/// The labels of a host before those of a name.
fn below<'a>(host: &'a str, name: &str) -> Option<&'a str> {
    host.strip_suffix(name)?.strip_suffix('.')
}

/// The formats that a request to this URL gets.
fn typed(hosts: &Map<String, Value>, url: &str, types: &[String]) -> Option<Item> {
    let mut matching = Vec::new();
    let mut config = Map::new();
    let url_host = parsed_host(url)?;
    for (configured, formats) in hosts {
        let formats: Vec<String> = formats
            .as_array()?
            .iter()
            .map(|name| name.as_str().map(str::to_lowercase))
            .collect::<Option<_>>()?;
        let host =
            parsed_host(configured).or_else(|| parsed_host(&format!("https://{configured}")))?;
        if url_host == host || (url_host.ends_with(&format!(".{host}")) && !is_address(&host)) {
            matching.push((host.len(), formats.clone()));
        }
        config.insert(configured.clone(), json!(formats));
    }
    let ours = matching
        .iter()
        .max_by_key(|(length, _)| *length)
        .map(|(_, formats)| formats.clone());
    let mut expected = types.to_vec();
    let mut contradicts = Vec::new();
    let mut peer = types.to_vec();
    peer.sort();
    let mut most_specific = ours.clone().unwrap_or_default();
    most_specific.sort();
    // Only several matching entries may differ from the peer: with one, the peer's word counts.
    if matching.len() > 1 && most_specific != peer {
        expected = most_specific;
        contradicts.push(key::MOST_SPECIFIC);
    }
    let reason = match (ours, expected.is_empty()) {
        (None, _) if types.is_empty() => "host_not_first_party",
        (_, true) => "no_formats",
        (_, false) => "traced",
    };
    let plan = json!({
        "traced": reason == "traced",
        "reason": reason,
        "header_names": header_names(&expected),
    });
    let case = plan_case("", json!({"first_party_hosts": config}), request(url), plan);
    Some(Item::Cases(vec![Case {
        contradicts,
        ..case
    }]))
}

fn is_address(host: &str) -> bool {
    !matches!(Host::parse(host), Ok(Host::Domain(_)))
}

fn request(url: &str) -> Value {
    json!({
        "method": "GET",
        "url": url,
        "ids": {"trace_id": TRACE_ID, "span_id": SPAN_ID, "session_id": SESSION_ID},
    })
}
