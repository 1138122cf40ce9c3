//! A small fleet's day: `cargo xtask fleet` has a large one.
#![allow(clippy::unwrap_used)] // a test may stop

use handspan_tests::fleet::report::Report;
use handspan_tests::fleet::{Fleet, plot};

#[test]
fn ten_thousand_phones_do_not_come_as_a_herd_and_follow_every_release() {
    let fleet = Fleet {
        phones: 10_000,
        seed: 1,
    };
    let tally = fleet.live().unwrap();
    let report = Report::new(&tally);
    println!("{}", report.page());
    assert_eq!(report.broken(), [""; 0]);
    assert_eq!(tally.phones, 10_000);
    assert!(tally.refused > 0, "somebody met the bad document");
    let svg = plot::svg(&tally);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(!svg.contains("NaN"), "a point that is none");
}
