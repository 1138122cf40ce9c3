//! The Rust workspace, and what is generated from it.

use super::{Checks, Outcome};
use crate::{bindings, build, dependencies, process};

pub(crate) fn run() -> anyhow::Result<Outcome> {
    let cargo = |arguments: &[&str]| process::run(build::cargo().args(arguments));
    let mut checks = Checks::new();
    checks.run("cargo fmt", || cargo(&["fmt", "--all", "--check"]));
    checks.run("dependencies", dependencies::check);
    checks.run("cargo clippy", || {
        cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ])
    });
    // Without bindgen, which has no tests: together with it UniFFI and what depends on it would be built a second time
    // for the programs that the later parts run.
    checks.run("cargo test", || {
        cargo(&[
            "test",
            "--workspace",
            "--exclude",
            "handspan-bindgen",
            "--locked",
            "--no-fail-fast",
        ])
    });
    checks.run("generated bindings", bindings::run_check);
    Ok(checks.outcome())
}
