//! The intake's clock, where the phone's is wrong: an intake refuses events that are a day late or lie in the future.

use std::time::UNIX_EPOCH;

use crate::limits;
use crate::seams::clock::Now;
use crate::seams::transport::HttpAnswer;

/// What is known of the right time: what two witnesses agree on, two answers in a row or an answer and the phone. One server
/// behind a balancer whose clock is wrong must not date a phone's events by years.
#[derive(Debug, Default)]
pub(super) struct ServerClock {
    /// Wall clock of the intake minus our monotonic clock, milliseconds: it stays right when the phone's wall clock is set.
    ahead_of_mono_ms: Option<i64>,
    /// The same as the last answer had it.
    last_ahead_ms: Option<i64>,
}

impl ServerClock {
    /// Reads `Date` of an answer that came just now. Whole seconds and the way back are its error, far below what is corrected.
    pub(super) fn learn(&mut self, answer: &HttpAnswer, now: Now) {
        let date = answer
            .header("date")
            .and_then(|value| httpdate::parse_http_date(value).ok())
            .and_then(|date| date.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| u64::try_from(since.as_millis()).ok())
            .filter(|date| limits::SERVER_DATES_MS.contains(date));
        let date = date.and_then(|date| i64::try_from(date).ok());
        let (Some(date), Ok(mono)) = (date, i64::try_from(now.mono_ms)) else {
            return;
        };
        let ahead = date - mono;
        let phone = i64::try_from(now.wall_ms).ok().map(|wall| wall - mono);
        let before = self.last_ahead_ms.replace(ahead);
        let agrees = |witness: i64| witness.abs_diff(ahead) <= limits::CLOCK_TOLERANCE_MS;
        if phone.is_some_and(agrees) || before.is_some_and(agrees) {
            self.ahead_of_mono_ms = Some(ahead);
        }
    }

    /// By how much the phone's wall clock is to be corrected, milliseconds: 0 where it is right, or nobody knows better.
    pub(super) fn offset_ms(&self, now: Now) -> i64 {
        let offset = self.ahead_of_mono_ms.and_then(|ahead| {
            let right = i64::try_from(now.mono_ms).ok()?.checked_add(ahead)?;
            right.checked_sub(i64::try_from(now.wall_ms).ok()?)
        });
        offset
            .filter(|offset| offset.unsigned_abs() > limits::CLOCK_TOLERANCE_MS)
            .unwrap_or_default()
    }

    /// The wall clock as it should be.
    pub(super) fn wall_ms(&self, now: Now) -> u64 {
        now.wall_ms.saturating_add_signed(self.offset_ms(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 08 Nov 2026 08:49:37 GMT.
    const RIGHT_MS: u64 = 1_794_127_777_000;
    const DATE: &str = "Sun, 08 Nov 2026 08:49:37 GMT";
    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn tell(clock: &mut ServerClock, date: &str, now: Now) {
        let answer = HttpAnswer {
            status: 202,
            headers: vec![("date".to_owned(), date.to_owned())],
            body: Vec::new(),
        };
        clock.learn(&answer, now);
    }

    fn told_twice(date: &str, now: Now) -> ServerClock {
        let mut clock = ServerClock::default();
        tell(&mut clock, date, now);
        tell(&mut clock, date, now);
        clock
    }

    fn at(wall_ms: u64, mono_ms: u64) -> Now {
        Now { wall_ms, mono_ms }
    }

    #[test]
    fn a_phone_that_is_a_day_off_is_corrected() {
        for off in [-DAY, DAY] {
            let wrong = RIGHT_MS.saturating_add_signed(off);
            let clock = told_twice(DATE, at(wrong, 1_000));
            assert_eq!(clock.offset_ms(at(wrong, 1_000)), -off);
            assert_eq!(clock.wall_ms(at(wrong + 5_000, 6_000)), RIGHT_MS + 5_000);
        }
    }

    #[test]
    fn a_clock_that_is_set_under_way_stays_right() {
        let clock = told_twice(DATE, at(RIGHT_MS, 1_000));
        assert_eq!(clock.offset_ms(at(RIGHT_MS, 1_000)), 0);
        let yesterday = RIGHT_MS.saturating_add_signed(-DAY);
        assert_eq!(clock.wall_ms(at(yesterday, 2_000)), RIGHT_MS + 1_000);
    }

    #[test]
    fn one_answer_alone_corrects_nothing() {
        let now = at(RIGHT_MS.saturating_add_signed(-DAY), 1_000);
        let mut clock = ServerClock::default();
        tell(&mut clock, DATE, now);
        assert_eq!(clock.offset_ms(now), 0);
        tell(&mut clock, "Mon, 08 Nov 2094 08:49:37 GMT", now);
        assert_eq!(clock.offset_ms(now), 0, "they contradict each other");
        tell(&mut clock, DATE, now);
        tell(&mut clock, DATE, now);
        assert_eq!(clock.offset_ms(now), DAY);
        tell(&mut clock, "Mon, 08 Nov 2094 08:49:37 GMT", now);
        assert_eq!(clock.offset_ms(now), DAY, "what two have said stands");
    }

    #[test]
    fn a_few_seconds_are_nobodys_fault() {
        let clock = told_twice(DATE, at(RIGHT_MS - 59_000, 0));
        assert_eq!(clock.offset_ms(at(RIGHT_MS - 59_000, 0)), 0);
    }

    #[test]
    fn a_date_that_no_intake_of_today_can_have_is_not_believed() {
        for date in [
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Fri, 01 Jan 2200 00:00:00 GMT",
            "soon",
            "",
        ] {
            assert_eq!(told_twice(date, at(5, 5)).offset_ms(at(5, 5)), 0, "{date}");
        }
    }
}
