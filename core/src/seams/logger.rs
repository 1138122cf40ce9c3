//! Where the core's own log lines go: the platform's log, under the tag `handspan`. An app that has set a logger for the
//! `log` crate keeps it. Lines name fields, codes and counts, never a token, a user or a body.

/// Sends log lines of warning level and above to the platform's log, once a process.
#[cfg(target_os = "android")]
pub fn install() {
    let filter = android_logger::Config::default()
        .with_tag("handspan")
        .with_max_level(log::LevelFilter::Warn);
    android_logger::init_once(filter);
}

/// Sends log lines of warning level and above to the platform's log, once a process.
#[cfg(target_vendor = "apple")]
pub fn install() {
    // An error says that a logger is set already: then that one is used.
    if log::set_logger(&*apple::LOGGER).is_ok() {
        log::set_max_level(log::LevelFilter::Warn);
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
            metadata.level() <= log::Level::Warn
        }

        fn log(&self, record: &log::Record<'_>) {
            if self.enabled(record.metadata()) {
                let level = match record.level() {
                    log::Level::Error => oslog::Level::Error,
                    _ => oslog::Level::Default,
                };
                self.0.with_level(level, &record.args().to_string());
            }
        }

        fn flush(&self) {}
    }
}

/// On a host the program sets a logger, or none.
#[cfg(not(any(target_os = "android", target_vendor = "apple")))]
pub fn install() {}
