//! What a fleet did, counted: by the second at the server, by the phone for everything else.

use handspan_core::seams::transport::{HttpAnswer, TransportError};

use super::day::Visit;
use super::server::RELEASES;
use super::{DAY, SECOND};

/// Seconds that are counted: exchanges that begin on the day.
pub const SECONDS: usize = (DAY / SECOND) as usize;

/// How a request was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 200.
    Document,
    /// 304.
    NotModified,
    /// Another status.
    Error,
    /// None.
    Lost,
}

impl Answer {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Document, Self::NotModified, Self::Error, Self::Lost];

    pub(super) fn of(answer: &Result<HttpAnswer, TransportError>) -> Self {
        match answer {
            Ok(answer) if answer.status == 200 => Self::Document,
            Ok(answer) if answer.status == 304 => Self::NotModified,
            Ok(_) => Self::Error,
            Err(_) => Self::Lost,
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "200, the document",
            Self::NotModified => "304, it has it",
            Self::Error => "503",
            Self::Lost => "no answer",
        }
    }
}

/// How a release got round.
#[derive(Debug, Clone, Default)]
pub struct Spread {
    /// Phones on which the app was opened after it.
    pub used: u64,
    /// Phones that the server has answered with it, or with a newer one: the others met the outage, the bad document or a network
    /// of their own that failed, and were not opened again.
    pub told: u64,
    /// When each phone had it, or a newer one, milliseconds after the release.
    pub had_after: Vec<u32>,
    /// The same, counted from the first time that the app came to the foreground (or started) after the release.
    pub had_after_coming: Vec<u32>,
}

/// The counts.
#[derive(Debug, Clone)]
pub struct Tally {
    /// Phones.
    pub phones: u64,
    /// Phones on which the app was opened.
    pub used: u64,
    /// Times that an app was opened, or came back, so that it asks: by second. What a server would hear that always answers.
    pub asked: Vec<u32>,
    /// Requests by second.
    pub requests: Vec<u32>,
    /// Of them those that try again.
    pub again: Vec<u32>,
    /// Requests by answer, as [`Answer::ALL`].
    pub answers: [u64; 4],
    /// Bytes that phones sent, as HTTP/1.1 without TLS.
    pub bytes_up: u64,
    /// Bytes that the server sent.
    pub bytes_down: u64,
    /// Documents that phones did not believe.
    pub refused: u64,
    /// How often something else than the version in force decided: must stay 0.
    pub broken: u64,
    /// The releases, as [`RELEASES`].
    pub spreads: [Spread; RELEASES.len()],
    /// Phones that were given the rollout's rates, and those that were not, of those that had its version.
    pub rolled_out: [u64; 2],
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            phones: 0,
            used: 0,
            asked: vec![0; SECONDS],
            requests: vec![0; SECONDS],
            again: vec![0; SECONDS],
            answers: [0; 4],
            bytes_up: 0,
            bytes_down: 0,
            refused: 0,
            broken: 0,
            spreads: Default::default(),
            rolled_out: [0; 2],
        }
    }

    /// Adds another's counts.
    pub(super) fn add(&mut self, other: &Self) {
        let sum = |ours: &mut [u32], theirs: &[u32]| {
            for (our, their) in ours.iter_mut().zip(theirs) {
                *our += their;
            }
        };
        self.phones += other.phones;
        self.used += other.used;
        sum(&mut self.asked, &other.asked);
        sum(&mut self.requests, &other.requests);
        sum(&mut self.again, &other.again);
        for (our, their) in self.answers.iter_mut().zip(other.answers) {
            *our += their;
        }
        self.bytes_up += other.bytes_up;
        self.bytes_down += other.bytes_down;
        self.refused += other.refused;
        self.broken += other.broken;
        for (our, their) in self.spreads.iter_mut().zip(&other.spreads) {
            our.used += their.used;
            our.told += their.told;
            our.had_after.extend(&their.had_after);
            our.had_after_coming.extend(&their.had_after_coming);
        }
        for (our, their) in self.rolled_out.iter_mut().zip(other.rolled_out) {
            *our += their;
        }
    }

    pub(super) fn person(&mut self, visits: &[Visit]) {
        self.phones += 1;
        self.used += u64::from(!visits.is_empty());
    }

    pub(super) fn asks(&mut self, at: u64) {
        count(&mut self.asked, at);
    }

    pub(super) fn spread(
        &mut self,
        came: [Option<u64>; RELEASES.len()],
        told: [bool; RELEASES.len()],
        had: [Option<u64>; RELEASES.len()],
    ) {
        let times = RELEASES.iter().zip(came).zip(told).zip(had);
        for (spread, (((release, came), told), had)) in self.spreads.iter_mut().zip(times) {
            spread.told += u64::from(told);
            let ms = |later: u64, earlier: u64| {
                u32::try_from(later.saturating_sub(earlier)).unwrap_or(u32::MAX)
            };
            if let Some(had) = had {
                spread.had_after.push(ms(had, release.at));
                // One that came before the release may have it by a try that was due later.
                spread
                    .had_after_coming
                    .push(came.map_or(0, |came| ms(had, came)));
            }
            spread.used += u64::from(came.is_some() || had.is_some());
        }
    }

    pub(super) fn rolled_out(&mut self, is_in: bool) {
        let [given, others] = &mut self.rolled_out;
        *(if is_in { given } else { others }) += 1;
    }

    pub(super) fn request(&mut self, at: u64, again: bool, answer: Answer, up: u64, down: u64) {
        count(&mut self.requests, at);
        if again {
            count(&mut self.again, at);
        }
        if let Some(answers) = self.answers.get_mut(answer as usize) {
            *answers += 1;
        }
        self.bytes_up += up;
        self.bytes_down += down;
    }
}

fn count(seconds: &mut [u32], at: u64) {
    if let Some(second) = seconds.get_mut((at / SECOND) as usize) {
        *second += 1;
    }
}
