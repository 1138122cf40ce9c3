//! A document that makes the app crash must not do so for good: how many starts with it have not survived, and when it rests.

use crate::limits;

/// What is known of the kept document, on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Guard {
    /// Starts that applied it and of which none was marked as survived.
    pub(super) starts: u32,
    /// When it was set aside, by the wall clock: it counts from process to process.
    pub(super) set_aside_wall_ms: Option<u64>,
}

impl Guard {
    /// A start that would apply the document. True: it does, and is counted. False: the document is set aside. After a day
    /// one start tries again; should that one die too, it is set aside anew.
    pub(super) fn start(&mut self, wall_ms: u64) -> bool {
        match self.set_aside_wall_ms {
            // A clock that was set back begins the day again, so that it cannot last for years.
            Some(since) if wall_ms < since => self.set_aside_wall_ms = Some(wall_ms),
            Some(since) if wall_ms - since < limits::REMOTE_SET_ASIDE_MS => {}
            Some(_) => {
                self.set_aside_wall_ms = None;
                self.starts = limits::REMOTE_STARTS;
            }
            None if self.starts >= limits::REMOTE_STARTS => self.set_aside_wall_ms = Some(wall_ms),
            None => self.starts += 1,
        }
        !self.is_set_aside()
    }

    pub(super) fn is_set_aside(&self) -> bool {
        self.set_aside_wall_ms.is_some()
    }

    /// This start has survived. True if there was something to forget.
    pub(super) fn mark(&mut self) -> bool {
        std::mem::take(&mut self.starts) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = limits::REMOTE_SET_ASIDE_MS;

    #[test]
    fn three_starts_without_a_mark_set_it_aside_and_a_day_later_one_tries_again() {
        let mut guard = Guard::default();
        assert_eq!([(); 3].map(|()| guard.start(10)), [true; 3]);
        assert!(!guard.start(20));
        assert!(!guard.start(20 + DAY - 1));
        assert!(guard.start(20 + DAY), "one try");
        assert!(!guard.start(30 + DAY), "which died too");
        assert!(!guard.start(30 + DAY + DAY - 1));
        assert!(guard.start(30 + DAY + DAY));
        assert!(guard.mark());
        assert_eq!(guard, Guard::default());
        assert!(!guard.mark(), "nothing to write again");
    }

    #[test]
    fn a_start_that_survives_makes_up_for_those_that_did_not() {
        let mut guard = Guard::default();
        for _ in 0..100 {
            assert!(guard.start(0) && guard.start(0) && guard.start(0));
            guard.mark();
        }
    }

    #[test]
    fn a_clock_that_was_set_neither_frees_it_at_once_nor_holds_it_for_years() {
        let mut guard = Guard {
            starts: 3,
            set_aside_wall_ms: Some(50 * DAY),
        };
        assert!(!guard.start(DAY));
        assert!(!guard.start(DAY + DAY - 1));
        assert!(guard.start(DAY + DAY));
    }
}
