//! The core's tree of public suffixes against the list, by another reader of the same list.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where it meets what it did not expect"
)]

use std::collections::BTreeSet;
use std::fs;

use handspan_core::config::RefusalCode;
use handspan_core::hosts::parse_configured;
use handspan_tests::public_suffixes::{committed, encode, rules};

#[test]
fn the_tree_is_what_the_list_makes() {
    let tree = encode(&rules().unwrap()).unwrap();
    assert!(
        fs::read(committed()).unwrap() == tree,
        "the list has changed: run `cargo xtask public-suffixes`"
    );
}

/// Is it a public suffix by `psl`, whose list holds Unicode names as such? A name that no rule knows is one by its last
/// label alone.
fn is_suffix(host: &str) -> bool {
    psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix == host)
}

/// Each rule, and names like it: one label more or less, another first label, a rule's exception.
fn names_near(rule: &str) -> Vec<String> {
    let name = rule.trim_start_matches(['!', '*']).trim_start_matches('.');
    let parent = name.split_once('.').map_or(name, |(_, parent)| parent);
    vec![
        name.to_owned(),
        format!("a.{name}"),
        format!("b.a.{name}"),
        format!("x{name}"),
        parent.to_owned(),
        format!("a.{parent}"),
        format!("www.{parent}"),
    ]
}

#[test]
fn every_rule_holds_in_a_configuration() {
    let rules = rules().unwrap();
    assert!(rules.len() > 9_000, "{} rules", rules.len());
    let above_wildcards: BTreeSet<&str> = rules
        .iter()
        .filter_map(|rule| rule.strip_prefix("*."))
        .collect();
    let names: BTreeSet<String> = rules
        .iter()
        .flat_map(|rule| names_near(rule))
        .filter(|name| name.contains('.'))
        .collect();
    let mut public = 0;
    for name in &names {
        let expected = is_suffix(name) || above_wildcards.contains(name.as_str());
        let refusal = parse_configured(name).err().map(|(code, _)| code);
        assert_eq!(
            refusal,
            expected.then_some(RefusalCode::PublicSuffix),
            "{name}"
        );
        let star = parse_configured(&format!("*.{name}"))
            .err()
            .map(|(code, _)| code);
        assert_eq!(star, refusal, "*.{name}");
        public += usize::from(expected);
    }
    assert!(public > 8_000 && names.len() > 2 * public);
}
