//! Where peers' vectors and our rules differ: one list, `vectors/contradictions.json`, with the reason for each.
//!
//! A contradicted vector is not left out: it is checked against our value. Each entry holds one as its example.

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
    /// A `*` in a configured host is no character of it.
    pub const LITERAL_STAR: &str = "literal-star";
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
    /// The mechanism is that of a rate or of a person, and it is told.
    pub const MECHANISM: &str = "mechanism";
    /// The tags' order, and no `t.tid` in `tracestate`.
    pub const TAGS_ORDER: &str = "tags-order";
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
    /// The span has no parent to tell.
    pub const B3_PARENT: &str = "b3-parent";
    /// A trace that is not kept is told with its ids.
    pub const B3_DENY: &str = "b3-deny";
    /// The segment follows from the ids.
    pub const SW8_SEGMENT: &str = "sw8-segment";
    /// `sw8` is read as by the strictest agents.
    pub const SW8_STRICTNESS: &str = "sw8-strictness";
    /// Who can't be told that a trace is not kept is told nothing.
    pub const NOT_KEPT: &str = "not-kept";
    /// ARMS is told the session as a UUID.
    pub const RUM_SESSION: &str = "rum-session";
    /// The order of our members of `baggage`.
    pub const BAGGAGE_ORDER: &str = "baggage-order";
    /// Which members of `baggage` are ours.
    pub const BAGGAGE_MEMBERS: &str = "baggage-members";
    /// A malformed member of `baggage` takes no other with it.
    pub const BAGGAGE_MALFORMED: &str = "baggage-malformed";
    /// Every unsafe character in `baggage` is escaped.
    pub const BAGGAGE_ESCAPING: &str = "baggage-escaping";
    /// What readers take for something else is escaped too.
    pub const BAGGAGE_READERS: &str = "baggage-readers";

    /// Every key.
    pub const ALL: [&str; 32] = [
        HOST_CASE,
        LEADING_DOT,
        LITERAL_STAR,
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
        UNLISTED,
        SHORT_IDS,
        B3_UPPER_CASE,
        SESSION_ID,
        ZERO_ID,
        B3_PARENT,
        B3_DENY,
        SW8_SEGMENT,
        SW8_STRICTNESS,
        NOT_KEPT,
        RUM_SESSION,
        BAGGAGE_ORDER,
        BAGGAGE_MEMBERS,
        BAGGAGE_MALFORMED,
        BAGGAGE_ESCAPING,
        BAGGAGE_READERS,
    ];
}

/// One entry of the list.
#[derive(Debug)]
pub struct Contradiction {
    /// Its key.
    pub key: String,
    /// Where a peer's vector of this kind stands, as `datadog/baggage/android`.
    pub at: String,
    /// That vector.
    pub vector: Value,
}

/// The list. An entry without a reason is an error.
pub fn read() -> Result<Vec<Contradiction>, String> {
    let value = own::read_json(&own::folder().join(FILE))?;
    let entries = value.get("contradictions").and_then(Value::as_array);
    entries
        .ok_or(format!("{FILE}: no \"contradictions\""))?
        .iter()
        .map(|entry| {
            let field = |name| entry.get(name).and_then(Value::as_str).map(str::to_owned);
            let key = field("key").ok_or(format!("{FILE}: an entry has no key"))?;
            let said = ["peer", "theirs", "ours", "because"].map(|name| field(name).is_some());
            if said.contains(&false) {
                return Err(format!("{FILE}: {key} doesn't say who, what and why"));
            }
            let example = entry.get("example");
            let at = example.and_then(|example| example.get("at")?.as_str().map(str::to_owned));
            let vector = example.and_then(|example| example.get("vector").cloned());
            let (at, vector) = at
                .zip(vector)
                .ok_or(format!("{FILE}: {key} has no example"))?;
            Ok(Contradiction { key, at, vector })
        })
        .collect()
}
