//! A person's day with the app: when it is open, and when the system has ended it in between.

use handspan_core::seams::entropy::{Entropy, SeededEntropy};

use super::{DAY, HOUR, MINUTE, SECOND};

/// The app is in the foreground once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// Milliseconds of the day.
    pub from: u64,
    /// Milliseconds of the day; after `from`.
    pub to: u64,
    /// The process is new: the app was installed, updated, or ended by the system.
    pub cold: bool,
}

/// How many of a hundred people open the app on a day at all.
const ACTIVE: u64 = 80;

/// Visits of a day in the mean, of those who open it: half of all have fewer than six, one in a hundred has forty.
const VISITS: f64 = 8.0;

/// How the visits of a country lie over its day, hour by hour: the evening is ten times the night. A fleet round the world
/// would be kinder to the server.
const CURVE: [u64; 24] = [
    3, 2, 1, 1, 1, 2, 4, 7, 8, 7, 6, 6, 8, 8, 7, 7, 7, 8, 9, 10, 10, 9, 7, 5,
];

/// Chance, the same in every run.
pub(super) struct Dice<'a>(pub(super) &'a SeededEntropy);

impl Dice<'_> {
    /// 0 ≤ number < `bound`.
    pub(super) fn below(&self, bound: u64) -> u64 {
        self.0.next_u64() % bound.max(1)
    }

    pub(super) fn percent(&self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// 0 < number ≤ 1.
    fn unit(&self) -> f64 {
        (self.below(1 << 52) + 1) as f64 / (1_u64 << 52) as f64
    }

    /// With this mean, as waiting times are.
    fn exponential(&self, mean: f64) -> f64 {
        -self.unit().ln() * mean
    }
}

/// The visits of a day, in order, none overlapping.
pub(super) fn visits(dice: &Dice<'_>) -> Vec<Visit> {
    if !dice.percent(ACTIVE) {
        return Vec::new();
    }
    let count = 1 + dice.exponential(VISITS - 1.0) as u64;
    let mut starts: Vec<u64> = (0..count).map(|_| time_of_day(dice)).collect();
    // One in five visits is two: the app is left for a moment, for a message or a code, and opened again.
    for at in 0..starts.len() {
        if dice.percent(20) {
            let first = starts.get(at).copied().unwrap_or_default();
            starts.push(first + MINUTE + dice.below(MINUTE));
        }
    }
    starts.sort_unstable();
    let mut visits: Vec<Visit> = Vec::with_capacity(starts.len());
    for from in starts {
        let length = 5 * SECOND + dice.exponential((2 * MINUTE) as f64) as u64;
        let to = from + length.min(HOUR);
        if to >= DAY {
            continue;
        }
        let last = visits.last().copied();
        // Overlapping ones leave a moment between them: sometimes under 30 s, sometimes over.
        let from = last.map_or(from, |last| {
            from.max(last.to + 2 * SECOND + dice.below(MINUTE))
        });
        if from >= to {
            continue;
        }
        let away = last.map_or(8 * HOUR, |last| from - last.to);
        visits.push(Visit {
            from,
            to,
            cold: dice.percent(ended_percent(away)),
        });
    }
    visits
}

/// How often of a hundred the system has ended an app that was away so long.
fn ended_percent(away_ms: u64) -> u64 {
    match away_ms {
        0..MINUTE => 1,
        MINUTE..HOUR => 15,
        _ if away_ms < 4 * HOUR => 50,
        _ => 90,
    }
}

fn time_of_day(dice: &Dice<'_>) -> u64 {
    let mut place = dice.below(CURVE.iter().sum());
    for (hour, weight) in CURVE.into_iter().enumerate() {
        if place < weight {
            return hour as u64 * HOUR + dice.below(HOUR);
        }
        place -= weight;
    }
    DAY - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_in_order_and_hold_what_the_rules_are_about() {
        let entropy = SeededEntropy::new(1);
        let dice = Dice(&entropy);
        let days: Vec<Vec<Visit>> = (0..2_000).map(|_| visits(&dice)).collect();
        let gaps: Vec<u64> = days
            .iter()
            .flat_map(|day| day.windows(2))
            .map(|pair| match pair {
                [one, next] => next.from - one.to,
                _ => 0,
            })
            .collect();
        assert!(gaps.iter().all(|gap| *gap > 0));
        let share = |count: usize, of: usize| count as f64 / of as f64;
        let short = gaps.iter().filter(|gap| **gap <= 30 * SECOND).count();
        assert!(share(short, gaps.len()) > 0.03, "{short} of {}", gaps.len());
        let all: Vec<&Visit> = days.iter().flatten().collect();
        assert!(
            all.iter()
                .all(|visit| visit.from < visit.to && visit.to < DAY)
        );
        let cold = all.iter().filter(|visit| visit.cold).count();
        assert!(
            (0.15..0.6).contains(&share(cold, all.len())),
            "{cold} of {}",
            all.len()
        );
        let idle = days.iter().filter(|day| day.is_empty()).count();
        assert!((0.15..0.3).contains(&share(idle, days.len())), "{idle}");
    }
}
