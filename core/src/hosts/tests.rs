//! Whose host it is, told as a table; the laws stand in `proptest` form below.

use std::collections::BTreeMap;

use super::{HostMatch, HostTable};
use crate::config::{HostRule, Refusal, RefusalCode};

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
    assert_eq!(found(&table, "::ffff:192.168.0.1"), "not ours");
    assert_eq!(found(&table, "shop.localhost"), "localhost");
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

/// dd-sdk-ios matches by a regular expression that backtracks: 26 labels cost it 4.5 s.
#[test]
fn a_host_of_many_labels_costs_what_its_labels_cost() {
    let table = table(&["example.com"]);
    let host = format!("{}example.org", "a.".repeat(121));
    let start = std::time::Instant::now();
    for _ in 0..1_000 {
        assert_eq!(found(&table, &host), "not ours");
    }
    assert!(
        start.elapsed() < std::time::Duration::from_secs(4),
        "1,000 lookups took {:?}",
        start.elapsed()
    );
}
