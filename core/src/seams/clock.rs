//! Two clocks at once: wall time for dates, a monotonic time that counts sleep for durations.

use std::sync::Mutex;
#[cfg(debug_assertions)]
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since 1970-01-01 UTC. The user can set it back or forward: for dates only.
    pub wall_ms: u64,
    /// Milliseconds since some fixed point (on phones: the boot). Never goes back, and goes on while the phone
    /// sleeps: a session of 15 minutes must end although the phone slept through them.
    pub mono_ms: u64,
}

impl Now {
    /// Both clocks, so many milliseconds on.
    #[cfg(debug_assertions)]
    fn later(self, ms: u64) -> Self {
        Self {
            wall_ms: self.wall_ms.saturating_add(ms),
            mono_ms: self.mono_ms.saturating_add(ms),
        }
    }
}

/// Where time comes from. Any thread may ask.
pub trait Clock: Send + Sync {
    /// Reads both clocks.
    fn now(&self) -> Now;
}

/// What [`skip_ms`] has skipped.
#[cfg(debug_assertions)]
static SKIPPED_MS: AtomicU64 = AtomicU64::new(0);

/// Puts the [`SystemClock`] of this process forward: the Kotlin and Swift tests run on a real core, and there are rules of 30 s.
/// In development builds alone.
#[cfg(debug_assertions)]
pub fn skip_ms(ms: u64) {
    SKIPPED_MS.fetch_add(ms, Ordering::Relaxed);
}

/// Where [`hold`] holds the clocks.
#[cfg(debug_assertions)]
static HELD: Mutex<Option<Now>> = Mutex::new(None);

/// Lets the [`SystemClock`] of this process stand still, but for [`skip_ms`], or go on: a day that is told from several languages must
/// take the same time in all of them. In development builds alone.
#[cfg(debug_assertions)]
pub fn hold(held: bool) {
    let now = held.then(system_now);
    *HELD
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner) = now;
}

/// The clocks of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Now {
        #[cfg(not(debug_assertions))]
        let now = system_now();
        #[cfg(debug_assertions)]
        let now = HELD
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .unwrap_or_else(system_now)
            .later(SKIPPED_MS.load(Ordering::Relaxed));
        now
    }
}

fn system_now() -> Now {
    // A wall clock before 1970 is a phone with a dead battery: 0 is as good a date as any.
    let wall_ms = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        });
    Now {
        wall_ms,
        mono_ms: monotonic_ms(),
    }
}

// `std::time::Instant` stops in sleep on Linux and Android. `CLOCK_BOOTTIME` does not; on Apple systems it is
// `CLOCK_MONOTONIC` that goes on (it is `mach_continuous_time`).
#[cfg(unix)]
fn monotonic_ms() -> u64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const COUNTS_SLEEP: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const COUNTS_SLEEP: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(COUNTS_SLEEP);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let millis = u64::try_from(time.tv_nsec / 1_000_000).unwrap_or(0);
    seconds.saturating_mul(1_000).saturating_add(millis)
}

#[cfg(not(unix))]
fn monotonic_ms() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// A clock that stands still until it is moved: for tests and simulations.
#[derive(Debug)]
pub struct ManualClock(Mutex<Now>);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: Now) -> Self {
        Self(Mutex::new(now))
    }

    /// Makes both clocks show `now`.
    pub fn set(&self, now: Now) {
        *self.lock() = now;
    }

    /// Moves both clocks forward by `ms` milliseconds.
    pub fn advance(&self, ms: u64) {
        let mut now = self.lock();
        now.wall_ms = now.wall_ms.saturating_add(ms);
        now.mono_ms = now.mono_ms.saturating_add(ms);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Now> {
        // Two plain numbers cannot be left half-written by a panic elsewhere.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Now {
        *self.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_clock_shows_today_and_never_goes_back() {
        let first = SystemClock.now();
        let second = SystemClock.now();
        // 2025-01-01: older than this code.
        assert!(first.wall_ms > 1_735_689_600_000);
        assert!(second.mono_ms >= first.mono_ms);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn monotonic_time_is_the_uptime_that_counts_sleep() {
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
        let seconds: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
        let ours = SystemClock.now().mono_ms as f64 / 1_000.0;
        assert!((ours - seconds).abs() < 5.0, "{ours} against {seconds}");
    }

    #[test]
    fn manual_clock_moves_only_when_told() {
        let clock = ManualClock::new(Now {
            wall_ms: 10,
            mono_ms: 1,
        });
        assert_eq!(
            clock.now(),
            Now {
                wall_ms: 10,
                mono_ms: 1
            }
        );
        clock.advance(5);
        assert_eq!(
            clock.now(),
            Now {
                wall_ms: 15,
                mono_ms: 6
            }
        );
        clock.set(Now {
            wall_ms: 3,
            mono_ms: 7,
        });
        assert_eq!(
            clock.now(),
            Now {
                wall_ms: 3,
                mono_ms: 7
            }
        );
    }
}
