//! Hosts: the look-up agrees with the plainest model.

use handspan_tests::laws::hosts::check;
use proptest::collection::vec;
use proptest::prelude::*;

use super::any;

/// Few labels, so that hosts meet each other.
fn host() -> impl Strategy<Value = String> {
    vec(prop_oneof!["a", "b", "ab", "x-y", "com"], 2..6).prop_map(|labels| labels.join("."))
}

fn checked(written: &[String], asked: &str) {
    let written: Vec<_> = written.iter().map(String::as_str).collect();
    check(&written, asked);
}

proptest! {
    #[test]
    fn hosts_that_meet_each_other(
        hosts in vec(host(), 0..8), asked in host(), shout in any::<bool>(), dot in any::<bool>(),
    ) {
        let mut asked = if shout { asked.to_uppercase() } else { asked };
        if dot {
            asked.push('.');
        }
        checked(&hosts, &asked);
    }

    #[test]
    fn hosts_of_any_text(hosts in vec(any::text(), 0..4), asked in any::text()) {
        checked(&hosts, &asked);
    }
}
