//! Where peers' vectors and our rules differ: one list, `vectors/contradictions.json`, with the reason for each.
//!
//! A contradicted vector is not left out: it is checked against our value.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::own;

/// Name of the list's file.
pub const FILE: &str = "contradictions.json";

/// Keys of the list, as translations use them.
pub mod key {
    /// Hosts compare case-insensitively.
    pub const HOST_CASE: &str = "host-case";
    /// A host that begins with a dot is no host.
    pub const LEADING_DOT: &str = "leading-dot";
    /// IP addresses have no subdomains.
    pub const IP_SUFFIX: &str = "ip-suffix";
    /// The most specific entry wins.
    pub const MOST_SPECIFIC: &str = "most-specific";
    /// Text elsewhere in a URL is no host.
    pub const SUBSTRING: &str = "substring";
    /// The scheme of a configured URL is case-insensitive.
    pub const SCHEME_CASE: &str = "scheme-case";
    /// IPv6 addresses are hosts, kept without brackets.
    pub const IPV6: &str = "ipv6";
    /// A URL without host is refused.
    pub const EMPTY_HOST: &str = "empty-host";
    /// Internationalised names are hosts.
    pub const IDN: &str = "idn";
    /// The order within our `tracestate` member.
    pub const TRACESTATE_ORDER: &str = "tracestate-order";
    /// `_dd.p.tid` has 16 digits.
    pub const TID_PADDING: &str = "tid-padding";
    /// `x-datadog-sampled` is sent.
    pub const SAMPLED_HEADER: &str = "sampled-header";
    /// `x-datadog-origin` is sent.
    pub const ORIGIN: &str = "origin";
    /// The mechanism is -1, and it is told.
    pub const MECHANISM: &str = "mechanism";
    /// The tags' order, and no `t.tid` in `tracestate`.
    pub const TAGS_ORDER: &str = "tags-order";
    /// A priority is 1 or 0.
    pub const PRIORITY: &str = "priority";
    /// Headers that a vector does not list.
    pub const UNLISTED: &str = "unlisted-headers";
    /// Ids of other lengths than the specification's are malformed.
    pub const SHORT_IDS: &str = "short-ids";
    /// Upper-case B3 is malformed.
    pub const B3_UPPER_CASE: &str = "b3-upper-case";
    /// A malformed session id is refused.
    pub const SESSION_ID: &str = "session-id";
    /// An id of 0 is none.
    pub const ZERO_ID: &str = "zero-id";

    /// Every key.
    pub const ALL: [&str; 21] = [
        HOST_CASE,
        LEADING_DOT,
        IP_SUFFIX,
        MOST_SPECIFIC,
        SUBSTRING,
        SCHEME_CASE,
        IPV6,
        EMPTY_HOST,
        IDN,
        TRACESTATE_ORDER,
        TID_PADDING,
        SAMPLED_HEADER,
        ORIGIN,
        MECHANISM,
        TAGS_ORDER,
        PRIORITY,
        UNLISTED,
        SHORT_IDS,
        B3_UPPER_CASE,
        SESSION_ID,
        ZERO_ID,
    ];
}

/// The list: key, and why we differ.
pub fn read() -> Result<BTreeMap<String, String>, String> {
    let value = own::read_json(&own::folder().join(FILE))?;
    let entries = value.get("contradictions").and_then(Value::as_array);
    let entry = |entry: &Value| {
        let field = |name| entry.get(name).and_then(Value::as_str).map(str::to_owned);
        field("key")
            .zip(field("because"))
            .ok_or(format!("{FILE}: an entry has no key or no reason"))
    };
    entries
        .ok_or(format!("{FILE}: no \"contradictions\""))?
        .iter()
        .map(entry)
        .collect()
}
