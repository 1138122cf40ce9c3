//! What is counted where it happens; [`super::Status`] reads it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;

use crate::batch::Track;
use crate::config::Refusal;
use crate::limits;
use crate::rum::trim::Trimmed;

/// Counts of the app's side of the core.
pub(crate) struct Counters {
    /// Calls reported.
    pub(crate) recorded: AtomicU64,
    /// Panics caught.
    pub(crate) internal_errors: AtomicU64,
    dropped: ArcSwap<BTreeMap<(Track, &'static str), u64>>,
    trimmed: ArcSwap<BTreeMap<(Track, &'static str), u64>>,
    refusals: ArcSwap<Vec<Refusal>>,
}

impl Counters {
    pub(crate) fn new(refusals: Vec<Refusal>) -> Self {
        Self {
            recorded: AtomicU64::new(0),
            internal_errors: AtomicU64::new(0),
            dropped: ArcSwap::default(),
            trimmed: ArcSwap::default(),
            refusals: ArcSwap::from_pointee(refusals),
        }
    }

    pub(crate) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }

    /// Events given up before the thread saw them. Rare: the map is swapped whole.
    pub(crate) fn drop_events(&self, track: Track, reason: &'static str, count: u64) {
        self.dropped.rcu(|dropped| {
            let mut dropped = (**dropped).clone();
            *dropped.entry((track, reason)).or_default() += count;
            dropped
        });
    }

    /// What was cut or left out of events that were taken.
    pub(crate) fn trim(&self, track: Track, trimmed: &Trimmed) {
        if trimmed.is_empty() {
            return;
        }
        self.trimmed.rcu(|all| {
            let mut all = (**all).clone();
            for (reason, count) in trimmed.iter() {
                *all.entry((track, reason)).or_default() += count;
            }
            all
        });
    }

    pub(crate) fn refuse(&self, refusal: Refusal) {
        self.refusals.rcu(|refusals| {
            let mut refusals = (**refusals).clone();
            if refusals.len() < limits::REFUSALS && !refusals.contains(&refusal) {
                refusals.push(refusal.clone());
            }
            refusals
        });
    }

    pub(crate) fn dropped(&self, track: Track) -> BTreeMap<&'static str, u64> {
        of_track(&self.dropped.load(), track)
    }

    pub(crate) fn trimmed(&self, track: Track) -> BTreeMap<&'static str, u64> {
        of_track(&self.trimmed.load(), track)
    }

    pub(crate) fn refusals(&self) -> Vec<Refusal> {
        (**self.refusals.load()).clone()
    }
}

fn of_track(
    all: &BTreeMap<(Track, &'static str), u64>,
    track: Track,
) -> BTreeMap<&'static str, u64> {
    let of_track = all.iter().filter(|((of, _), _)| *of == track);
    of_track
        .map(|((_, reason), count)| (*reason, *count))
        .collect()
}
