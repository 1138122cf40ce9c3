//! Weeks of a phone in seconds. Each prints what it cost.

use super::world::*;
use super::*;
use crate::upload::{Network, UploadConditions};

fn on(network: Network) -> UploadConditions {
    UploadConditions {
        network,
        ..UploadConditions::default()
    }
}

fn refused() -> TransportError {
    TransportError::Network("connection refused".to_owned())
}

/// Eight times a day the app is used for four minutes with a call every four seconds, and goes to the background for the rest.
fn day_of_use(world: &mut World) {
    for _ in 0..8 {
        world.tell(Command::Foreground);
        for _ in 0..60 {
            world.call();
            world.pass(4 * SECOND);
        }
        world.tell(Command::Background);
        world.pass(3 * HOUR - 4 * MINUTE);
    }
}

fn week_offline(what: &str, told: bool) -> World {
    let back = 7 * DAY;
    let mut world = World::new("", limits::STORE_BYTES, move |at| {
        if at < back {
            Exchange::lost(refused(), false, 20)
        } else {
            Exchange::answered(202)
        }
    });
    if told {
        world.conditions(on(Network::None));
    }
    for _ in 0..7 {
        day_of_use(&mut world);
    }
    let tries = world.server.requests;
    if told {
        world.conditions(on(Network::Unmetered));
    }
    world.tell(Command::Foreground);
    world.pass(HOUR);
    world.count();
    world.says(what, 7);
    assert_eq!(world.server.twice(), 0);
    for (number, &recorded) in world.recorded_ms.iter().enumerate() {
        let age = back - recorded;
        let arrived = world.server.events.contains_key(&(number as u64));
        // Events of one batch are given up together, with the first.
        if age <= DAY - limits::BATCH_SPAN_MS {
            assert!(arrived, "{number}: {age} ms old");
        } else if age > DAY {
            assert!(!arrived, "{number}: {age} ms old");
        }
    }
    assert_eq!(world.totals.dropped[&"too_old"], world.missing());
    assert_eq!(world.totals.lost(), world.missing());
    assert!(world.engine.is_idle());
    assert!(
        world.most_bytes < 2 * 1024 * 1024,
        "a day's, not a week's: {}",
        world.most_bytes
    );
    assert!(tries == 0 || !told, "{tries} tries without a network");
    world
}

#[test]
fn a_week_offline_that_the_platform_tells_of_costs_no_try_and_the_last_day_arrives_once() {
    let world = week_offline("a week offline, told", true);
    assert!(world.most_batches <= 8 * 2 + 2, "{}", world.most_batches);
}

#[test]
fn a_week_offline_that_nobody_tells_of_is_tried_now_and_then_and_ends_the_same() {
    let world = week_offline("a week offline, not told", false);
    // The foreground backs off to minutes, the background tries for seconds each quarter of an hour.
    assert!(
        world.server.requests < 7 * 1_000,
        "{}",
        world.server.requests
    );
}

#[test]
fn a_store_that_is_full_gives_up_the_oldest_and_keeps_its_bound() {
    const CAP: u64 = 1024 * 1024;
    let mut world = World::new("", CAP, |_| Exchange::answered(202));
    world.conditions(on(Network::None));
    for _ in 0..5_000 {
        world.call();
        world.pass(2 * SECOND);
    }
    assert!(world.most_bytes <= CAP, "{}", world.most_bytes);
    world.conditions(on(Network::Unmetered));
    world.pass(MINUTE);
    world.count();
    world.says("a full store", 0);
    let arrived = world.server.events.len() as u64;
    assert_eq!(world.totals.dropped[&"store_full"], world.missing());
    // It is the newest that are there, without a gap.
    assert!((world.calls - arrived..world.calls).all(|n| world.server.events.contains_key(&n)));
    assert_eq!(world.server.twice(), 0);
}

#[test]
fn a_month_of_a_flaky_network_loses_nothing_uncounted_and_sends_nothing_twice() {
    let dice = Dice::new(1);
    let mut world = World::new("", limits::STORE_BYTES, move |_| match dice.below(100) {
        0..10 => Exchange::lost(refused(), false, 100),
        10..16 => Exchange::lost(TransportError::Timeout, false, 60 * SECOND),
        // The answer is lost, not the batch.
        16..24 => Exchange::lost(TransportError::Timeout, true, 60 * SECOND),
        24..28 => Exchange::lost(refused(), true, 300),
        28..31 => Exchange::answered(408),
        31..35 => {
            let mut told = Exchange::answered(429);
            if let Ok(answer) = &mut told.answer {
                answer
                    .headers
                    .push(("retry-after".to_owned(), "90".to_owned()));
            }
            told
        }
        35..38 => Exchange::answered(500),
        38..42 => Exchange::answered(503),
        _ => Exchange::answered(202),
    });
    let dice = Dice::new(2);
    for _ in 0..30 {
        for _ in 0..8 {
            world.conditions(match dice.below(10) {
                0 => on(Network::None),
                1..5 => on(Network::Metered),
                5 => UploadConditions {
                    low_power: true,
                    ..on(Network::Unmetered)
                },
                _ => on(Network::Unmetered),
            });
            world.tell(Command::Foreground);
            for _ in 0..60 {
                world.call();
                world.pass(dice.below(8 * SECOND));
                if dice.below(200) == 0 {
                    world.restart();
                }
            }
            world.tell(Command::Background);
            world.pass(dice.below(HOUR));
            if dice.percent(50) {
                world.restart();
            }
            world.pass(2 * HOUR);
        }
    }
    // A good hour at the end.
    world.conditions(on(Network::Unmetered));
    world.tell(Command::Foreground);
    world.pass(HOUR);
    world.count();
    world.says("a month of a flaky network", 30);
    assert_eq!(world.server.twice(), 0);
    assert!(world.engine.is_idle());
    // What is counted as lost may have arrived, its answer being what was lost; what is missing is counted.
    assert!(
        world.missing() <= world.totals.lost(),
        "{} are missing, {:?} are counted",
        world.missing(),
        world.totals.dropped
    );
    assert!(world.server.repeated > 0, "answers were lost");
}

#[test]
fn a_week_of_two_intakes_one_of_which_takes_small_batches_alone_gives_each_everything_once() {
    let dice = Dice::new(4);
    let mut world = World::with_small_server(3, move |_| match dice.below(10) {
        0 => Exchange::lost(refused(), false, 100),
        1 => Exchange::lost(TransportError::Timeout, true, 60 * SECOND),
        2 => Exchange::answered(503),
        _ => Exchange::answered(202),
    });
    let dice = Dice::new(5);
    for _ in 0..7 * 8 {
        world.tell(Command::Foreground);
        for _ in 0..30 {
            world.call();
            world.pass(dice.below(2 * SECOND));
            if dice.below(20) == 0 {
                world.restart();
            }
        }
        world.tell(Command::Background);
        world.pass(dice.below(6 * HOUR));
    }
    world.tell(Command::Foreground);
    world.pass(HOUR);
    world.count();
    world.says("a week of two intakes, one with small batches", 7);
    assert!(world.engine.is_idle());
    assert_eq!(world.totals.lost(), 0);
    for server in [&world.server, &world.small_server] {
        assert_eq!(server.events.len() as u64, world.calls);
        assert_eq!(server.twice(), 0);
        assert!(server.repeated > 0, "answers were lost");
    }
}

#[test]
fn a_day_behind_a_sign_in_page_loses_nothing() {
    let dice = Dice::new(3);
    let mut world = World::new("", limits::STORE_BYTES, move |at| match at {
        0..43_200_000 => match dice.below(3) {
            0 => Exchange::answered(302),
            1 => Exchange::answered(511),
            _ => Exchange::lost(
                TransportError::Tls("the certificate is for portal.example".to_owned()),
                false,
                50,
            ),
        },
        _ => Exchange::answered(202),
    });
    day_of_use(&mut world);
    world.tell(Command::Foreground);
    world.pass(HOUR);
    world.count();
    world.says("half a day behind a sign-in page", 1);
    assert_eq!(world.server.events.len() as u64, world.calls);
    assert_eq!(world.server.twice(), 0);
    assert_eq!(world.totals.lost(), 0);
}

#[test]
fn a_day_that_goes_well_costs_a_few_requests() {
    for (what, network) in [
        ("a day on wifi", Network::Unmetered),
        ("a day on a metered network", Network::Metered),
    ] {
        let mut world = World::new("", limits::STORE_BYTES, |_| Exchange::answered(202));
        world.conditions(on(network));
        day_of_use(&mut world);
        world.count();
        world.says(what, 1);
        assert_eq!(world.server.events.len() as u64, world.calls);
        let at_most = if network == Network::Metered {
            8 * 10
        } else {
            8 * 50
        };
        assert!(world.server.requests <= at_most);
        assert_eq!(world.server.requests, world.totals.wake_ups);
    }
}
