//! A short storm: `cargo xtask storm` is the long one.
#![allow(clippy::unwrap_used)] // a test may stop

use std::path::PathBuf;

use handspan_tests::storm::Storm;
use handspan_tests::storm::run::Moment;
use handspan_tests::storm::table::Table;

#[test]
fn whatever_moment_the_kill_hits_nothing_stored_is_lost_and_nothing_is_taken_twice() {
    let runs = 4 * Moment::ALL.len() as u64;
    let storm = Storm {
        app: PathBuf::from(env!("CARGO_BIN_EXE_crash-app")),
        runs,
        seed: 7,
    };
    let outcomes = storm.rage().unwrap();
    let table = Table(&outcomes);
    println!("{table}");
    assert_eq!(table.broken(), [""; 0]);
    assert_eq!(outcomes.len() as u64, runs);
    let arrived: u64 = outcomes.iter().map(|one| one.arrived).sum();
    let returned: u64 = outcomes.iter().map(|one| one.returned).sum();
    // Most of what was recorded must come through, or the storm proves nothing.
    assert!(arrived * 2 > returned, "{arrived} of {returned}");
}
