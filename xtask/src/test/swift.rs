//! The Swift package, with XCTest and Swift Testing.

use std::process::Command;

use super::{Checks, Outcome, vectors};
use crate::tools::{Policy, swift};
use crate::{build, paths, process, progress};

pub(crate) fn run() -> anyhow::Result<Outcome> {
    let swift = swift::toolchain(Policy::Install)?;
    progress::step("Building the library for Swift", build::programs)?;
    let cases = progress::step("Writing the vector cases", vectors::write_cases)?;
    let package = paths::root().join("bindings-swift");
    swift::forget_linked(&package)?;
    let mut checks = Checks::new();
    checks.run("swift test", || {
        let mut command = Command::new(&swift);
        command
            .arg("test")
            .arg("--package-path")
            .arg(&package)
            .env(vectors::CASES, &cases);
        process::run(&mut command)
    });
    Ok(checks.outcome())
}
