//! `cargo xtask public-suffixes`: the core's tree of public suffixes, from the list that the package `psl` brings.
//!
//! A new list is `cargo update -p psl` and this. The tests fail while the two differ.

use crate::{build, process};

pub(crate) fn run() -> anyhow::Result<()> {
    process::run(build::cargo().args([
        "run",
        "--package",
        "handspan-tests",
        "--bin",
        "public-suffixes",
        "--locked",
    ]))
}
