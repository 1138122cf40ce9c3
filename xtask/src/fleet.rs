//! `cargo xtask fleet`: a simulated day of a million phones at the server of their remote document; writes `docs/fleet.md` and
//! `docs/fleet.svg`. `cargo test` has a small one.

use std::process::Command;

use clap::Args;

use crate::{build, paths, process};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many phones. The docs are written for a million alone
    #[arg(long, default_value_t = DOCUMENTED)]
    phones: u64,
}

/// The fleet of the docs.
const DOCUMENTED: u64 = 1_000_000;

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    build::as_shipped(&["fleet"])?;
    let mut fleet = Command::new(paths::target().join("release/fleet"));
    fleet.arg(options.phones.to_string());
    if options.phones == DOCUMENTED {
        fleet.arg(paths::root().join("docs"));
    }
    process::run(&mut fleet)
}
