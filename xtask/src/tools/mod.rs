//! What the project needs beside Rust: found on the machine, installed by the system's package manager (tests, when
//! root), or fetched into `target/tools` by lock files.

pub(crate) mod apt;
pub(crate) mod chromium;
pub(crate) mod collector;
pub(crate) mod java;
pub(crate) mod node;
pub(crate) mod python;
pub(crate) mod swift;

use std::path::{Path, PathBuf};

use anyhow::Context;

/// What to do about a program that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Leave the machine as it is.
    Use,
    /// Install it as a Debian package, when root.
    Install,
}

/// Something that is not there, and how one gets it.
#[derive(Debug)]
pub(crate) struct Missing {
    what: String,
    how: String,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} is missing: {}", self.what, self.how)
    }
}

impl std::error::Error for Missing {}

/// The first of the programs that is on the path; or the Debian package that brings it, by policy.
pub(crate) fn need(programs: &[&str], package: &str, policy: Policy) -> anyhow::Result<PathBuf> {
    let find = || programs.iter().find_map(|program| on_path(program));
    if let Some(found) = find() {
        return Ok(found);
    }
    let what = programs.first().copied().unwrap_or(package);
    apt::install(what, &[package], policy)?;
    find().with_context(|| format!("{package} was installed, and {what} is still not on the path"))
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// Makes a folder under `target/tools` once for each `recipe` (a lock file's text): a changed recipe makes it anew, a
/// half made one is never taken for whole.
fn made_once(
    name: &str,
    recipe: &str,
    make: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<PathBuf> {
    let folder = crate::paths::tools().join(name);
    let stamp = folder.join(".made-from");
    if std::fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == recipe) {
        return Ok(folder);
    }
    crate::paths::fresh(&folder)?;
    crate::progress::step(
        &format!("Installing {name} into {}", crate::paths::shown(&folder)),
        || make(&folder),
    )?;
    std::fs::write(&stamp, recipe).with_context(|| format!("write {}", stamp.display()))?;
    Ok(folder)
}
