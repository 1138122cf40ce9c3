//! The storm: a real process records at full speed and is killed with SIGKILL, over and over, at every kind of moment.
//!
//! One [`run`] is one app's life and death, against an [`intake`] that honours the batch id; the app notes each returned
//! call in a [`journal`] that survives it. The law: what was stored arrives, what had returned a while ago was stored, and
//! no event is taken under two batch ids. [`table`] shows what came out.

pub mod intake;
pub mod journal;
pub mod run;
pub mod table;
pub mod thread;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use handspan_core::seams::entropy::{Entropy, SeededEntropy};

use run::{Moment, Outcome};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Storm {
    /// The program `crash-app`.
    pub app: PathBuf,
    /// Lives and deaths.
    pub runs: u64,
    /// What the moments are drawn from; the processes' own timing is nobody's to repeat.
    pub seed: u64,
}

/// Apps alive at a time, each with its server and its killer: enough that the kill also hits a process that waits for a core.
const AT_A_TIME: usize = 2;

impl Storm {
    /// All runs, in the order of their end. The error says what could not be done at all.
    pub fn rage(&self) -> Result<Vec<Outcome>, String> {
        let next = AtomicU64::new(0);
        let outcomes = Mutex::new(Vec::new());
        let live = || -> Result<(), String> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= self.runs {
                    return Ok(());
                }
                let moments = Moment::ALL.into_iter().cycle();
                let mut turn = moments.skip((number % Moment::ALL.len() as u64) as usize);
                let moment = turn.next().unwrap_or(Moment::Recording);
                let seed = SeededEntropy::new(self.seed.wrapping_add(number));
                let outcome = run::run(&self.app, moment, &mut || seed.next_u64())
                    .map_err(|why| format!("run {number} ({}): {why}", moment.name()))?;
                outcomes
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .push(outcome);
            }
        };
        std::thread::scope(|scope| {
            let lives: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(live)).collect();
            lives.into_iter().try_for_each(|life| {
                life.join()
                    .unwrap_or_else(|_| Err("a run has panicked".to_owned()))
            })
        })?;
        Ok(outcomes
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
