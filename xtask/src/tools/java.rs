//! A JDK and Maven.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use super::{Missing, Policy, apt, need};

/// The oldest JDK that the build is tried with.
const OLDEST: u32 = 17;

/// The `mvn` program, with a JDK beside it.
pub(crate) fn maven(policy: Policy) -> anyhow::Result<PathBuf> {
    if jdk().is_none_or(|version| version < OLDEST) {
        let what = format!("a JDK, {OLDEST} or later,");
        apt::install(&what, &["default-jdk-headless"], policy)?;
        if jdk().is_none_or(|version| version < OLDEST) {
            let how = "set PATH and JAVA_HOME to one".to_owned();
            return Err(Missing { what, how }.into());
        }
    }
    need(&["mvn"], "maven", policy).context("Maven")
}

/// The `java` program beside the `javac` that Maven takes.
pub(crate) fn java() -> PathBuf {
    of_jdk("java")
}

/// A program of the JDK that Maven will take: `JAVA_HOME`'s, else the one on the path.
fn of_jdk(program: &str) -> PathBuf {
    match std::env::var_os("JAVA_HOME") {
        Some(home) => PathBuf::from(home).join("bin").join(program),
        None => program.into(),
    }
}

/// The feature version of the JDK.
fn jdk() -> Option<u32> {
    let output = Command::new(of_jdk("javac"))
        .arg("-version")
        .output()
        .ok()?;
    // "javac 17.0.13"; JDK 8 said so on standard error.
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim()
        .strip_prefix("javac ")?
        .split('.')
        .next()?
        .parse()
        .ok()
}
