//! Where things are. All paths are absolute.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// The checkout.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Cargo's output, always in the checkout: Kotlin's and Swift's builds look for the library there.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// A program or library of the development profile.
pub(crate) fn built(file: &str) -> PathBuf {
    target().join("debug").join(file)
}

/// What is fetched or installed for the project alone.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// The folder, empty.
pub(crate) fn fresh(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("remove {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))
}

/// The path without the checkout before it, for a person to read.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}
