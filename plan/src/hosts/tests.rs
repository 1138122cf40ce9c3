//! Whose host it is, told as a table. The laws stand in the `tests` crate, in `host_laws.rs`.

use std::collections::BTreeMap;

use super::{HostMatch, HostRule, HostTable};
use crate::refusal::{Refusal, RefusalCode};

fn rules(hosts: &[&str]) -> BTreeMap<String, HostRule> {
    let rule = HostRule {
        formats: vec!["tracecontext".to_owned()],
        sample_rate: None,
    };
    hosts
        .iter()
        .map(|&host| (host.to_owned(), rule.clone()))
        .collect()
}

fn table(hosts: &[&str]) -> HostTable {
    let mut refusals = Vec::new();
    let table = HostTable::build(&rules(hosts), "first_party_hosts", &mut refusals);
    assert_eq!(refusals, []);
    table
}

fn found(table: &HostTable, host: &str) -> String {
    match table.find(host) {
        HostMatch::Ours(entry) => entry.host.to_string(),
        HostMatch::NotOurs => "not ours".to_owned(),
        HostMatch::Invalid => "invalid".to_owned(),
    }
}

#[test]
fn a_host_and_its_subdomains_are_ours_on_label_boundaries() {
    let table = table(&["example.com"]);
    for host in [
        "example.com",
        "EXAMPLE.com",
        "example.com.",
        "api.example.com",
        "a.b.c.example.com",
    ] {
        assert_eq!(found(&table, host), "example.com", "{host}");
    }
    for host in [
        "notexample.com",
        "example.com.evil.org",
        "com",
        "example.org",
        "example.comm",
        "xample.com",
    ] {
        assert_eq!(found(&table, host), "not ours", "{host}");
    }
}

#[test]
fn the_most_specific_entry_wins() {
    let table = table(&["example.com", "api.example.com", "deep.v2.api.example.com"]);
    assert_eq!(found(&table, "www.example.com"), "example.com");
    assert_eq!(found(&table, "v2.api.example.com"), "api.example.com");
    assert_eq!(
        found(&table, "x.deep.v2.api.example.com"),
        "deep.v2.api.example.com"
    );
}

#[test]
fn addresses_match_exactly() {
    let table = table(&["192.168.0.1", "[2001:db8::1]", "localhost"]);
    assert_eq!(found(&table, "192.168.0.1"), "192.168.0.1");
    assert_eq!(found(&table, "1.192.168.0.1"), "invalid");
    assert_eq!(found(&table, "192.168.0.2"), "not ours");
    assert_eq!(found(&table, "[2001:0db8:0::1]"), "2001:db8::1");
    assert_eq!(found(&table, "::ffff:192.168.0.1"), "192.168.0.1");
    assert_eq!(found(&table, "shop.localhost"), "localhost");
}

#[test]
fn what_is_no_host_is_invalid() {
    let table = table(&["example.com", "*.com.example", "1.2.3.4", "::1"]);
    for host in [
        "",
        ".",
        "..",
        "example.com..",
        ".example.com",
        "a..b",
        "a..example.com",
        "exa mple.com",
        "x y.example.com",
        "a/b",
        "a@b",
        "user@example.com",
        "a:80",
        "example.com:80",
        "[::1",
        "::1]",
        "[1.2.3.4]",
        "[::1].",
        "fe80::1%eth0",
        "256.1.1.1",
        "1.2.3",
        "0x7f.1",
        "1.0x7f000001",
        "0x",
        "01.2.3.4",
        "1.192.168.0.1",
        "ex%61mple.com",
        "*.example.com",
        "a\u{0}.example.com",
        "b\u{fc}cher%2eexample.com",
        "xn--a\u{308}.example.com",
        "ü..example.com",
    ] {
        assert_eq!(found(&table, host), "invalid", "{host:?}");
    }
    for host in [
        format!("{}.example.com", "a".repeat(250)),
        "a.".repeat(130) + "example.com",
        "ü".repeat(100_000) + ".example.com",
    ] {
        assert_eq!(found(&table, &host), "invalid");
    }
}

#[test]
fn one_host_has_one_form() {
    let table = table(&["a_b.bücher.example", "127.0.0.1", "2001:db8::1"]);
    for host in [
        "a_b.xn--bcher-kva.example",
        "A_B.XN--BCHER-KVA.EXAMPLE.",
        "a_b.bücher.example",
        "a_b.BÜCHER.example.",
        "a_b。bücher．example",
    ] {
        assert_eq!(found(&table, host), "a_b.xn--bcher-kva.example", "{host}");
    }
    for host in ["127.0.0.1", "127.0.0.1.", "１２７.0.0.1"] {
        assert_eq!(found(&table, host), "127.0.0.1", "{host}");
    }
    for host in ["2001:db8::1", "[2001:DB8:0:0::1]", "2001:db8::0.0.0.1"] {
        assert_eq!(found(&table, host), "2001:db8::1", "{host}");
    }
}

#[test]
fn a_refused_entry_takes_no_good_one_with_it() {
    let mut refusals = Vec::new();
    let mut rules = rules(&[
        "exa mple.com",
        "example.com",
        "EXAMPLE.com",
        "https://shop.example/x",
    ]);
    rules.insert(
        "pay.example".to_owned(),
        HostRule {
            formats: vec!["w3c".to_owned(), "datadog".to_owned()],
            sample_rate: Some(150.0),
        },
    );
    let table = HostTable::build(&rules, "first_party_hosts", &mut refusals);
    let told: Vec<_> = refusals
        .iter()
        .map(|refusal| (refusal.field.as_str(), refusal.code))
        .collect();
    assert_eq!(
        told,
        [
            (
                r#"first_party_hosts["exa mple.com"]"#,
                RefusalCode::InvalidHost
            ),
            (
                r#"first_party_hosts["example.com"]"#,
                RefusalCode::Duplicate
            ),
            (
                r#"first_party_hosts["https://shop.example/x"]"#,
                RefusalCode::UrlAsHost
            ),
            (
                r#"first_party_hosts["pay.example"].formats"#,
                RefusalCode::UnknownName
            ),
            (
                r#"first_party_hosts["pay.example"].sample_rate"#,
                RefusalCode::OutOfRange
            ),
        ]
    );
    assert_eq!(table.len(), 3);
    let HostMatch::Ours(pay) = table.find("pay.example") else {
        panic!("pay.example is ours")
    };
    assert!(!pay.formats.is_empty());
    assert_eq!(
        pay.sample_rate.map(crate::trace::Rate::percent),
        Some(100.0)
    );
}

#[test]
fn hosts_over_the_limit_are_one_refusal() {
    let hosts: Vec<String> = (0..crate::limits::FIRST_PARTY_HOSTS + 5)
        .map(|n| format!("h{n}.example"))
        .collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let mut refusals: Vec<Refusal> = Vec::new();
    let table = HostTable::build(&rules(&hosts), "first_party_hosts", &mut refusals);
    assert_eq!(table.len(), crate::limits::FIRST_PARTY_HOSTS);
    assert_eq!(
        refusals
            .iter()
            .map(|refusal| refusal.code)
            .collect::<Vec<_>>(),
        [RefusalCode::TooLarge]
    );
}

#[test]
fn a_star_takes_in_what_is_below_and_not_the_host_itself() {
    let table = table(&["*.example.com"]);
    for host in ["api.example.com", "a.b.example.com", "API.Example.com."] {
        assert_eq!(found(&table, host), "*.example.com", "{host}");
    }
    for host in ["example.com", "notexample.com", "api.example.com.evil.org"] {
        assert_eq!(found(&table, host), "not ours", "{host}");
    }
    assert_eq!(found(&table, "*.example.com"), "invalid");
}

#[test]
fn a_star_after_other_characters_stays_in_its_label() {
    let table = table(&["api-*.example.com", "v*.bücher.example"]);
    for host in [
        "api-1.example.com",
        "API-eu-1.example.com",
        "api-.example.com",
        "v2.api-1.example.com",
    ] {
        assert_eq!(found(&table, host), "api-*.example.com", "{host}");
    }
    for host in [
        "api.example.com",
        "xapi-1.example.com",
        "api-1.eu.example.com",
        "api-1example.com",
        "api-example.com",
        "example.com",
    ] {
        assert_eq!(found(&table, host), "not ours", "{host}");
    }
    for host in ["v.xn--bcher-kva.example", "v2.bücher.example"] {
        assert_eq!(found(&table, host), "v*.xn--bcher-kva.example", "{host}");
    }
}

#[test]
fn of_wildcards_the_most_specific_wins() {
    let table = table(&[
        "example.com",
        "*.example.com",
        "a*.example.com",
        "api-*.example.com",
        "api-1.example.com",
        "*.api-1.example.com",
        "deep.eu.example.com",
    ]);
    for (host, entry) in [
        ("example.com", "example.com"),
        ("www.example.com", "*.example.com"),
        ("a.example.com", "a*.example.com"),
        ("api.example.com", "a*.example.com"),
        ("api-2.example.com", "api-*.example.com"),
        ("x.api-2.example.com", "api-*.example.com"),
        ("api-1.example.com", "api-1.example.com"),
        ("x.api-1.example.com", "*.api-1.example.com"),
        ("eu.example.com", "*.example.com"),
        ("deep.eu.example.com", "deep.eu.example.com"),
        ("shallow.eu.example.com", "*.example.com"),
    ] {
        assert_eq!(found(&table, host), entry, "{host}");
    }
}

#[test]
fn one_wildcard_is_taken_once() {
    let mut refusals = Vec::new();
    let rules = rules(&["*.Example.com", "*.example.com", "*.example.com."]);
    let table = HostTable::build(&rules, "first_party_hosts", &mut refusals);
    assert_eq!(table.len(), 1);
    let codes: Vec<_> = refusals.iter().map(|refusal| refusal.code).collect();
    assert_eq!(codes, [RefusalCode::Duplicate; 2]);
}

/// How many keys a look-up compares: its cost, without a clock.
fn looked_up(table: &HostTable, host: &str) -> usize {
    table.inner.names.most_specific(host).unwrap().looked_up
}

#[test]
fn a_look_up_costs_the_same_for_ten_and_ten_thousand_hosts() {
    let of = |count: usize| {
        let hosts: Vec<String> = (0..count)
            .map(|n| match n % 4 {
                0 => format!("h{n}.example.com"),
                1 => format!("*.h{n}.example.com"),
                2 => format!("api-{n:05}*.example.com"),
                _ => format!("h{n}.example"),
            })
            .collect();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        table(&hosts)
    };
    let (few, many) = (of(12), of(10_000));
    assert_eq!(many.len(), 10_000);
    for host in [
        "www.elsewhere.org",
        "elsewhere.com",
        "h0.example.com",
        "x.y.h1.example.com",
        "api-00002-x.example.com",
        "nothing.example.com",
    ] {
        assert_eq!(found(&few, host), found(&many, host), "{host}");
        assert_eq!(looked_up(&few, host), looked_up(&many, host), "{host}");
    }
    assert_eq!(looked_up(&many, "www.elsewhere.org"), 1);
    assert_eq!(looked_up(&many, "elsewhere.com"), 2);
}

/// dd-sdk-ios matches by a regular expression that backtracks: 26 labels cost it 4.5 s.
#[test]
fn no_host_and_no_configuration_makes_a_look_up_long() {
    // As many labels as a name can have, each of them with wildcards below it.
    let deep: Vec<String> = (1..=125)
        .map(|labels| format!("*.{}a.b", "a.".repeat(labels - 1)))
        .collect();
    // As many prefixes as one label can have, and thousands of siblings.
    let wide: Vec<String> = (0..5_000)
        .map(|n| format!("{}{n}*.c.d", "w".repeat(n % 58)))
        .collect();
    let hosts: Vec<&str> = deep.iter().chain(&wide).map(String::as_str).collect();
    let table = table(&hosts);

    let labels = format!("{}a.b", "a.".repeat(125));
    assert_eq!(labels.len(), crate::limits::HOST_CHARS);
    let letters = format!("{0}.{0}.{0}.{1}.c.d", "w".repeat(63), "w".repeat(57));
    assert_eq!(letters.len(), crate::limits::HOST_CHARS);
    for host in [
        labels.as_str(),
        &letters,
        &format!("{}.c.d", "w".repeat(63)),
        &format!("{}example.org", "a.".repeat(121)),
        &"a.".repeat(126),
    ] {
        let cost = looked_up(&table, host.trim_end_matches('.'));
        // One key a label, and one a character of a label that wildcards stand before.
        assert!(cost <= 1 + host.len(), "{host}: {cost} look-ups");
    }
    assert_eq!(found(&table, &labels), deep[124]);
}
