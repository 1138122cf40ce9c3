//! Where the demo's servers are.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Deserialize;

/// The variable `HANDSPAN_DEMO`.
#[derive(Deserialize)]
pub(crate) struct Demo {
    /// Base URL of the inspector.
    pub(crate) inspector: String,
    /// Folder for the core's batches.
    pub(crate) storage_dir: String,
    /// Base URLs of the backends, by role.
    urls: BTreeMap<String, String>,
    /// Whether to pull a remote document from the inspector.
    #[serde(default)]
    pub(crate) remote: bool,
}

impl Demo {
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        let text =
            std::env::var("HANDSPAN_DEMO").context("HANDSPAN_DEMO; `cargo xtask demo` sets it")?;
        serde_json::from_str(&text).context("read HANDSPAN_DEMO")
    }

    /// The base URL of a role; none when that backend is not there.
    pub(crate) fn url(&self, role: &str) -> Option<&str> {
        self.urls.get(role).map(String::as_str)
    }
}
