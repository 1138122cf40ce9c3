//! The Swift package, with XCTest and Swift Testing.

use std::process::Command;

use super::user_day::UserDay;
use super::{Checks, Outcome, swift_api, vectors};
use crate::tools::{Policy, swift};
use crate::{build, paths, process, progress};

pub(crate) fn run() -> anyhow::Result<Outcome> {
    let swift = swift::toolchain(Policy::Install)?;
    progress::step("Building the library for Swift", build::programs)?;
    let cases = progress::step("Writing the vector cases", vectors::write_cases)?;
    let package = paths::root().join("bindings-swift");
    swift::forget_linked(&package)?;
    let tests = || {
        let mut command = Command::new(&swift);
        command.arg("test").arg("--package-path").arg(&package);
        command
    };
    let day = UserDay::of("swift")?;
    let mut checks = Checks::new();
    checks.run("swift test", || {
        process::run(tests().env(vectors::CASES, &cases))
    });
    checks.run("a user's day in Swift", || {
        // By itself: it holds the clock of its process.
        let mut command = tests();
        command.args(["--filter", "UserDayTests"]);
        day.ask(&mut command);
        process::run(&mut command)?;
        day.compare()
    });
    // With Objective-C it is another.
    if cfg!(target_os = "linux") {
        checks.run("the public surface of Swift", || {
            swift_api::check(&swift, &package)
        });
    }
    Ok(checks.outcome())
}
