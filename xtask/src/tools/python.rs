//! Python, and folders of Python packages pinned by hash.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use super::{Policy, apt, made_once, need};
use crate::process;

/// A virtual environment with what the lock file names, in `target/tools/<name>`; gives its `bin`.
pub(crate) fn environment(name: &str, lock: &Path, policy: Policy) -> anyhow::Result<PathBuf> {
    let python = need(&["python3"], "python3", policy)?;
    // Debian keeps the module that fills an environment in a package of its own.
    if !succeeds(Command::new(&python).args(["-c", "import ensurepip, venv"])) {
        apt::install("Python's venv", &["python3-venv"], policy)?;
    }
    let text = std::fs::read_to_string(lock).with_context(|| format!("read {}", lock.display()))?;
    // An environment belongs to the very Python that made it.
    let version = Command::new(&python)
        .arg("--version")
        .output()
        .context("run python3")?;
    let recipe = format!(
        "{} {}{text}",
        python.display(),
        String::from_utf8_lossy(&version.stdout)
    );
    let folder = made_once(name, &recipe, |folder| {
        process::run(Command::new(&python).args(["-m", "venv"]).arg(folder))?;
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ]);
        process::run(
            pip.args([
                "--require-hashes",
                "--only-binary",
                ":all:",
                "--requirement",
            ])
            .arg(lock),
        )
    })?;
    Ok(folder.join("bin"))
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
