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
    let _ = oslog::OsLogger::new("dev.handspan")
        .level_filter(log::LevelFilter::Warn)
        .init();
}

/// On a host the program sets a logger, or none.
#[cfg(not(any(target_os = "android", target_vendor = "apple")))]
pub fn install() {}
