//! Node, and folders of npm packages pinned by `package-lock.json`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use super::{Policy, made_once, need};
use crate::process;

/// The `node` program.
pub(crate) fn node(policy: Policy) -> anyhow::Result<PathBuf> {
    need(&["node", "nodejs"], "nodejs", policy)
}

/// The `npm` program.
pub(crate) fn npm(policy: Policy) -> anyhow::Result<PathBuf> {
    need(&["npm"], "npm", policy)
}

/// The command that installs exactly what a lock file names, in the folder it is run in. No script of a package runs:
/// none of ours needs one.
pub(crate) fn ci(npm: &Path) -> Command {
    let mut command = Command::new(npm);
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    command
}

/// Installs what the lock file beside `package.json` in `source` names into `target/tools/<name>`; gives that folder.
pub(crate) fn packages(name: &str, source: &Path, policy: Policy) -> anyhow::Result<PathBuf> {
    node(policy)?;
    let npm = npm(policy)?;
    let lock = source.join("package-lock.json");
    let text =
        std::fs::read_to_string(&lock).with_context(|| format!("read {}", lock.display()))?;
    made_once(name, &text, |folder| {
        for file in ["package.json", "package-lock.json", ".npmrc"] {
            let from = source.join(file);
            if from.exists() {
                std::fs::copy(&from, folder.join(file))
                    .with_context(|| format!("copy {}", from.display()))?;
            }
        }
        process::run(ci(&npm).current_dir(folder))
    })
}
