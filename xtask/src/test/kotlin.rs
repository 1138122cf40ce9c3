//! The Kotlin library against both OkHttps that it is for.

use std::process::Command;

use super::{Checks, Outcome, vectors};
use crate::tools::{Policy, java};
use crate::{build, paths, process, progress};

pub(crate) fn run() -> anyhow::Result<Outcome> {
    let maven = java::maven(Policy::Install)?;
    progress::step("Building the library for the JVM", build::programs)?;
    let cases = progress::step("Writing the vector cases", vectors::write_cases)?;
    let mut checks = Checks::new();
    for (what, profile) in [
        ("Kotlin with OkHttp 5", None),
        ("Kotlin with OkHttp 4.12", Some("-Pokhttp4")),
    ] {
        checks.run(what, || {
            let mut command = Command::new(&maven);
            // `clean`: classes compiled against one OkHttp must not be tested with the other.
            command.args(["clean", "verify"]).args(profile);
            process::run(
                command
                    .current_dir(paths::root().join("bindings-kotlin"))
                    .env(vectors::CASES, &cases),
            )
        });
    }
    Ok(checks.outcome())
}
