//! The OpenTelemetry Collector, built by its own builder from the modules that `tests/collector/builder.yaml` names.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

use super::made_once;
use crate::{paths, process};

/// The builder; the version is that of the modules in the manifest.
const BUILDER: &str = "go.opentelemetry.io/collector/cmd/builder@v0.145.0";

/// The program, built once for each manifest: some four minutes on two cores.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    let manifest = paths::root().join("tests/collector/builder.yaml");
    let text = std::fs::read_to_string(&manifest)
        .with_context(|| format!("read {}", manifest.display()))?;
    let folder = made_once("collector", &format!("{BUILDER}\n{text}"), |folder| {
        // Debian's is too old for the Collector, so there is nothing to install.
        if Command::new("go").arg("version").output().is_err() {
            bail!("Go is missing: install 1.24 or later, from https://go.dev/dl");
        }
        let mut command = Command::new("go");
        command
            .args(["run", BUILDER, "--config"])
            .arg(&manifest)
            .current_dir(folder);
        process::run_logged(&mut command, &folder.join("build.log"))
    })?;
    Ok(folder.join("source/otelcol-handspan"))
}
