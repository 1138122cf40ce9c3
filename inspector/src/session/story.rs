//! What `GET /api/sessions` and `GET /api/sessions/{id}` show, made of a snapshot.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::facts::Facts;
use super::item::{Item, Kind, ViewState};
use super::search::Search;
use super::store::SessionSnapshot;

/// One row of `GET /api/sessions`.
#[derive(Debug, Serialize)]
pub(crate) struct SessionRow<'a> {
    id: &'a str,
    #[serde(flatten)]
    facts: &'a Facts,
    /// When the first and the last thing in it began and ended, milliseconds since the epoch.
    started: Option<f64>,
    ended: Option<f64>,
    counts: Counts,
    /// Items that the inspector has forgotten: it keeps so many of all sessions.
    forgotten: u64,
    /// The items that the search found; `None` without one.
    found: Option<usize>,
}

/// How much of what has arrived.
#[derive(Debug, Default, Serialize)]
struct Counts {
    views: usize,
    actions: usize,
    resources: usize,
    errors: usize,
    crashes: usize,
    long_tasks: usize,
    frozen_frames: usize,
    vitals: usize,
    logs: usize,
    spans: usize,
    others: usize,
    frustrations: usize,
    /// With problems.
    invalid: usize,
}

/// `GET /api/sessions/{id}`.
#[derive(Debug, Serialize)]
pub(crate) struct Story<'a> {
    #[serde(flatten)]
    row: SessionRow<'a>,
    /// By their start.
    views: Vec<ViewStory<'a>>,
}

/// A view with what happened in it.
#[derive(Debug, Serialize)]
struct ViewStory<'a> {
    /// `None`: what happened outside of any.
    id: Option<&'a str>,
    name: Option<&'a str>,
    url: Option<&'a str>,
    started: Option<f64>,
    ended: Option<f64>,
    /// What its last `view` event says; `None` while none has come.
    #[serde(flatten)]
    state: Option<&'a ViewState>,
    /// The last `view` event.
    event: Option<ItemView<'a>>,
    /// How many updates it took the place of.
    superseded: u64,
    /// By their start.
    items: Vec<ItemView<'a>>,
}

#[derive(Debug, Serialize)]
struct ItemView<'a> {
    id: String,
    #[serde(skip)]
    number: u64,
    /// The search found it.
    found: bool,
    #[serde(flatten)]
    item: &'a Item,
}

/// A session's row; `None` where the search does not find it.
pub(crate) fn row<'a>(session: &'a SessionSnapshot, search: &Search) -> Option<SessionRow<'a>> {
    let found = search.find(session)?;
    Some(made_row(session, search, found.len()))
}

/// A session's story. What the search does not find is in it as well, and not marked.
pub(crate) fn story<'a>(session: &'a SessionSnapshot, search: &Search) -> Story<'a> {
    let found: HashSet<u64> = search.find(session).into_iter().flatten().collect();
    let mut views: HashMap<Option<&str>, ViewStory<'_>> = HashMap::new();
    for (number, item) in &session.items {
        let id = item.view.id.as_deref();
        let view = views.entry(id).or_insert_with(|| ViewStory {
            id,
            name: None,
            url: None,
            started: None,
            ended: None,
            state: None,
            event: None,
            superseded: id
                .and_then(|id| session.superseded.get(id))
                .copied()
                .unwrap_or_default(),
            items: Vec::new(),
        });
        view.name = item.view.name.as_deref().or(view.name);
        view.url = item.view.url.as_deref().or(view.url);
        let shown = ItemView {
            id: number.to_string(),
            number: *number,
            found: found.contains(number),
            item,
        };
        let is_state =
            item.kind == Kind::View && id.and_then(|id| session.views.get(id)) == Some(number);
        if is_state {
            view.state = item.state.as_deref();
            view.event = Some(shown);
        } else {
            view.items.push(shown);
        }
    }
    let homeless = views.remove(&None);
    let mut views: Vec<ViewStory<'_>> = views.into_values().collect();
    let left = homeless.and_then(|view| view.settle(&mut views));
    views.extend(left);
    views.iter_mut().for_each(ViewStory::put_in_order);
    views.sort_by(|one, other| by_date(one.started, other.started).then(one.id.cmp(&other.id)));
    Story {
        row: made_row(session, search, found.len()),
        views,
    }
}

impl<'a> ViewStory<'a> {
    /// What names no view, as spans sent as OTLP, goes into the view that was open when it began. What is left stays.
    fn settle(mut self, views: &mut [ViewStory<'a>]) -> Option<Self> {
        for shown in std::mem::take(&mut self.items) {
            let open = views.iter_mut().filter(|view| view.was_open(shown.item));
            let last = open.max_by(|one, other| by_date(one.began(), other.began()));
            last.unwrap_or(&mut self).items.push(shown);
        }
        (!self.items.is_empty()).then_some(self)
    }

    fn began(&self) -> Option<f64> {
        self.event.as_ref()?.item.date
    }

    fn was_open(&self, item: &Item) -> bool {
        let ended = self.event.as_ref().and_then(|event| event.item.end());
        match (self.began(), ended, item.date) {
            (Some(began), Some(ended), Some(date)) => began <= date && date <= ended,
            _ => false,
        }
    }

    fn put_in_order(&mut self) {
        // Of what begins together the longer holds the other.
        self.items.sort_by(|one, other| {
            by_date(one.item.date, other.item.date)
                .then(other.item.duration_ns.cmp(&one.item.duration_ns))
                .then(one.number.cmp(&other.number))
        });
        let all = || self.event.iter().chain(&self.items);
        let own = self.event.as_ref().and_then(|event| event.item.date);
        self.started = own.or_else(|| least(all().filter_map(|shown| shown.item.date)));
        self.ended = greatest(all().filter_map(|shown| shown.item.end()));
    }
}

fn made_row<'a>(session: &'a SessionSnapshot, search: &Search, found: usize) -> SessionRow<'a> {
    let items = || session.items.iter().map(|(_, item)| item);
    SessionRow {
        id: &session.id,
        facts: &session.facts,
        started: session.first,
        ended: greatest(items().filter_map(|item| item.end())),
        counts: count(session),
        forgotten: session.forgotten,
        found: (!search.is_empty()).then_some(found),
    }
}

fn count(session: &SessionSnapshot) -> Counts {
    let mut by_kind: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut counts = Counts::default();
    let mut views = HashSet::new();
    for (_, item) in &session.items {
        *by_kind.entry(item.kind).or_default() += 1;
        views.extend(item.view.id.as_deref());
        counts.crashes += usize::from(item.is_crash);
        counts.frozen_frames += usize::from(item.is_frozen_frame);
        counts.frustrations += item.frustrations.len();
        counts.invalid += usize::from(!item.problems.is_empty());
    }
    let of = |kind| by_kind.get(&kind).copied().unwrap_or_default();
    Counts {
        views: views.len(),
        actions: of(Kind::Action),
        resources: of(Kind::Resource),
        errors: of(Kind::Error),
        long_tasks: of(Kind::LongTask),
        vitals: of(Kind::Vital),
        logs: of(Kind::Log),
        spans: of(Kind::Span),
        others: of(Kind::Other),
        ..counts
    }
}

fn by_date(one: Option<f64>, other: Option<f64>) -> std::cmp::Ordering {
    let key = |date: Option<f64>| date.unwrap_or(f64::INFINITY);
    key(one).total_cmp(&key(other))
}

fn least(dates: impl Iterator<Item = f64>) -> Option<f64> {
    dates.min_by(f64::total_cmp)
}

fn greatest(dates: impl Iterator<Item = f64>) -> Option<f64> {
    dates.max_by(f64::total_cmp)
}
