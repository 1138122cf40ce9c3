//! Calls of cargo.

use std::process::Command;

use crate::{paths, process};

/// The cargo that runs us, at the checkout.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(paths::root())
        .env("CARGO_TARGET_DIR", paths::target());
    command
}

/// All that is built to be run or linked by something else. Always in one call: cargo chooses a dependency's features by
/// what is built together, so another selection would compile half of them once more.
const PACKAGES: [&str; 6] = [
    "handspan-inspector",
    "handspan-embedded-backend",
    "handspan-sample-rust",
    "handspan-kotlin-ffi",
    "handspan-swift-ffi",
    "handspan-tests",
];

/// Builds the programs and libraries in the development profile; cargo shows its own progress.
pub(crate) fn programs() -> anyhow::Result<()> {
    let mut command = cargo();
    command.args(["build", "--locked"]);
    for name in PACKAGES {
        command.args(["--package", name]);
    }
    process::run(&mut command)
}

/// Builds programs of `tests` with the profile of what is shipped.
pub(crate) fn as_shipped(programs: &[&str]) -> anyhow::Result<()> {
    let mut cargo = cargo();
    cargo.args([
        "build",
        "--locked",
        "--release",
        "--package",
        "handspan-tests",
    ]);
    for program in programs {
        cargo.args(["--bin", program]);
    }
    process::run(&mut cargo)
}
