//! URLs that can be read in two ways: the host that gets the bytes is the host that is matched.
//!
//! `vectors/url_confusion.json` holds what OkHttp and URLSession make of each URL. Here the core answers for the hosts that
//! they hand over; the Kotlin and Swift tests ask the platforms themselves.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where it meets what it did not expect"
)]

use std::collections::BTreeMap;

use handspan_core::config::HostRule;
use handspan_core::hosts::{HostMatch, HostTable};
use handspan_tests::own::{URL_CONFUSION, folder, read_json};
use serde_json::Value;

const PLATFORMS: [&str; 3] = ["okhttp_4", "okhttp_5", "urlsession"];

fn table(row: &Value) -> HostTable {
    let hosts = row["first_party_hosts"].as_array().unwrap();
    let rules: BTreeMap<_, _> = hosts
        .iter()
        .map(|host| (host.as_str().unwrap().to_owned(), HostRule::default()))
        .collect();
    let mut refusals = Vec::new();
    let table = HostTable::build(&rules, "first_party_hosts", &mut refusals);
    assert_eq!(refusals, [], "{}", row["name"]);
    table
}

fn entry(table: &HostTable, host: &str) -> Option<String> {
    match table.find(host) {
        HostMatch::Ours(entry) => Some(entry.host.to_string()),
        HostMatch::NotOurs | HostMatch::Invalid => None,
    }
}

#[test]
fn the_host_that_gets_the_bytes_is_the_host_that_is_matched() {
    let document = read_json(&folder().join(URL_CONFUSION)).unwrap();
    let rows = document["urls"].as_array().unwrap();
    assert!(rows.len() >= 150, "{} URLs", rows.len());
    let mut hosts = 0;
    for row in rows {
        let table = table(row);
        for platform in PLATFORMS {
            let Some(host) = row[platform]["host"].as_str() else {
                assert!(row[platform].is_null(), "{}", row["name"]);
                continue;
            };
            hosts += 1;
            let expected = row[platform]["entry"].as_str().map(str::to_owned);
            assert_eq!(
                entry(&table, host),
                expected,
                "{}, {platform}: {host}",
                row["name"]
            );
        }
    }
    assert!(hosts > 300, "{hosts} hosts");
}

/// A Rust app goes through the `url` crate: what it would connect to is the entry's own domain, or below it.
#[test]
fn a_rust_app_is_answered_for_the_host_that_it_connects_to() {
    let document = read_json(&folder().join(URL_CONFUSION)).unwrap();
    let mut names = 0;
    for row in document["urls"].as_array().unwrap() {
        let url = url::Url::parse(row["url"].as_str().unwrap());
        let Some(url::Host::Domain(name)) = url.as_ref().ok().and_then(url::Url::host) else {
            continue;
        };
        if let Some(entry) = entry(&table(row), name) {
            let domain = entry.split_once("*.").map_or(&*entry, |(_, domain)| domain);
            let below = name.trim_end_matches('.').strip_suffix(domain);
            assert!(
                below.is_some_and(|below| below.is_empty() || below.ends_with('.')),
                "{name}: {entry}"
            );
            names += 1;
        }
    }
    assert!(names > 40, "{names} names");
}
