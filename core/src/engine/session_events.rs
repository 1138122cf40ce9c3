//! How many events each session has made: an intake takes no more than so many.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use crate::limits;
use crate::rum::pointer::at;

/// Sessions that are counted: two are alive, and a call may end in an older one.
const SESSIONS: usize = 8;

/// Events by session, the latest last.
#[derive(Debug, Default)]
pub(super) struct SessionEvents(VecDeque<(String, u64)>);

impl SessionEvents {
    /// Counts an event; may its session have it?
    pub(super) fn takes(&mut self, event: &Map<String, Value>) -> bool {
        let Some(session) = at(event, "/session/id").and_then(Value::as_str) else {
            return true;
        };
        let known = self.0.iter_mut().rev().find(|(id, _)| id == session);
        let Some((_, count)) = known else {
            if self.0.len() == SESSIONS {
                self.0.pop_front();
            }
            self.0.push_back((session.to_owned(), 1));
            return true;
        };
        *count += 1;
        *count <= limits::SESSION_EVENTS
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_session_has_ten_million_events_and_another_has_its_own() {
        let event = |session: &str| {
            let event = json!({"session": {"id": session}});
            event.as_object().unwrap().clone()
        };
        let mut events = SessionEvents::default();
        let (one, other) = (event("one"), event("other"));
        assert!(events.takes(&one));
        events.0[0].1 = limits::SESSION_EVENTS - 1;
        assert!(events.takes(&one));
        assert!(!events.takes(&one) && events.takes(&other) && !events.takes(&one));
        assert!(events.takes(&Map::new()));
    }
}
