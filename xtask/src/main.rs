//! `cargo xtask`: everything a person runs.
//!
//! - [`demo`] starts the inspector, backends and sample apps, and shows what joined;
//! - [`test`] runs every check of the project and sums up;
//! - [`conformance`] asks real tracers what they make of what we send;
//! - [`storm`] kills a recording process hundreds of times;
//! - [`fleet`] simulates a million phones and their remote document;
//! - [`bindings`] writes the Kotlin and Swift that UniFFI generates;
//! - [`public_suffixes`] writes the tree of public suffixes in the core;
//! - [`tools`] finds or fetches what these need and Rust does not bring;
//! - [`process`] starts programs, and sees to it that none outlives this one.

mod bindings;
mod build;
mod conformance;
mod demo;
mod dependencies;
mod fleet;
mod http;
mod paths;
mod process;
mod progress;
mod public_suffixes;
mod storm;
mod test;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Everything a person runs in this repository",
    version
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the inspector, traced backends and the sample apps; show which requests joined
    Demo(demo::Options),
    /// Run all tests; installs what they need
    Test(test::Options),
    /// Send what the core plans to real tracers; write what each continues to docs/conformance.md
    Conformance(conformance::Options),
    /// Kill a process that records at full speed, hundreds of times; show what was lost and what came twice
    Storm(storm::Options),
    /// Simulate a day of a million phones that pull their remote document; write docs/fleet.md and docs/fleet.svg
    Fleet(fleet::Options),
    /// Write the generated Kotlin and Swift
    Bindings(bindings::Options),
    /// Write the core's public suffixes from the list that Cargo.lock pins
    PublicSuffixes,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = process::end_all_on_signals().and_then(|()| match cli.command {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Conformance(options) => conformance::run(&options),
        Command::Storm(options) => storm::run(&options).map(|()| ExitCode::SUCCESS),
        Command::Fleet(options) => fleet::run(&options).map(|()| ExitCode::SUCCESS),
        Command::Bindings(options) => bindings::run(&options).map(|()| ExitCode::SUCCESS),
        Command::PublicSuffixes => public_suffixes::run().map(|()| ExitCode::SUCCESS),
    });
    process::end_all();
    result.unwrap_or_else(|error| {
        progress::problem(&format!("{error:#}"));
        ExitCode::FAILURE
    })
}
