//! Sessions in bounded memory. Nothing here takes longer for a long session: a story is made of a [`SessionSnapshot`], outside
//! the lock.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::facts::Facts;
use super::item::{Item, Kind, Told};

/// How many sessions are kept: more than a person looks through.
pub(super) const SESSIONS: usize = 300;

/// How many items are kept, of all sessions.
pub(super) const ITEMS: usize = 20_000;

/// How many bytes of items are kept, the line and what was read out of it.
pub(super) const ITEM_BYTES: usize = 64 << 20;

/// Where items stand whose session cannot be read.
const NO_SESSION: &str = "none";

/// Longest session id: a UUID has 36 characters, and another SDK's may be longer.
const ID_LIMIT: usize = 64;

/// The sessions kept.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    sessions: BTreeMap<u64, Session>,
    /// Session numbers by id.
    numbers: HashMap<String, u64>,
    next_session: u64,
    /// By number, in order of arrival, each with its session.
    items: BTreeMap<u64, Kept>,
    next_item: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    session: u64,
    /// Where it came without a key of its batch.
    digest: Option<u64>,
    item: Arc<Item>,
}

#[derive(Debug, Default)]
struct Session {
    id: String,
    facts: Facts,
    items: BTreeSet<u64>,
    /// The item that is a view's last state, by view id.
    views: HashMap<String, u64>,
    /// Of each view how many states another took the place of.
    superseded: HashMap<String, u64>,
    /// Of what came without a key of its batch.
    digests: HashSet<u64>,
    /// When the first item began, milliseconds since the epoch: it may be forgotten.
    first: Option<f64>,
    /// Items that are forgotten.
    forgotten: u64,
}

/// A session at one moment.
#[derive(Clone, Debug)]
pub(crate) struct SessionSnapshot {
    pub(super) id: String,
    pub(super) facts: Facts,
    pub(super) first: Option<f64>,
    pub(super) forgotten: u64,
    pub(super) views: HashMap<String, u64>,
    pub(super) superseded: HashMap<String, u64>,
    /// In order of arrival, by number.
    pub(super) items: Vec<(u64, Arc<Item>)>,
}

impl Sessions {
    /// Keeps an item; returns its session's number.
    pub(crate) fn add(&mut self, told: Told) -> u64 {
        self.keep(told, None)
    }

    fn keep(&mut self, told: Told, digest: Option<u64>) -> u64 {
        let Told {
            session_id,
            facts,
            item,
        } = told;
        let id = session_id
            .filter(|id| is_usable(id))
            .unwrap_or_else(|| NO_SESSION.to_owned());
        let number = self.number(&id);
        let session = self.sessions.entry(number).or_insert_with(|| Session {
            id,
            ..Session::default()
        });
        session.facts.learn(facts);
        session.first = match (session.first, item.date) {
            (Some(first), Some(date)) => Some(first.min(date)),
            (first, date) => first.or(date),
        };
        self.bytes += item.size();
        let place = self.next_item;
        self.next_item += 1;
        session.items.insert(place);
        session.digests.extend(digest);
        let known = known_view(session, &item).and_then(|known| {
            let item = Arc::clone(&self.items.get(&known)?.item);
            Some((known, item))
        });
        let item = Arc::new(item);
        let superseded = session.supersede(place, &item, known);
        let kept = Kept {
            session: number,
            digest,
            item,
        };
        self.items.insert(place, kept);
        superseded.into_iter().for_each(|place| self.remove(place));
        self.forget();
        number
    }

    /// The same for what came without a key of its batch: once, however often it is sent. `None` where it is here already.
    pub(crate) fn add_once(&mut self, told: Told) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        told.item.raw.hash(&mut hasher);
        let digest = hasher.finish();
        let id = told.session_id.as_deref().filter(|id| is_usable(id));
        let known = self
            .numbers
            .get(id.unwrap_or(NO_SESSION))
            .and_then(|number| self.sessions.get(number));
        if known.is_some_and(|session| session.digests.contains(&digest)) {
            return None;
        }
        Some(self.keep(told, Some(digest)))
    }

    /// A session, to be shown once the lock is given back.
    pub(crate) fn snapshot(&self, number: u64) -> Option<SessionSnapshot> {
        let session = self.sessions.get(&number)?;
        let kept = |number: &u64| Some((*number, Arc::clone(&self.items.get(number)?.item)));
        Some(SessionSnapshot {
            id: session.id.clone(),
            facts: session.facts.clone(),
            first: session.first,
            forgotten: session.forgotten,
            views: session.views.clone(),
            superseded: session.superseded.clone(),
            items: session.items.iter().filter_map(kept).collect(),
        })
    }

    /// The number of the session of this id.
    pub(crate) fn find(&self, id: &str) -> Option<u64> {
        self.numbers.get(id).copied()
    }

    /// All sessions, in order of arrival.
    pub(crate) fn snapshots(&self) -> Vec<SessionSnapshot> {
        let numbers = self.sessions.keys();
        numbers
            .filter_map(|number| self.snapshot(*number))
            .collect()
    }

    /// An item of a session.
    pub(crate) fn item(&self, session: &str, item: u64) -> Option<Arc<Item>> {
        let kept = self.items.get(&item)?;
        (self.find(session) == Some(kept.session)).then(|| Arc::clone(&kept.item))
    }

    /// Forgets everything; numbering goes on.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            next_session: self.next_session,
            next_item: self.next_item,
            ..Self::default()
        };
    }

    fn number(&mut self, id: &str) -> u64 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = self.next_session;
        self.next_session += 1;
        self.numbers.insert(id.to_owned(), number);
        number
    }

    fn forget(&mut self) {
        while self.sessions.len() > SESSIONS {
            let Some((_, oldest)) = self.sessions.pop_first() else {
                return;
            };
            self.numbers.remove(&oldest.id);
            for item in oldest.items {
                self.drop_item(item);
            }
        }
        while self.items.len() > ITEMS || self.bytes > ITEM_BYTES {
            let Some((&oldest, kept)) = self.items.first_key_value() else {
                return;
            };
            let number = kept.session;
            self.remove(oldest);
            if let Some(session) = self.sessions.get_mut(&number) {
                session.forgotten += 1;
                if session.items.is_empty() {
                    self.numbers.remove(&session.id);
                    self.sessions.remove(&number);
                }
            }
        }
    }

    /// Takes an item out of its session, and lets it go.
    fn remove(&mut self, place: u64) {
        let Some(kept) = self.drop_item(place) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&kept.session) else {
            return;
        };
        session.items.remove(&place);
        if let Some(digest) = kept.digest {
            session.digests.remove(&digest);
        }
        if let Some(view) = &kept.item.view.id
            && session.views.get(view) == Some(&place)
        {
            session.views.remove(view);
            session.superseded.remove(view);
        }
    }

    fn drop_item(&mut self, place: u64) -> Option<Kept> {
        let kept = self.items.remove(&place)?;
        self.bytes -= kept.item.size();
        Some(kept)
    }
}

impl Session {
    /// Takes note of a view's new state. Returns the state that nobody needs any more: of two the older one, by
    /// `document_version`. One with problems stays, to be seen.
    fn supersede(
        &mut self,
        place: u64,
        item: &Item,
        known: Option<(u64, Arc<Item>)>,
    ) -> Option<u64> {
        let version = |item: &Item| item.state.as_ref()?.document_version;
        let view = item.view.id.clone().filter(|_| item.kind == Kind::View)?;
        let Some((known_place, known)) = known else {
            self.views.insert(view, place);
            return None;
        };
        *self.superseded.entry(view.clone()).or_default() += 1;
        if version(item) < version(&known) {
            return item.problems.is_empty().then_some(place);
        }
        self.views.insert(view, place);
        known.problems.is_empty().then_some(known_place)
    }
}

/// Where the last state of a view's stands, if this is one more.
fn known_view(session: &Session, item: &Item) -> Option<u64> {
    let view = item.view.id.as_ref().filter(|_| item.kind == Kind::View)?;
    session.views.get(view).copied()
}

#[cfg(test)]
impl Sessions {
    /// How many items and bytes are kept, and whether each part knows the same of them.
    pub(super) fn weigh(&self) -> (usize, usize) {
        let held: usize = self.items.values().map(|kept| kept.item.size()).sum();
        assert_eq!(held, self.bytes);
        let listed: usize = self
            .sessions
            .values()
            .map(|session| session.items.len())
            .sum();
        assert_eq!(listed, self.items.len());
        assert_eq!(self.sessions.len(), self.numbers.len());
        (listed, held)
    }
}

/// An id that can stand in an address.
fn is_usable(id: &str) -> bool {
    (1..=ID_LIMIT).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
