//! Is this host the app's, and which formats does it want?
//!
//! A request's host is ours when it is equal to a configured one, or ends in `.` and a configured one; a configured one may
//! begin with a wildcard ([`wildcard`]). IP addresses match exactly. Port, user info, scheme and path don't count. Only a
//! *parsed* host is ever compared: matching in a URL's text leaks (`https://evil.example/?next=api.example.com`).
//!
//! Of several entries that match the most specific one wins: the one with most labels; of two with as many the one without
//! `*`, then the one with most characters before its `*`.

mod configured;
mod label;
mod name;
mod public_suffix;
mod tree;
mod wildcard;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use crate::limits;
use crate::refusal::{Refusal, RefusalCode};
use crate::trace::{Format, Formats, Rate};

pub use configured::{ConfiguredHost, parse_configured};
use name::Unusual;
use tree::Tree;

/// The app's own hosts. Immutable; a clone shares the table.
#[derive(Debug, Clone, Default)]
pub struct HostTable {
    inner: Arc<Table>,
}

#[derive(Debug, Default)]
struct Table {
    names: Tree,
    addresses: HashMap<IpAddr, HostEntry>,
    len: usize,
}

/// What a first-party host wants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HostRule {
    /// Names of trace formats: `datadog`, `tracecontext`, `b3`, `b3multi`, `sw8`, and beside one of them `baggage`. Empty: the
    /// host is first-party but its requests are not traced.
    pub formats: Vec<String>,
    /// Trace sample rate of this host, percent, instead of the general one.
    pub sample_rate: Option<f64>,
}

/// A configured host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostEntry {
    /// The host, normalised: lower-case ASCII, no trailing dot, IPv6 without brackets in its shortest form; its `*` as it
    /// was written.
    pub host: Arc<str>,
    /// The formats that requests to this host get.
    pub formats: Formats,
    /// The trace sample rate of this host, where it has its own.
    pub sample_rate: Option<Rate>,
}

/// Whose host is it?
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HostMatch<'a> {
    /// The app's, by this entry.
    Ours(&'a HostEntry),
    /// Somebody else's.
    NotOurs,
    /// Not a host name or an IP address.
    Invalid,
}

impl HostTable {
    /// Builds the table. What is refused goes to `refusals` under the name `field["…"]`, and nothing else goes with it.
    ///
    /// Of two keys that mean the same host the first in byte order stays, because a JSON object has no order of its own.
    pub fn build(
        rules: &BTreeMap<String, HostRule>,
        field: &str,
        refusals: &mut Vec<Refusal>,
    ) -> Self {
        let mut table = Table::default();
        let mut over_limit = 0usize;
        for (written, rule) in rules {
            let shown = configured::without_user_info(written);
            let name = format!("{field}[{shown:?}]");
            let configured = match parse_configured(written) {
                Ok(configured) => configured,
                Err((code, message)) => {
                    refusals.push(Refusal::new(name, shown, code, message));
                    continue;
                }
            };
            for (code, warning) in configured.warnings {
                refusals.push(Refusal::new(&name, shown, code, warning));
            }
            if table.len >= limits::FIRST_PARTY_HOSTS {
                over_limit += 1;
                continue;
            }
            let entry = HostEntry {
                host: configured.host,
                formats: read_formats(rule, &name, refusals),
                sample_rate: read_rate(rule, &name, refusals),
            };
            if let Some(refused) = table.insert(entry, configured.address) {
                let message = format!(
                    "{} is configured already; the first one stays",
                    refused.host
                );
                refusals.push(Refusal::new(name, shown, RefusalCode::Duplicate, message));
            }
        }
        if over_limit > 0 {
            let message = format!(
                "at most {} hosts are taken; {over_limit} were left out",
                limits::FIRST_PARTY_HOSTS
            );
            refusals.push(Refusal::new(
                field,
                rules.len().to_string(),
                RefusalCode::TooLarge,
                message,
            ));
        }
        Self {
            inner: Arc::new(table),
        }
    }

    /// Whose is this host? `host` is what the platform's HTTP stack parsed: a name or an address, without port, IPv6
    /// with or without brackets. Allocates nothing for an ASCII host.
    pub fn find(&self, host: &str) -> HostMatch<'_> {
        let name = name::without_dot(host);
        if !name::is_ipv4_like(name)
            && let Some(found) = self.find_name(name)
        {
            return found;
        }
        match name::unusual(host) {
            None => HostMatch::Invalid,
            Some(Unusual::Name(name)) => self.find_name(&name).unwrap_or(HostMatch::Invalid),
            Some(Unusual::Address(address)) => {
                let entry = self.inner.addresses.get(&address);
                entry.map_or(HostMatch::NotOurs, HostMatch::Ours)
            }
        }
    }

    /// None when this is no name.
    fn find_name(&self, name: &str) -> Option<HostMatch<'_>> {
        if name.len() > limits::HOST_CHARS {
            return None;
        }
        let found = self.inner.names.most_specific(name)?;
        Some(found.entry.map_or(HostMatch::NotOurs, HostMatch::Ours))
    }

    /// How many hosts are configured.
    pub fn len(&self) -> usize {
        self.inner.len
    }

    /// Is none configured?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Table {
    /// Adds an entry, or hands it back when its host is there already.
    fn insert(&mut self, entry: HostEntry, address: Option<IpAddr>) -> Option<HostEntry> {
        let refused = match address {
            None => self.names.insert(entry),
            Some(address) if self.addresses.contains_key(&address) => Some(entry),
            Some(address) => {
                self.addresses.insert(address, entry);
                None
            }
        };
        if refused.is_none() {
            self.len += 1;
        }
        refused
    }
}

fn read_formats(rule: &HostRule, name: &str, refusals: &mut Vec<Refusal>) -> Formats {
    let mut formats = Formats::default();
    for written in &rule.formats {
        match Format::from_name(written) {
            Some(format) => formats.insert(format),
            None => refusals.push(Refusal::new(
                format!("{name}.formats"),
                written,
                RefusalCode::UnknownName,
                "not a trace format; write one of datadog, tracecontext, b3, b3multi, sw8, baggage",
            )),
        }
    }
    if !formats.is_empty() && !formats.carry_trace() {
        refusals.push(Refusal::new(
            format!("{name}.formats"),
            Format::Baggage.name(),
            RefusalCode::BaggageAlone,
            "baggage goes beside a trace and carries none; add \"datadog\" and \"tracecontext\"",
        ));
    }
    formats
}

fn read_rate(rule: &HostRule, name: &str, refusals: &mut Vec<Refusal>) -> Option<Rate> {
    let percent = rule.sample_rate?;
    let mut refuse = |message: &str| {
        refusals.push(Refusal::new(
            format!("{name}.sample_rate"),
            percent.to_string(),
            RefusalCode::OutOfRange,
            message,
        ));
    };
    if percent.is_nan() {
        refuse("not a number; the general trace_sample_rate is used");
        return None;
    }
    if !(0.0..=100.0).contains(&percent) {
        refuse("a rate is a percentage, 0 to 100; the nearest bound is used");
    }
    Some(Rate::new(percent))
}

#[cfg(test)]
mod configured_tests;
#[cfg(test)]
mod tests;
