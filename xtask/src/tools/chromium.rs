//! A real browser, for the tests of the page.

use std::path::PathBuf;

use super::{Policy, need};

/// The `chromium` program.
pub(crate) fn browser(policy: Policy) -> anyhow::Result<PathBuf> {
    need(
        &["chromium", "chromium-browser", "google-chrome"],
        "chromium",
        policy,
    )
}
