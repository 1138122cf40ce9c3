//! What the tracers' services need, installed by lock files into `target`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::tools::{Policy, java, node, python};
use crate::{build, paths, process, progress};

/// What a service needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kit {
    /// An environment: its name under `target/tools`, and the folder of its lock file.
    Python(&'static str, &'static str),
    /// npm packages: the same.
    Node(&'static str, &'static str),
    /// The service for the JVM and its libraries.
    Java,
    /// The same, and the agents, which are large.
    JavaAgents,
    /// The programs in Go.
    Go,
    /// The program in Rust.
    Rust,
}

/// Kits that are installed already.
#[derive(Default)]
pub(super) struct Kits {
    folders: BTreeMap<Kit, PathBuf>,
}

impl Kits {
    /// The folder of a kit, installed where it is missing.
    pub(super) fn get(&mut self, kit: Kit, policy: Policy) -> anyhow::Result<PathBuf> {
        // The service with its agents is the service too.
        let larger = (kit == Kit::Java).then_some(Kit::JavaAgents);
        let there = [Some(kit), larger].into_iter().flatten();
        if let Some(folder) = there.into_iter().find_map(|kit| self.folders.get(&kit)) {
            return Ok(folder.clone());
        }
        let folder = kit.install(policy)?;
        self.folders.insert(kit, folder.clone());
        Ok(folder)
    }
}

impl Kit {
    fn install(self, policy: Policy) -> anyhow::Result<PathBuf> {
        match self {
            Self::Python(name, source) => {
                let lock = paths::root().join(source).join("requirements.lock");
                python::environment(name, &lock, policy)
            }
            Self::Node(name, source) => node::packages(name, &paths::root().join(source), policy),
            Self::Java => jvm(&[], policy),
            Self::JavaAgents => jvm(&["--activate-profiles", "agents"], policy),
            Self::Go => go(),
            Self::Rust => rust(),
        }
    }
}

/// A file or folder of `tests/conformance`.
pub(super) fn folder(name: &str) -> PathBuf {
    paths::root().join("tests/conformance").join(name)
}

fn jvm(arguments: &[&str], policy: Policy) -> anyhow::Result<PathBuf> {
    let maven = java::maven(policy)?;
    let source = folder("java");
    progress::step("Building the services for the JVM", || {
        let mut command = Command::new(maven);
        command.args(["--batch-mode", "--quiet"]).args(arguments);
        // Clean, or libraries of an earlier version stay on the class path.
        process::run(command.args(["clean", "package"]).current_dir(&source))
    })?;
    Ok(source.join("target"))
}

fn go() -> anyhow::Result<PathBuf> {
    let source = folder("go");
    let bin = paths::tools().join("conformance-go");
    std::fs::create_dir_all(&bin).with_context(|| format!("make {}", bin.display()))?;
    // Debian's is too old for these tracers, so there is nothing to install.
    if Command::new("go").arg("version").output().is_err() {
        bail!(
            "Go is missing: install the version that tests/conformance/go/go.mod names, from https://go.dev/dl"
        );
    }
    progress::step("Building the services in Go", || {
        let mut command = Command::new("go");
        command.args(["build", "-mod=readonly", "-o"]).arg(&bin);
        process::run(command.arg("./...").current_dir(&source))
    })?;
    Ok(bin)
}

fn rust() -> anyhow::Result<PathBuf> {
    let target = paths::target().join("conformance-rust");
    progress::step("Building the service in Rust", || {
        let mut command = build::cargo();
        command
            .args(["build", "--locked", "--manifest-path"])
            .arg(folder("rust/Cargo.toml"))
            .env("CARGO_TARGET_DIR", &target);
        process::run(&mut command)
    })?;
    Ok(Path::new(&target).join("debug"))
}
