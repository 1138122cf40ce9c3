//! What the fuzz targets run, and what an ordinary test runs over their corpora.
//!
//! Every input is a text of lines that a person can read and write; what is not UTF-8 is replaced, not passed over. The remote
//! document alone is taken as it stands: it is what a server answers.

use handspan_core::trace::{Format, Formats};

use super::hop::{Hop, Verdict};
use super::{configuration, hop, hosts, remote, response, store};

/// A fuzz target.
pub struct Target {
    /// The name of its binary, and of its folder of inputs.
    pub name: &'static str,
    /// Panics where a law is broken.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: [Target; 13] = [
    target("b3", |data| parser(data, &["b3"])),
    target("b3multi", |data| {
        parser(
            data,
            &[
                "x-b3-traceid",
                "x-b3-spanid",
                "x-b3-parentspanid",
                "x-b3-sampled",
                "x-b3-flags",
            ],
        );
    }),
    target("baggage", baggage),
    target("configuration", |data| configuration::check(&text(data))),
    target("datadog", |data| {
        parser(
            data,
            &[
                "x-datadog-trace-id",
                "x-datadog-parent-id",
                "x-datadog-sampling-priority",
                "x-datadog-sampled",
                "x-datadog-tags",
            ],
        );
    }),
    target("hosts", all_hosts),
    target("remote", remote::check),
    target("request", request),
    target("response", |data| {
        response::check(&headers(&text(data)).collect::<Vec<_>>());
    }),
    target("store", |data| store::check(&text(data))),
    target("sw8", |data| parser(data, &["sw8"])),
    target("tracecontext", |data| parser(data, &["traceparent"])),
    target("tracestate", tracestate),
];

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run }
}

/// Runs a target by its name.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.unwrap_or_else(|| panic!("no target {name}")).run)(data);
}

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// Lines of `name: value`. A name may begin with a colon.
fn headers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('\n').filter_map(|line| {
        let colon = line.get(1..)?.find(':')? + 1;
        let value = &line[colon + 1..];
        Some((&line[..colon], value.strip_prefix(' ').unwrap_or(value)))
    })
}

/// The reader of a format: lines of `name: value`, or of values alone where the format has one header.
fn parser(data: &[u8], names: &[&str]) {
    let text = text(data);
    let lines: Vec<_> = match names {
        [name] => text.split('\n').map(|line| (*name, line)).collect(),
        _ => headers(&text)
            .filter(|(found, _)| names.contains(found))
            .collect(),
    };
    hop::check(&Hop {
        headers: owned(lines),
        ..Hop::default()
    });
}

fn owned<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Each line is a `tracestate` header of the app's.
fn tracestate(data: &[u8]) {
    let text = text(data);
    let lines = text.split('\n').map(|line| ("tracestate", line));
    let hop = Hop {
        formats: Formats::from_iter([Format::TraceContext]),
        headers: owned(lines),
        ..Hop::default()
    };
    hop::check(&hop);
    hop::check(&Hop {
        arms_pid: Some("f3r6s2u3hn@53df7ad2afe8301".to_owned()),
        ..hop
    });
}

/// The user, the account (an empty line: none), then a `baggage` header of the app's a line.
fn baggage(data: &[u8]) {
    let text = text(data);
    let mut lines = text.split('\n');
    let mut person = || lines.next().filter(|id| !id.is_empty()).map(str::to_owned);
    let (user, account) = (person(), person());
    hop::check(&Hop {
        formats: Formats::from_iter([Format::B3, Format::Baggage]),
        user,
        account,
        headers: owned(lines.map(|line| ("baggage", line))),
        ..Hop::default()
    });
}

/// A request and its configuration: `:formats`, `:injection`, `:verdict`, `:trace`, `:span`, `:source`, `:version`, `:pid`,
/// `:user`, `:account`, `:host`, `:port`, `:path`; every other line is a header of the app's.
fn request(data: &[u8]) {
    let mut hop = Hop::default();
    for (name, value) in headers(&text(data)) {
        let value = value.to_owned();
        match name {
            ":formats" => hop.formats = value.split(',').filter_map(Format::from_name).collect(),
            ":injection" => hop.inject_all = value == "all",
            ":verdict" => {
                hop.verdict = match value.as_str() {
                    "forced" => Verdict::Forced,
                    "not kept" => Verdict::NotKept,
                    _ => Verdict::Kept,
                };
            }
            ":trace" => {
                let trace = u128::from_str_radix(&value, 16).unwrap_or(1);
                hop.trace = if trace as u64 == 0 { trace | 1 } else { trace };
            }
            ":span" => hop.span = u64::from_str_radix(&value, 16).unwrap_or(1).max(1),
            ":source" if value == "ios" => hop.source = value,
            ":version" => hop.version = Some(value),
            ":pid" => hop.arms_pid = Some(value),
            ":user" => hop.user = Some(value),
            ":account" => hop.account = Some(value),
            ":host" => hop.host = value,
            ":port" => hop.port = value.parse().unwrap_or(0),
            ":path" => hop.path = value,
            _ => hop.headers.push((name.to_owned(), value)),
        }
    }
    hop::check(&hop);
}

/// Configured hosts, a line each; on the last line the host that is asked for.
fn all_hosts(data: &[u8]) {
    let text = text(data);
    let mut lines: Vec<_> = text.split('\n').collect();
    let asked = lines.pop().unwrap_or_default();
    hosts::check(&lines, asked);
}

#[cfg(test)]
mod tests {
    use super::headers;

    #[test]
    fn a_name_may_begin_with_a_colon() {
        let text = ":host: a:1\nb3: 0\nx:y\nnothing\n:\n\u{e9}:";
        let found: Vec<_> = headers(text).collect();
        assert_eq!(found, [(":host", "a:1"), ("b3", "0"), ("x", "y")]);
    }
}
