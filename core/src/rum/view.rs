//! Views: what each counts, and its updates, by `rum/view-schema.json`.

use serde_json::{Map, Value, json};

use super::attributes::{Attributes, to_json};
#[cfg(doc)]
use super::command::RumCommand;
use super::event::{Env, ns, set, whole};
use crate::limits;

/// Name and URL under which Datadog's mobile SDKs send what happens before the first view.
pub const LAUNCH_VIEW: (&str, &str) = ("ApplicationLaunch", "com/datadog/application-launch/view");
/// The same of what happens in the background.
pub const BACKGROUND_VIEW: (&str, &str) = ("Background", "com/datadog/background/view");

/// Who has started a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The app.
    App,
    /// We, before the first.
    Launch,
    /// We, in the background.
    Background,
}

/// What the app calls a view: all that goes on when its session ends.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) url: String,
    pub(super) attributes: Attributes,
}

/// Events that belong to a view.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) action: u64,
    pub(super) error: u64,
    pub(super) crash: u64,
    pub(super) resource: u64,
    pub(super) long_task: u64,
    pub(super) frozen_frame: u64,
    pub(super) frustration: u64,
}

/// A view, active or remembered.
#[derive(Debug)]
pub(super) struct View {
    /// UUID.
    pub(super) id: String,
    pub(super) origin: Origin,
    pub(super) is: Identity,
    /// Monotonic, milliseconds.
    pub(super) started: u64,
    /// Monotonic, milliseconds; none while it is active.
    pub(super) ended: Option<u64>,
    pub(super) counts: Counts,
    /// Something has changed that no update has told.
    pub(super) is_dirty: bool,
    pub(super) feature_flags: Attributes,
    /// It goes on from a session that has ended.
    pub(super) is_renewed: bool,
    pub(super) vitals: Vitals,
    /// Wall clock of its start: all its updates bear the same date.
    pub(super) date: u64,
    /// `_dd.document_version` of the last update.
    version: u64,
    /// Name and milliseconds since the start.
    timings: Vec<(String, u64)>,
    /// The rest in milliseconds since the start.
    loading_time: Option<u64>,
    network_settled: Option<u64>,
    /// Resources by hand that began with the view and have not ended.
    pub(super) initial_open: u32,
    /// From the last interaction until the start.
    interaction_before: Option<u64>,
    /// Start and length of each time in the foreground, once it has been left.
    foreground: Vec<(u64, u64)>,
    /// Since when it is in the foreground.
    foreground_since: Option<u64>,
}

impl View {
    pub(super) fn start(
        id: String,
        origin: Origin,
        is: Identity,
        started: u64,
        is_background: bool,
        env: &Env<'_>,
    ) -> Self {
        Self {
            id,
            origin,
            is,
            started,
            ended: None,
            counts: Counts::default(),
            is_dirty: true,
            feature_flags: Vec::new(),
            is_renewed: false,
            vitals: Vitals::default(),
            date: env.wall_at(started),
            version: 0,
            timings: Vec::new(),
            loading_time: None,
            network_settled: None,
            initial_open: 0,
            interaction_before: None,
            foreground: Vec::new(),
            foreground_since: (!is_background).then_some(started),
        }
    }

    /// `interaction` is when the user last did something that opens views.
    pub(super) fn led_to_by(&mut self, interaction: Option<u64>) {
        self.interaction_before = interaction
            .and_then(|at| self.started.checked_sub(at))
            .filter(|ms| *ms <= limits::INTERACTION_TO_VIEW_MS);
    }

    pub(super) fn is_active(&self) -> bool {
        self.ended.is_none()
    }

    pub(super) fn end(&mut self, at: u64) {
        if self.ended.is_none() {
            let at = at.max(self.started);
            self.leave_foreground(at);
            self.ended = Some(at);
        }
    }

    /// It goes on after all: the launch view does when the app comes back.
    pub(super) fn reopen(&mut self, at: u64) {
        self.ended = None;
        self.foreground_since = Some(at.max(self.started));
        self.is_dirty = true;
    }

    pub(super) fn enter_foreground(&mut self, at: u64) {
        if self.is_active() && self.foreground_since.is_none() {
            self.foreground_since = Some(at.max(self.started));
            self.is_dirty = true;
        }
    }

    pub(super) fn leave_foreground(&mut self, at: u64) {
        let Some(since) = self.foreground_since.take() else {
            return;
        };
        if self.foreground.len() < limits::FOREGROUND_PERIODS {
            self.foreground
                .push((since.saturating_sub(self.started), at.saturating_sub(since)));
            self.is_dirty = true;
        }
    }

    /// False where there are too many.
    pub(super) fn add_timing(&mut self, name: &str, now: u64) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@$".contains(c);
        let name: String = name
            .chars()
            .map(|c| if plain(c) { c } else { '_' })
            .collect();
        let ms = now.saturating_sub(self.started);
        if let Some((_, known)) = self.timings.iter_mut().find(|(known, _)| *known == name) {
            *known = ms;
        } else if self.timings.len() < limits::VIEW_TIMINGS {
            self.timings.push((name, ms));
        } else {
            return false;
        }
        true
    }

    /// False where there is one that stands.
    pub(super) fn set_loading_time(&mut self, now: u64, overwrite: bool) -> bool {
        if self.loading_time.is_some() && !overwrite {
            return false;
        }
        self.loading_time = Some(now.saturating_sub(self.started));
        true
    }

    /// Does a resource that began then belong to what the view needs to be shown?
    pub(super) fn needs(&self, began: u64) -> bool {
        began
            .checked_sub(self.started)
            .is_some_and(|after| after <= limits::INITIAL_RESOURCE_MS)
    }

    /// A resource that it needs has ended. Of a view that was left before, nobody knows when it would have settled.
    pub(super) fn settled(&mut self, at: u64) {
        if self.ended.is_none_or(|ended| at <= ended) {
            let after = at.saturating_sub(self.started);
            self.network_settled = self.network_settled.max(Some(after));
        }
    }

    /// The next update's own part of `view`, and its version.
    pub(super) fn update(&mut self, now: u64) -> (Map<String, Value>, u64) {
        self.version += 1;
        self.is_dirty = false;
        let spent = self.ended.unwrap_or(now).saturating_sub(self.started);
        let mut view = Map::new();
        // The intake takes no view of no length.
        set(&mut view, "time_spent", Some(ns(spent).max(1)));
        set(&mut view, "is_active", Some(self.is_active()));
        let counts = self.counts;
        for (name, count) in [
            ("action", counts.action),
            ("error", counts.error),
            ("crash", counts.crash),
            ("resource", counts.resource),
            ("long_task", counts.long_task),
            ("frozen_frame", counts.frozen_frame),
            ("frustration", counts.frustration),
        ] {
            set(&mut view, name, Some(json!({ "count": count })));
        }
        set(&mut view, "loading_time", self.loading_time.map(ns));
        let renewed = self.is_renewed.then_some("session_renewal");
        set(&mut view, "loading_type", renewed);
        let settled = self.network_settled.filter(|_| self.initial_open == 0);
        set(&mut view, "network_settled_time", settled.map(ns));
        let interaction = self.interaction_before.map(ns);
        set(&mut view, "interaction_to_next_view_time", interaction);
        if !self.timings.is_empty() {
            let one = |(name, ms): &(String, u64)| (name.clone(), Value::from(ns(*ms)));
            let timings: Map<_, _> = self.timings.iter().map(one).collect();
            set(&mut view, "custom_timings", Some(timings));
        }
        set(&mut view, "in_foreground_periods", self.periods(now));
        self.vitals.tell(spent, &mut view);
        (view, self.version)
    }

    /// None where the app was there all the time.
    fn periods(&self, now: u64) -> Option<Value> {
        let was_left = !(self.foreground.is_empty() && self.foreground_since.is_some());
        let whole_life = self.foreground.len() == 1
            && self.foreground.first().is_some_and(|(start, length)| {
                *start == 0 && self.ended == self.started.checked_add(*length)
            });
        if !was_left || whole_life {
            return None;
        }
        let goes_on = self.foreground_since.map(|since| {
            (
                since.saturating_sub(self.started),
                now.saturating_sub(since),
            )
        });
        let all = self.foreground.iter().copied().chain(goes_on);
        Some(
            all.map(|(start, length)| json!({ "start": ns(start), "duration": ns(length) }))
                .collect(),
        )
    }

    /// As it stands on views and errors.
    pub(super) fn flags(&self) -> Option<Map<String, Value>> {
        let flags = to_json(&self.feature_flags);
        (!flags.is_empty()).then_some(flags)
    }
}

/// Readings of the platform's vitals.
#[derive(Debug, Default)]
pub(super) struct Vitals {
    memory: Readings,
    frames: Readings,
    /// First and last.
    cpu_ticks: Option<(f64, f64)>,
}

#[derive(Debug, Default)]
struct Readings {
    count: u32,
    /// Carried on from reading to reading: a sum could leave what a number holds.
    average: f64,
    least: f64,
    most: f64,
}

impl Readings {
    fn add(&mut self, value: Option<f64>) {
        let Some(value) = value.filter(|value| value.is_finite() && *value >= 0.0) else {
            return;
        };
        let is_first = self.count == 0;
        self.least = if is_first {
            value
        } else {
            self.least.min(value)
        };
        self.most = if is_first {
            value
        } else {
            self.most.max(value)
        };
        self.count = self.count.saturating_add(1);
        self.average += (value - self.average) / f64::from(self.count);
    }

    fn average(&self) -> Option<f64> {
        (self.count > 0).then_some(self.average)
    }
}

impl Vitals {
    pub(super) fn add(&mut self, memory: Option<f64>, ticks: Option<f64>, frames: Option<f64>) {
        self.memory.add(memory);
        self.frames.add(frames);
        if let Some(ticks) = ticks.filter(|ticks| ticks.is_finite() && *ticks >= 0.0) {
            let first = self.cpu_ticks.map_or(ticks, |(first, _)| first);
            self.cpu_ticks = Some((first, ticks));
        }
    }

    fn tell(&self, spent_ms: u64, view: &mut Map<String, Value>) {
        if let Some(average) = self.memory.average() {
            set(view, "memory_average", Some(average));
            set(view, "memory_max", Some(self.memory.most));
        }
        if let Some(average) = self.frames.average() {
            set(view, "refresh_rate_average", Some(average));
            set(view, "refresh_rate_min", Some(self.frames.least));
            let is_slow = average < limits::SLOW_RENDERING_FPS;
            set(view, "is_slow_rendered", Some(is_slow));
        }
        if let Some((first, last)) = self.cpu_ticks {
            let ticks = (last - first).max(0.0);
            set(view, "cpu_ticks_count", Some(ticks));
            // Of less than a second a rate says nothing (dd-sdk-android).
            if spent_ms >= 1_000 {
                let a_second = ticks / (whole(spent_ms) as f64 / 1_000.0);
                set(view, "cpu_ticks_per_second", Some(a_second));
            }
        }
    }
}

impl Identity {
    /// One of ours.
    pub(super) fn ours((name, url): (&str, &str)) -> Self {
        Self {
            key: url.to_owned(),
            name: name.to_owned(),
            url: url.to_owned(),
            attributes: Vec::new(),
        }
    }

    /// Of a [`RumCommand::StartView`]: without a URL the key is it.
    pub(super) fn given(
        key: String,
        name: String,
        url: Option<String>,
        attributes: Attributes,
    ) -> Self {
        Self {
            url: url
                .filter(|url| !url.is_empty())
                .unwrap_or_else(|| key.clone()),
            key,
            name,
            attributes,
        }
    }
}

/// Does the user open a view by it? A scroll does not, and nobody knows of what the app calls an action.
pub(super) fn opens_views(kind: super::command::ActionKind) -> bool {
    use super::command::ActionKind::{Back, Click, Custom, Scroll, Swipe, Tap};
    match kind {
        Tap | Click | Swipe | Back => true,
        Scroll | Custom => false,
    }
}
