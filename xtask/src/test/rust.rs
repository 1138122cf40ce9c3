//! The Rust workspace, and what is generated from it.

use super::{Checks, Outcome, schemas};
use crate::{bindings, build, dependencies, paths, process};

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
    let events = paths::target().join("intake-events");
    paths::fresh(&events)?;
    // Without bindgen, which has no tests: together with it UniFFI and what depends on it would be built a second time
    // for the programs that the later parts run.
    checks.run("cargo test", || {
        let mut command = build::cargo();
        command
            .args(["test", "--workspace", "--exclude", "handspan-bindgen"])
            .args(["--locked", "--no-fail-fast"])
            .env("HANDSPAN_KEEP_EVENTS", &events);
        process::run(&mut command)
    });
    if schemas::left_out().is_none() {
        checks.run("events of the tests against the published schemas", || {
            schemas::check(&events)
        });
    }
    checks.run("generated bindings", bindings::run_check);
    Ok(checks.outcome())
}
