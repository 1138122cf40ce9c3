//! `cargo xtask demo`: one request, end to end, on real parts. Sample apps send requests to traced backends; the
//! inspector receives the apps' events and the backends' spans; a table shows which joined.

pub(crate) mod apps;
mod cases;
mod judge;
pub(crate) mod leaks;
mod table;
mod topology;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::tools::Policy;
use crate::{build, paths, process, progress};
use apps::Ran;
use topology::Topology;

/// How long events and spans may take to arrive once the apps have ended: a batch is sealed after 1 s, tracers flush
/// every 1 s at most, the rest is for a busy machine.
const PATIENCE: Duration = Duration::from_secs(45);

/// How the demo is run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// End when every request was judged; the exit status is 0 only if each was as it should be
    #[arg(long)]
    once: bool,
}

/// Runs the demo for a person. With `HANDSPAN_EVENTS_DIR=DIR` the inspector writes what it receives there.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let events = std::env::var_os("HANDSPAN_EVENTS_DIR")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from);
    let demo = Demo::start(events, Policy::Use)?;
    demo.print();
    if !options.once {
        println!(
            "\nStill serving: {}/   (Ctrl-C ends it)",
            demo.topology.inspector.address
        );
        process::serve_until_interrupted();
    }
    Ok(if demo.problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs the demo as a test. Nothing may be left out: what is missing is installed or is a failure. Prints what was wrong
/// and returns it.
pub(crate) fn test(events: PathBuf) -> anyhow::Result<Vec<String>> {
    let demo = Demo::start(Some(events), Policy::Install)?;
    demo.print();
    Ok(demo
        .left_out
        .iter()
        .map(|what| format!("left out: {what}"))
        .chain(demo.problems.iter().cloned())
        .collect())
}

/// A demo whose apps have ended and whose requests were judged; its services run until it is dropped.
struct Demo {
    topology: Topology,
    rows: Vec<judge::Row>,
    /// Backends and apps that are not part of this run, and why.
    left_out: Vec<String>,
    /// Everything that is not as it should be.
    problems: Vec<String>,
}

impl Demo {
    fn start(events: Option<PathBuf>, policy: Policy) -> anyhow::Result<Self> {
        let folder = paths::target().join("demo");
        paths::fresh(&folder)?;
        let events = events.map(|folder| {
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("make {}", folder.display()))?;
            std::fs::canonicalize(&folder).with_context(|| format!("find {}", folder.display()))
        });
        let events = events.transpose()?;

        let (built, fetched) = std::thread::scope(|scope| {
            // Fetching waits for the network, building for the processor.
            let fetch = scope.spawn(|| topology::Backends::fetch(policy));
            let build = progress::step(
                "Building the core, the inspector and the Rust programs",
                build::programs,
            );
            (build, fetch.join())
        });
        built?;
        let Ok(backends) = fetched else {
            anyhow::bail!("fetching the backends ended early")
        };

        let mut left_out = backends.left_out.clone();
        let apps = apps::prepare(policy, &mut left_out)?;
        let topology = progress::step("Starting the inspector and the backends", || {
            Topology::start(&backends, events.as_deref(), &folder)
        })?;
        let Ran {
            cases,
            mut problems,
        } = progress::step("Running the sample apps", || {
            Ok(apps::run(&apps, &topology))
        })?;
        let rows = progress::step("Waiting until every request is judged", || {
            judge::wait(
                &topology.inspector.address,
                &cases,
                Instant::now() + PATIENCE,
            )
        })?;
        problems.extend(rows.iter().filter_map(judge::Row::problem));
        problems.extend(judge::strangers(&topology.inspector.address, &cases)?);
        problems.extend(leaks::check(&topology.third_party.address, &cases)?);
        Ok(Self {
            topology,
            rows,
            left_out,
            problems,
        })
    }

    fn print(&self) {
        println!();
        table::print(&self.rows);
        println!();
        for what in &self.left_out {
            println!("left out: {what}");
        }
        for problem in &self.problems {
            progress::problem(problem);
        }
        let joined = self.rows.iter().filter(|row| row.is_joined()).count();
        let (requests, wrong) = (self.rows.len(), self.problems.len());
        println!("{requests} requests, {joined} joined, {wrong} not as they should be");
        if wrong == 0 {
            println!("The third party received no tracing header.");
        }
    }
}
