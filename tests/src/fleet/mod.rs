//! The fleet: many phones, one static file, one day. The engine is the real one; its clock, its network and the people are
//! simulated.
//!
//! A phone ([`phone`]) lives its [`day`] and asks the [`server`], whose answers depend on the time alone; so phones are
//! simulated one after the other, on all cores, and only what they did is kept ([`tally`]). [`report`] reads the law out of it
//! and writes the page, [`plot`] the picture. What stands in `docs/fleet.md` was made by `cargo xtask fleet`.

pub mod day;
pub mod phone;
pub mod plot;
pub mod report;
pub mod server;
pub mod tally;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use handspan_core::seams::entropy::SeededEntropy;

use phone::{App, Phone};
use server::Server;
use tally::Tally;

/// Milliseconds.
pub const SECOND: u64 = 1_000;
/// Milliseconds.
pub const MINUTE: u64 = 60 * SECOND;
/// Milliseconds.
pub const HOUR: u64 = 60 * MINUTE;
/// Milliseconds.
pub const DAY: u64 = 24 * HOUR;

/// Phones that a thread takes at a time: enough that nobody waits for the counter, few enough that all end together.
const AT_A_TIME: u64 = 500;

/// What is to be simulated.
#[derive(Debug, Clone, Copy)]
pub struct Fleet {
    /// How many phones.
    pub phones: u64,
    /// What their days are drawn from.
    pub seed: u64,
}

impl Fleet {
    /// Everybody's day. The same fleet gives the same counts, on however many cores. The error says what could not be done
    /// at all.
    pub fn live(self) -> Result<Tally, String> {
        let app = App::new()?;
        let server = Server::new();
        let next = AtomicU64::new(0);
        let some = || -> Result<Tally, String> {
            let mut tally = Tally::new();
            loop {
                let first = next.fetch_add(AT_A_TIME, Ordering::Relaxed);
                if first >= self.phones {
                    return Ok(tally);
                }
                for number in first..self.phones.min(first + AT_A_TIME) {
                    let seed = self.seed.wrapping_mul(1 << 40).wrapping_add(number);
                    let entropy = Arc::new(SeededEntropy::new(seed));
                    Phone::new(&app, &server, entropy, &mut tally).live();
                }
            }
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..cores).map(|_| scope.spawn(some)).collect();
            let mut all = Tally::new();
            for thread in threads {
                let panicked = |_| Err("a phone has panicked".to_owned());
                all.add(&thread.join().unwrap_or_else(panicked)?);
            }
            Ok(all)
        })
    }
}
