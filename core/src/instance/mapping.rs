//! Where events wait for a mapper of the app: the `handspan` thread puts them here, a thread of the platform's takes them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::rum::mapper::MappableEvent;

/// A desk between two threads. Without mappers nobody ever comes to it.
#[derive(Default)]
pub(crate) struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<MappableEvent>,
    /// How often everybody was sent home.
    closings: u64,
}

impl Desk {
    /// An event waits.
    pub(crate) fn add(&self, event: MappableEvent) {
        self.state().waiting.push_back(event);
        self.changed.notify_one();
    }

    /// These wait no more: nobody need look at them.
    pub(crate) fn withdraw(&self, ids: &[u64]) {
        self.state()
            .waiting
            .retain(|event| !ids.contains(&event.id));
    }

    /// The event that has waited longest. Waits for one at most `timeout`.
    pub(crate) fn next(&self, timeout: Duration) -> Option<MappableEvent> {
        let state = self.state();
        let closings = state.closings;
        let nothing = |state: &mut State| state.waiting.is_empty() && state.closings == closings;
        let waited = self.changed.wait_timeout_while(state, timeout, nothing);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.waiting.pop_front()
    }

    /// The core ends: whoever waits here need not wait longer.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.waiting.clear();
        state.closings += 1;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn event(id: u64) -> MappableEvent {
        MappableEvent {
            id,
            event_type: "view",
            view_name: None,
            view_url: None,
            action_name: None,
            resource_url: None,
            message: None,
            stack: None,
            fingerprint: None,
            attributes: Vec::new(),
        }
    }

    #[test]
    fn events_are_handed_out_in_order_and_what_was_withdrawn_is_not() {
        let desk = Desk::default();
        for id in 0..4 {
            desk.add(event(id));
        }
        desk.withdraw(&[1, 2, 9]);
        let ids: Vec<u64> = std::iter::from_fn(|| desk.next(Duration::ZERO))
            .map(|event| event.id)
            .collect();
        assert_eq!(ids, [0, 3]);
    }

    #[test]
    fn who_waits_is_woken_by_an_event_and_by_the_end() {
        let desk = Arc::new(Desk::default());
        let waiter = {
            let desk = Arc::clone(&desk);
            std::thread::spawn(move || (desk.next(LONG), desk.next(LONG)))
        };
        desk.add(event(7));
        while !waiter.is_finished() {
            desk.close();
            std::thread::yield_now();
        }
        // The end may have come before the event was taken, and then nothing was.
        let (first, second) = waiter.join().unwrap();
        assert!(first.is_none_or(|event| event.id == 7));
        assert_eq!(second, None);
    }
}
