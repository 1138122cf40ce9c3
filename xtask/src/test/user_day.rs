//! A user's day, told in Kotlin and in Swift: its events must be those that are written down.

use std::path::PathBuf;
use std::process::Command;

use crate::{paths, process};

/// The script, for the tests of both languages.
const SCRIPT: &str = "HANDSPAN_USER_DAY";
/// The file that gets the events.
const EVENTS: &str = "HANDSPAN_USER_DAY_EVENTS";

/// The day, told in one language.
pub(crate) struct UserDay {
    events: PathBuf,
}

impl UserDay {
    /// Of this language. What was left of an earlier one is gone.
    pub(crate) fn of(language: &str) -> anyhow::Result<Self> {
        let folder = paths::target().join("user-day").join(language);
        paths::fresh(&folder)?;
        Ok(Self {
            events: folder.join("events"),
        })
    }

    /// Says to the language's tests that the day is to be told.
    pub(crate) fn ask(&self, tests: &mut Command) {
        tests
            .env(SCRIPT, paths::root().join("tests/shared/user-day.json"))
            .env(EVENTS, &self.events);
    }

    /// Compares what came of it, with what [`build::programs`](crate::build::programs) built.
    pub(crate) fn compare(&self) -> anyhow::Result<()> {
        process::run(Command::new(paths::built("user-day")).arg(&self.events))
    }
}
