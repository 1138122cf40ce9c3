use super::*;

fn at(mono_ms: u64) -> Now {
    Now {
        wall_ms: 1_700_000_000_000 + mono_ms,
        mono_ms,
    }
}

const NETWORKS: Failure = Failure {
    after_ms: None,
    is_networks: true,
};

fn asked(after_ms: u64) -> Failure {
    Failure {
        after_ms: Some(after_ms),
        is_networks: false,
    }
}

/// An app that has started, pulled, and gone to the background at 1 s.
fn left() -> Pulls {
    let mut pulls = Pulls::default();
    pulls.cold_start(false, 7, at(0));
    assert!(pulls.begin(at(0)));
    pulls.answered();
    pulls.background(at(1_000));
    pulls
}

#[test]
fn phones_that_were_told_the_same_moment_come_back_over_two_minutes() {
    let mut pulls = Pulls::default();
    pulls.cold_start(false, 0, at(0));
    assert!(pulls.begin(at(0)));
    pulls.failed(asked(600_000), limits::REMOTE_ASKED_BASE_MS, at(100));
    assert_eq!(pulls.next_at(), Some(600_100 + 120_000));
}

#[test]
fn thirty_seconds_away_ask_for_nothing_and_a_millisecond_more_does() {
    let mut pulls = left();
    pulls.foreground(true, 0, at(31_000));
    assert_eq!(pulls.next_at(), None);

    let mut pulls = left();
    pulls.foreground(true, 0, at(31_001));
    assert_eq!(pulls.next_at(), Some(31_001));
}

#[test]
fn going_away_twice_counts_from_the_first_and_coming_back_twice_asks_once() {
    let mut pulls = left();
    pulls.background(at(20_000));
    pulls.foreground(false, 0, at(31_001));
    assert!(pulls.begin(at(31_001)));
    pulls.foreground(false, 0, at(90_000));
    pulls.answered();
    assert_eq!(pulls.next_at(), None);
}

#[test]
fn what_is_in_force_lets_a_pull_wait_up_to_two_seconds_and_nothing_lets_it_go_at_once() {
    let due = |in_force, random| {
        let mut pulls = Pulls::default();
        pulls.cold_start(in_force, random, at(500));
        pulls.next_at().unwrap()
    };
    let waits: std::collections::BTreeSet<u64> =
        (0..10_000).map(|random| due(true, random) - 500).collect();
    assert_eq!(waits, (0..=2_000).collect());
    assert_eq!(due(false, 1_999), 500);
}

#[test]
fn never_two_at_a_time() {
    let mut pulls = Pulls::default();
    pulls.cold_start(false, 0, at(0));
    assert!(pulls.begin(at(0)));
    assert!(!pulls.begin(at(0)));
    // A phone that slept with a pull under way: the one for its return waits for that one's end.
    pulls.background(at(1));
    pulls.foreground(false, 0, at(3_600_000));
    assert!(!pulls.begin(at(3_600_000)));
    pulls.failed(NETWORKS, 0, at(3_600_001));
    assert!(pulls.begin(at(3_600_001)));
}

#[test]
fn failures_are_repeated_ever_later_and_never_in_the_background() {
    let mut pulls = Pulls::default();
    pulls.cold_start(false, 0, at(0));
    let mut now = 0;
    let mut longest = Vec::new();
    for _ in 0..9 {
        assert!(pulls.begin(at(now)));
        // The largest remainder that each bound allows.
        let bound = (30_000_u64 << longest.len()).min(3_600_000);
        pulls.failed(NETWORKS, bound, at(now));
        longest.push(pulls.next_at().unwrap() - now);
        now = pulls.next_at().unwrap();
    }
    assert_eq!(longest[..3], [30_000, 60_000, 120_000]);
    assert_eq!(longest[7..], [3_600_000, 3_600_000]);

    pulls.background(at(now));
    assert_eq!((pulls.next_at(), pulls.begin(at(now))), (None, false));
    pulls.foreground(true, 0, at(now + 1));
    assert!(pulls.begin(at(now + 1)), "it was due");
    pulls.answered();
    pulls.cold_start(false, 0, at(0));
    assert!(pulls.begin(at(0)));
    pulls.failed(NETWORKS, u64::MAX, at(0));
    assert!(pulls.next_at().unwrap() <= 30_000, "a success begins anew");
}

#[test]
fn what_the_server_asks_for_holds_for_a_return_too() {
    let mut pulls = left();
    pulls.foreground(false, 0, at(40_000));
    assert!(pulls.begin(at(40_000)));
    pulls.failed(asked(600_000), 5_000, at(40_000));
    assert_eq!(pulls.next_at(), Some(645_000), "with a delay of our own");
    pulls.background(at(50_000));
    pulls.foreground(false, 0, at(100_000));
    assert_eq!(pulls.next_at(), Some(645_000));
    // Without such a word a return does not wait for our own delay.
    assert!(pulls.begin(at(645_000)));
    pulls.failed(asked(0), 59_000, at(645_000));
    pulls.background(at(645_000));
    pulls.foreground(true, 0, at(675_001));
    assert_eq!(pulls.next_at(), Some(675_001));
}

#[test]
fn without_a_network_it_waits_for_one_and_comes_after_a_moment() {
    let mut pulls = Pulls::default();
    pulls.network(false, 0, at(0));
    pulls.cold_start(false, 0, at(0));
    assert_eq!((pulls.next_at(), pulls.begin(at(60_000))), (None, false));
    pulls.network(true, 1_500, at(60_000));
    assert_eq!(pulls.next_at(), Some(61_500));
    pulls.network(true, 0, at(60_500));
    assert_eq!(
        pulls.next_at(),
        Some(61_500),
        "the same word again changes nothing"
    );

    // A delay that was the network's fault is over with it; one that the server is to blame for stands.
    assert!(pulls.begin(at(61_500)));
    pulls.failed(NETWORKS, 30_000, at(61_500));
    pulls.network(false, 0, at(62_000));
    pulls.network(true, 100, at(63_000));
    assert_eq!(pulls.next_at(), Some(63_100));
    assert!(pulls.begin(at(63_100)));
    pulls.failed(asked(0), 60_000, at(63_100));
    pulls.network(false, 0, at(64_000));
    pulls.network(true, 100, at(65_000));
    assert_eq!(pulls.next_at(), Some(123_100));
}

#[test]
fn a_network_that_comes_and_goes_undoes_neither_the_delays_nor_what_a_server_asked_for() {
    let mut pulls = Pulls::default();
    pulls.cold_start(false, 0, at(0));
    let mut begun = 0;
    for second in 0..60 {
        pulls.network(false, 0, at(second * 1_000));
        pulls.network(true, 0, at(second * 1_000));
        if pulls.begin(at(second * 1_000)) {
            begun += 1;
            pulls.failed(NETWORKS, limits::REMOTE_RETRY_MAX_MS, at(second * 1_000));
        }
    }
    assert!((2..=4).contains(&begun), "{begun} in a minute");

    let mut pulls = Pulls::default();
    pulls.cold_start(false, 0, at(0));
    assert!(pulls.begin(at(0)));
    let redirect = Failure {
        after_ms: Some(600_000),
        is_networks: true,
    };
    pulls.failed(redirect, 0, at(0));
    pulls.network(false, 0, at(1_000));
    pulls.network(true, 0, at(2_000));
    assert_eq!(pulls.next_at(), Some(600_000));
}
