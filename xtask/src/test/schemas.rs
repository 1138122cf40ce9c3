//! Events against JSON schemas that others publish and that are not copied into the project.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::tools::{Policy, python};
use crate::{paths, process};

/// Folder of the shape of the public repository `rum-events-format`.
const SCHEMAS: &str = "HANDSPAN_SCHEMAS";

/// Why events are not checked against schemas, if they are not.
pub(crate) fn left_out() -> Option<String> {
    std::env::var_os(SCHEMAS)
        .is_none()
        .then(|| format!("{SCHEMAS} is not set"))
}

/// Checks every event in the folder's files.
pub(crate) fn check(events: &Path) -> anyhow::Result<()> {
    let schemas = std::env::var_os(SCHEMAS).with_context(|| format!("{SCHEMAS} is not set"))?;
    let folder = paths::root().join("tests/schemas");
    let bin = python::environment(
        "event-schemas",
        &folder.join("requirements.lock"),
        Policy::Install,
    )?;
    let mut command = Command::new(bin.join("python"));
    process::run(
        command
            .arg(folder.join("check_events.py"))
            .arg(schemas)
            .arg(events),
    )
}
