//! What the fleet's day shows: the laws, and the page in the docs.

use std::fmt::Write;

use super::plot::grouped;
use super::server::{BAD, Deed, OUTAGE, RELEASES};
use super::tally::{Answer, SECONDS, Tally};
use super::{HOUR, MINUTE, SECOND};

/// From the end of the outage on, the server hears at most so many times what people opening the app make of an hour like
/// that, in any ten seconds.
pub const RECOVERY_TIMES: f64 = 2.0;

const INTRODUCTION: &str = "\
# A fleet and its file

What a fleet does to the server of [its remote document](remote-configuration.md): made by `cargo xtask fleet`, which simulates a day
with the real engine, a simulated clock and a simulated network. The tests run the same day with 10,000 phones.

![Requests a second and versions over the day](fleet.svg)

Four of five people open the app that day, eight times in the mean, for two minutes in the mean, ten times as often in the evening as
at night: all of them live in one time zone. One visit in five is followed by another within a minute or two. The system ends an app
more often the longer it was away (half of them within hours), so that the next visit is a cold start. 97 of 100 phones have yesterday's
document. One request in fifty gets no answer, whatever the server does.

At 08:00 a new document is put there, with a rollout of 5 %; at 12:00 one that switches everything off; at 16:00 one that switches it on
again. From 14:00 to 14:20 an HTML page lies in its place, with 200. From 19:00 to 20:00, the busiest hour, the server is out: for twenty
minutes nobody listens, for twenty it answers half of the requests with 503 and the others not at all, and for the last twenty it tells
everybody to come back at 20:00 (`Retry-After`), which is the worst that a server can say.
";

/// How long after the outage the law is looked at.
const RECOVERY_MS: u64 = 2 * HOUR;

/// The day, read.
#[derive(Debug)]
pub struct Report<'a> {
    tally: &'a Tally,
    /// Seconds over which a rate is taken: as many requests must fall into it that chance is no spike.
    window: usize,
}

/// The moment of some hours that lies furthest above what people alone would make.
#[derive(Debug, Clone, Copy)]
struct Peak {
    /// Requests a second.
    rate: f64,
    /// Second of the day at which its window begins.
    at: usize,
    /// How many times what people opening the app make at that time of the day.
    times: f64,
}

impl<'a> Report<'a> {
    /// Ten seconds for a million phones, a minute for a few.
    pub fn new(tally: &'a Tally) -> Self {
        let window = if tally.phones >= 500_000 { 10 } else { 60 };
        Self { tally, window }
    }

    /// Laws that were broken, in words; none when all held.
    pub fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let peak = self.recovery();
        if peak.times > RECOVERY_TIMES {
            broken.push(format!(
                "after the outage: {peak:?}, over {RECOVERY_TIMES} times"
            ));
        }
        if self.tally.broken > 0 {
            broken.push(format!(
                "{} times something else than the version in force decided",
                self.tally.broken
            ));
        }
        for (release, spread) in RELEASES.iter().zip(&self.tally.spreads) {
            let (had, told) = (spread.had_after.len() as u64, spread.told);
            if had != told {
                broken.push(format!(
                    "version {}: the server has told {told} phones, and {had} had it",
                    release.version
                ));
            }
        }
        let [given, others] = self.tally.rolled_out;
        let share = given as f64 / (given + others).max(1) as f64;
        if (share - 0.05).abs() > 0.02 {
            broken.push(format!("a rollout of 5 % reached {:.2} %", 100.0 * share));
        }
        broken
    }

    /// The page in the docs.
    pub fn page(&self) -> String {
        let mut out = String::from(INTRODUCTION);
        // A string takes whatever is written.
        let _ = write!(
            out,
            "\n{}\n## At the server\n\n{}\n## What came of the requests\n\n{}\n## How long until the phones have it\n\n{}\n{}",
            self.fleet(),
            self.rates(),
            self.answers(),
            self.spreads(),
            self.notes(),
        );
        out
    }

    fn fleet(&self) -> String {
        let Tally { phones, used, .. } = *self.tally;
        let asked: u64 = self.tally.asked.iter().map(|count| u64::from(*count)).sum();
        format!(
            "{} phones, on {} of which the app was opened that day; {} times it was started, or came back after more than \
             30 s, and asked.\n",
            grouped(phones),
            grouped(used),
            grouped(asked)
        )
    }

    fn rates(&self) -> String {
        let mut out = format!(
            "| from … to | what | requests a second, mean | people alone would make | {} s furthest above these | times what \
             people would make then | busiest second |\n|---|---|---|---|---|---|---|\n",
            self.window
        );
        let hour = |hour: u64| hour * HOUR;
        for (from, to, what) in [
            (hour(0), hour(8), "night and morning"),
            (hour(8), hour(9), "version 42 is out"),
            (hour(12), hour(13), "kill switch (43)"),
            (BAD.start, BAD.end, "an error page in the document's place"),
            (hour(16), hour(17), "on again (44)"),
            (OUTAGE.start, OUTAGE.end, "outage"),
            (
                OUTAGE.start,
                OUTAGE.start + 20 * MINUTE,
                "… connections are refused",
            ),
            (
                OUTAGE.start + 20 * MINUTE,
                OUTAGE.start + 40 * MINUTE,
                "… no answer in time, or 503",
            ),
            (
                OUTAGE.start + 40 * MINUTE,
                OUTAGE.end,
                "… 503, `Retry-After`: the end of the outage, for all",
            ),
            (OUTAGE.end, OUTAGE.end + 10 * MINUTE, "the server is back"),
            (
                OUTAGE.end,
                OUTAGE.end + RECOVERY_MS,
                "… and two hours of it",
            ),
        ] {
            let (first, last) = ((from / SECOND) as usize, (to / SECOND) as usize);
            let peak = self.peak(from, to);
            let seconds = self.tally.requests.get(first..last).unwrap_or_default();
            let _ = writeln!(
                out,
                "| {} … {} | {what} | {:.1} | {:.1} | {:.1} at {} | {:.2} | {} |",
                clock(first),
                clock(last),
                mean(&self.tally.requests, first, last),
                mean(&self.tally.asked, first, last),
                peak.rate,
                clock(peak.at),
                peak.times,
                seconds.iter().max().copied().unwrap_or(0),
            );
        }
        out
    }

    fn answers(&self) -> String {
        let tally = self.tally;
        let requests: u64 = tally.answers.iter().sum();
        let again: u64 = tally.again.iter().map(|count| u64::from(*count)).sum();
        let mut out = String::from("| answer | requests |\n|---|---|\n");
        for (answer, count) in Answer::ALL.into_iter().zip(tally.answers) {
            let _ = writeln!(out, "| {} | {} |", answer.name(), grouped(count));
        }
        let phones = tally.phones.max(1);
        let _ = write!(
            out,
            "| all | {}, of which {} try again |\n\n{} MB went up and {} MB came down, {} and {} bytes a phone, as HTTP/1.1 without TLS. \
             {} documents were refused, and {} times something else than the newest version that a phone had seen decided.\n",
            grouped(requests),
            grouped(again),
            grouped(tally.bytes_up / 1_000_000),
            grouped(tally.bytes_down / 1_000_000),
            grouped(tally.bytes_up / phones),
            grouped(tally.bytes_down / phones),
            grouped(tally.refused),
            tally.broken,
        );
        out
    }

    fn spreads(&self) -> String {
        let mut out = String::from(
            "| version | put there at | phones opened afterwards | that talked to the server | 50 % of these have it after | 90 % | 99 % | \
             100 % | from the app's opening: 50 % | 99 % | 100 % |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
        );
        for (release, spread) in RELEASES.iter().zip(&self.tally.spreads) {
            let what = match release.deed {
                Deed::Push => "new",
                Deed::Kill => "kill switch",
                Deed::Undo => "on again",
            };
            let percents = |times: &[u32], percents: &[f64]| -> String {
                let shown = percents
                    .iter()
                    .map(|percent| time(quantile(times, *percent)));
                shown.collect::<Vec<_>>().join(" | ")
            };
            let _ = writeln!(
                out,
                "| {}, {what} | {} | {} | {} | {} | {} |",
                release.version,
                clock((release.at / SECOND) as usize),
                grouped(spread.used),
                grouped(spread.told),
                percents(&spread.had_after, &[50.0, 90.0, 99.0, 100.0]),
                percents(&spread.had_after_coming, &[50.0, 99.0, 100.0]),
            );
        }
        out
    }

    fn notes(&self) -> String {
        let peak = self.recovery();
        let [given, others] = self.tally.rolled_out;
        format!(
            "Phones come when their people do: that is what the hours above are. The columns on the right count from the moment that the \
             app was opened (or came back after 30 s), as do phones that missed it the first time. Who has a newer version is counted \
             with the older ones; a phone that was opened and did not talk to the server met the outage, the bad document or a \
             network of its own that failed. Of the phones that had version 42 or 44 first, {} were in the \
             rollout of 5 %: {:.2} %.\n\n**The law**: from the end of the outage on, in no {} s did the server hear more than \
             {RECOVERY_TIMES} times what people opening the app make at that time of the day. It was {:.2} times at most, {:.0} a \
             second at {}.\n",
            grouped(given),
            100.0 * given as f64 / (given + others).max(1) as f64,
            self.window,
            peak.times,
            peak.rate,
            clock(peak.at),
        )
    }

    fn recovery(&self) -> Peak {
        self.peak(OUTAGE.end, OUTAGE.end + RECOVERY_MS)
    }

    /// What people make of that time of the day: the mean of ten minutes around it.
    fn steady(&self, second: usize) -> f64 {
        let half = (5 * MINUTE / SECOND) as usize;
        let from = second.saturating_sub(half);
        mean(&self.tally.asked, from, (second + half).min(SECONDS))
    }

    fn peak(&self, from: u64, to: u64) -> Peak {
        let (from, to) = ((from / SECOND) as usize, (to / SECOND) as usize);
        let mut peak = Peak {
            rate: 0.0,
            at: from,
            times: 0.0,
        };
        for at in from..to.min(SECONDS).saturating_sub(self.window) {
            let rate = mean(&self.tally.requests, at, at + self.window);
            let times = rate / self.steady(at).max(f64::MIN_POSITIVE);
            if times > peak.times {
                peak = Peak { rate, at, times };
            }
        }
        peak
    }
}

fn mean(seconds: &[u32], from: usize, to: usize) -> f64 {
    let some = seconds.get(from..to).unwrap_or_default();
    some.iter().map(|count| f64::from(*count)).sum::<f64>() / some.len().max(1) as f64
}

/// When so many percent had it, milliseconds after; none where nobody had.
fn quantile(times: &[u32], percent: f64) -> Option<u32> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let place = (times.len() as f64 * percent / 100.0).ceil() as usize;
    times.get(place.max(1) - 1).copied()
}

/// `19:05`, or `19:05:20` where the seconds count.
fn clock(second: usize) -> String {
    let (hours, minutes, seconds) = (second / 3_600, second / 60 % 60, second % 60);
    match seconds {
        0 => format!("{hours:02}:{minutes:02}"),
        _ => format!("{hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// Milliseconds as people say them.
fn time(ms: Option<u32>) -> String {
    let Some(ms) = ms.map(u64::from) else {
        return "nobody".to_owned();
    };
    match ms {
        ..MINUTE => format!("{:.1} s", ms as f64 / SECOND as f64),
        MINUTE..HOUR => format!("{} min {:02} s", ms / MINUTE, ms / SECOND % 60),
        _ => format!("{} h {:02} min", ms / HOUR, ms / MINUTE % 60),
    }
}
