//! `cargo xtask storm`: kills a real process that records at full speed, hundreds of times, and shows what was lost and what
//! came twice. `cargo test` has a short one.

use std::process::Command;

use clap::Args;

use crate::{build, paths, process};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many lives
    #[arg(long, default_value_t = 600)]
    runs: u64,
    /// What the moments of the kills are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Built as it is shipped, so that full speed is full speed.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    build::as_shipped(&["storm", "crash-app"])?;
    process::run(
        Command::new(paths::target().join("release/storm"))
            .args([options.runs.to_string(), options.seed.to_string()]),
    )
}
