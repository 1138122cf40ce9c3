//! The matcher against a model that knows by construction what each host is, over a million pairs of table and host.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it meets what it did not expect"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use handspan_core::config::{HostRule, RefusalCode};
use handspan_core::hosts::{HostMatch, HostTable};

/// Few domains and few labels, so that hosts and entries meet, or nearly do.
const DOMAINS: [&[&str]; 6] = [
    &["example", "com"],
    &["example", "co", "uk"],
    &["api", "example", "com"],
    &["mine", "github", "io"],
    &["a", "b"],
    &["localhost"],
];
/// Domains of requests alone: next to those above, and those that no entry may be.
const STRANGERS: [&[&str]; 8] = [
    &["xample", "com"],
    &["exampl", "com"],
    &["example", "comm"],
    &["example", "com", "evil", "org"],
    &["com"],
    &["co", "uk"],
    &["github", "io"],
    &["yours", "github", "io"],
];
const LABELS: [&str; 10] = [
    "a", "b", "ab", "api", "api-1", "api-12", "v2", "x_y", "0x1", "com",
];
/// As a person writes it, and as it is compared.
const UNICODE: [(&str, &str); 3] = [
    ("bücher", "xn--bcher-kva"),
    ("例え", "xn--r8jz45g"),
    ("ÉCOLE", "xn--cole-9oa"),
];
const PREFIXES: [&str; 7] = ["", "a", "ap", "api", "api-", "api-1", "xn--"];
/// Spellings of addresses.
const ADDRESSES: [(&str, &str); 8] = [
    ("192.168.0.1", "192.168.0.1"),
    ("192.168.0.1.", "192.168.0.1"),
    ("192.168.0.11", "192.168.0.11"),
    ("[::1]", "::1"),
    ("0:0::0:1", "::1"),
    ("2001:DB8::1", "2001:db8::1"),
    ("[2001:db8:0:0::1]", "2001:db8::1"),
    ("::ffff:192.168.0.1", "192.168.0.1"),
];
/// Around or inside of a good host these make a bad one.
const BAD: [(&str, &str); 14] = [
    (".", ""),
    ("", ".."),
    ("a..", ""),
    ("", ":443"),
    ("user@", ""),
    ("", "/"),
    ("", "?"),
    ("", "#.example.com"),
    (" ", ""),
    ("*.", ""),
    ("a%2e", ""),
    ("\\", ""),
    ("", ".1"),
    ("", ".0x7f"),
];

/// xorshift64*: the same million pairs on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(drawn).unwrap() % bound
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }
}

/// What a text stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    Labels(Vec<&'static str>),
    /// What stands before the `*`, and the labels after its own.
    Wildcard(&'static str, Vec<&'static str>),
    Address(IpAddr),
    Nothing,
}

struct Text {
    written: String,
    meaning: Meaning,
}

/// A name below a domain, in any case, with or without a dot behind it.
fn name(dice: &mut Dice, domain: &'static [&'static str]) -> Text {
    let mut labels = Vec::new();
    let mut written = Vec::new();
    for _ in 0..dice.of(&[0, 0, 1, 1, 2, 4]) {
        if dice.one_in(40) {
            let (unicode, ascii) = dice.of(&UNICODE);
            written.push(unicode);
            labels.push(ascii);
        } else {
            let label = dice.of(&LABELS);
            written.push(label);
            labels.push(label);
        }
    }
    written.extend(domain);
    labels.extend(domain);
    Text {
        written: spelt(dice, written.join(".")),
        meaning: Meaning::Labels(labels),
    }
}

fn spelt(dice: &mut Dice, mut text: String) -> String {
    if dice.one_in(4) {
        text = text.to_uppercase();
    }
    if dice.one_in(8) {
        text.push('.');
    }
    text
}

fn address(dice: &mut Dice) -> Text {
    let (written, address) = dice.of(&ADDRESSES);
    Text {
        written: written.to_owned(),
        meaning: Meaning::Address(address.parse().unwrap()),
    }
}

fn entry(dice: &mut Dice) -> Text {
    if dice.one_in(8) {
        return address(dice);
    }
    let domain = dice.of(&DOMAINS);
    let name = name(dice, domain);
    let Meaning::Labels(labels) = name.meaning else {
        panic!("a name has labels")
    };
    if dice.one_in(2) {
        return Text {
            meaning: Meaning::Labels(labels),
            ..name
        };
    }
    let prefix = dice.of(&PREFIXES);
    Text {
        written: format!("{prefix}*.{}", name.written),
        meaning: Meaning::Wildcard(prefix, labels),
    }
}

fn host(dice: &mut Dice) -> Text {
    let good = match dice.below(8) {
        0 => address(dice),
        1 => {
            let domain = dice.of(&STRANGERS);
            name(dice, domain)
        }
        _ => {
            let domain = dice.of(&DOMAINS);
            name(dice, domain)
        }
    };
    if !dice.one_in(12) {
        return good;
    }
    let (before, after) = dice.of(&BAD);
    Text {
        written: format!("{before}{}{after}", good.written),
        meaning: Meaning::Nothing,
    }
}

/// How specific an entry is that takes this host in: its labels, being without `*`, and what stands before the `*`.
fn takes_in(entry: &Meaning, host: &Meaning) -> Option<(usize, bool, usize)> {
    match (entry, host) {
        (Meaning::Address(entry), Meaning::Address(host)) => {
            (entry == host).then_some((0, true, 0))
        }
        (Meaning::Labels(entry), Meaning::Labels(host)) => {
            host.ends_with(entry).then_some((entry.len(), true, 0))
        }
        (Meaning::Wildcard(prefix, rest), Meaning::Labels(host)) => {
            let label = host.strip_suffix(rest.as_slice())?.last()?;
            label
                .starts_with(prefix)
                .then_some((rest.len() + 1, false, prefix.len()))
        }
        _ => None,
    }
}

fn table<'a>(written: impl Iterator<Item = &'a str>) -> HostTable {
    let rule = HostRule {
        formats: Vec::new(),
        sample_rate: None,
    };
    let rules: BTreeMap<_, _> = written
        .map(|host| (host.to_owned(), rule.clone()))
        .collect();
    let mut refusals = Vec::new();
    let table = HostTable::build(&rules, "first_party_hosts", &mut refusals);
    refusals.retain(|refusal| refusal.code != RefusalCode::Duplicate);
    assert_eq!(refusals, []);
    table
}

#[test]
fn the_matcher_agrees_with_the_plainest_model_a_million_times() {
    let (mut ours, mut not_ours, mut invalid) = (0, 0, 0);
    for batch in 1..=10 {
        let dice = &mut Dice(batch);
        let hosts: Vec<Text> = (0..1_000).map(|_| host(dice)).collect();
        for _ in 0..100 {
            let entries: Vec<Text> = (0..dice.below(24)).map(|_| entry(dice)).collect();
            let table = table(entries.iter().map(|entry| entry.written.as_str()));
            let distinct: BTreeSet<&Meaning> = entries.iter().map(|entry| &entry.meaning).collect();
            assert_eq!(table.len(), distinct.len());
            for host in &hosts {
                let best = distinct
                    .iter()
                    .filter_map(|entry| Some((takes_in(entry, &host.meaning)?, *entry)))
                    .max();
                match (table.find(&host.written), best) {
                    (HostMatch::Ours(found), Some((_, entry))) => {
                        ours += 1;
                        assert!(
                            is_kept_as(entry, &found.host),
                            "{}: {}",
                            host.written,
                            found.host
                        );
                    }
                    (HostMatch::NotOurs, None) if host.meaning != Meaning::Nothing => not_ours += 1,
                    (HostMatch::Invalid, None) if host.meaning == Meaning::Nothing => invalid += 1,
                    (found, best) => panic!("{}: {found:?}, not {best:?}", host.written),
                }
            }
        }
    }
    assert_eq!(ours + not_ours + invalid, 1_000_000);
    assert!(
        ours > 200_000 && not_ours > 200_000 && invalid > 50_000,
        "{ours} ours, {not_ours} not, {invalid} invalid"
    );
}

fn is_kept_as(entry: &Meaning, host: &str) -> bool {
    match entry {
        Meaning::Labels(labels) => host.split('.').eq(labels.iter().copied()),
        Meaning::Wildcard(prefix, rest) => host.split_once("*.").is_some_and(|(before, name)| {
            before == *prefix && name.split('.').eq(rest.iter().copied())
        }),
        Meaning::Address(address) => host.parse() == Ok(*address),
        Meaning::Nothing => false,
    }
}
