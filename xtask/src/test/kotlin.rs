//! The Kotlin library against both OkHttps that it is for.

use std::process::Command;

use super::user_day::UserDay;
use super::{Checks, Outcome, vectors};
use crate::tools::{Policy, java};
use crate::{build, paths, process, progress};

pub(crate) fn run() -> anyhow::Result<Outcome> {
    let maven = java::maven(Policy::Install)?;
    progress::step("Building the library for the JVM", build::programs)?;
    let cases = progress::step("Writing the vector cases", vectors::write_cases)?;
    let day = UserDay::of("kotlin")?;
    let mut checks = Checks::new();
    // One run: compiled against OkHttp 4.12, the same classes are tested on it and on 5.
    checks.run("Kotlin on OkHttp 4.12 and 5", || {
        let mut command = Command::new(&maven);
        command
            .args(["clean", "verify"])
            .current_dir(paths::root().join("bindings-kotlin"))
            .env(vectors::CASES, &cases);
        day.ask(&mut command);
        process::run(&mut command)
    });
    checks.run("a user's day in Kotlin", || day.compare());
    Ok(checks.outcome())
}
