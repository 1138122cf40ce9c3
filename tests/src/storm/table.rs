//! What the storm has left, as a table.

use std::fmt;

use super::run::{Moment, Outcome};

/// Totals of each moment, and of all.
#[derive(Debug)]
pub struct Table<'a>(pub &'a [Outcome]);

impl Table<'_> {
    /// Laws that were broken, in words; none when all held.
    pub fn broken(&self) -> Vec<String> {
        let bad = |one: &&Outcome| one.stored_lost + one.doubles + one.changed > 0;
        let broken = self.0.iter().filter(bad);
        broken.map(|one| format!("{one:?}")).collect()
    }

    /// How long the core's thread had run, at most, since a lost call had returned, milliseconds, in all runs.
    pub fn worked_ms(&self) -> f64 {
        self.0.iter().map(|one| one.worked_ms).fold(0.0, f64::max)
    }
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<18}{:>6}{:>10}{:>10}{:>12}{:>12}{:>13}{:>13}{:>9}{:>9}{:>9}",
            "killed during",
            "runs",
            "returned",
            "arrived",
            "stored lost",
            "queue lost",
            "oldest (ms)",
            "worked (ms)",
            "batches",
            "again",
            "doubles"
        )?;
        let mut line = |name: &str, of: &[&Outcome]| {
            let sum = |part: fn(&Outcome) -> u64| of.iter().map(|one| part(one)).sum::<u64>();
            let most =
                |part: fn(&Outcome) -> f64| of.iter().map(|one| part(one)).fold(0.0, f64::max);
            let oldest = most(|one| one.oldest_lost_ms);
            let worked = most(|one| one.worked_ms);
            writeln!(
                f,
                "{name:<18}{:>6}{:>10}{:>10}{:>12}{:>12}{oldest:>13.1}{worked:>13.1}{:>9}{:>9}{:>9}",
                of.len(),
                sum(|one| one.returned),
                sum(|one| one.arrived),
                sum(|one| one.stored_lost),
                sum(|one| one.returned - one.arrived),
                sum(|one| one.batches),
                sum(|one| one.recognised),
                sum(|one| one.doubles),
            )
        };
        for moment in Moment::ALL {
            let of: Vec<_> = self.0.iter().filter(|one| one.moment == moment).collect();
            line(moment.name(), &of)?;
        }
        line("all", &self.0.iter().collect::<Vec<_>>())
    }
}
