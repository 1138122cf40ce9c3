//! Where the core's own log lines go: the platform's log, under the tag `handspan`. An app that has set a logger for the
//! `log` crate keeps it. Lines name fields, codes and counts, never a token, a user or a body.

use std::sync::atomic::{AtomicBool, Ordering};

use log::LevelFilter;

/// The least that is logged where nobody asks for more.
const LEVEL: LevelFilter = LevelFilter::Warn;

/// Is the process's logger the one that [`install`] has set? Another's level is not ours to change.
static OURS: AtomicBool = AtomicBool::new(false);

/// The least that is logged from now on, in the whole process; none: warnings and above. Nothing where the program has set a
/// logger of its own, as every Rust program on a host does.
pub fn set_level(level: Option<LevelFilter>) {
    if OURS.load(Ordering::Relaxed) {
        log::set_max_level(level.unwrap_or(LEVEL));
    }
}

#[cfg(any(target_os = "android", target_vendor = "apple"))]
fn is_ours() {
    OURS.store(true, Ordering::Relaxed);
    set_level(None);
}

/// Sends log lines of warning level and above to the platform's log, once a process.
#[cfg(target_os = "android")]
pub fn install() {
    let filter = android_logger::Config::default()
        .with_tag("handspan")
        .with_max_level(LevelFilter::Trace);
    // A logger that is set already has a level; `init_once` does not say whose it is then.
    let none_yet = log::max_level() == LevelFilter::Off;
    android_logger::init_once(filter);
    if none_yet {
        is_ours();
    }
}

/// Sends log lines of warning level and above to the platform's log, once a process.
#[cfg(target_vendor = "apple")]
pub fn install() {
    // An error says that a logger is set already: then that one is used.
    if log::set_logger(&*apple::LOGGER).is_ok() {
        is_ours();
    }
}

/// `oslog` has a logger of its own, over a concurrent map that ours does without.
#[cfg(target_vendor = "apple")]
mod apple {
    use once_cell::sync::Lazy;

    pub(super) static LOGGER: Lazy<Unified> =
        Lazy::new(|| Unified(oslog::OsLog::new("dev.handspan", "core")));

    pub(super) struct Unified(oslog::OsLog);

    impl log::Log for Unified {
        fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
            metadata.level() <= log::max_level()
        }

        fn log(&self, record: &log::Record<'_>) {
            let level = match record.level() {
                log::Level::Error => oslog::Level::Error,
                log::Level::Warn => oslog::Level::Default,
                log::Level::Info => oslog::Level::Info,
                log::Level::Debug | log::Level::Trace => oslog::Level::Debug,
            };
            self.0.with_level(level, &record.args().to_string());
        }

        fn flush(&self) {}
    }
}

/// On a host the program sets a logger, or none.
#[cfg(not(any(target_os = "android", target_vendor = "apple")))]
pub fn install() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_of_a_programs_own_logger_stays() {
        let before = log::max_level();
        install();
        set_level(Some(LevelFilter::Trace));
        assert_eq!(log::max_level(), before);
    }
}
