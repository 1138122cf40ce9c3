//! `cargo xtask test`: every check of the project, part by part, and one line on each at the end.

mod collector;
mod conformance;
mod e2e;
mod follow;
mod kill;
mod kotlin;
mod page;
mod rust;
mod schemas;
mod swift;
mod swift_api;
mod user_day;
mod vectors;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::progress;

/// Which parts to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these parts (may be given several times, or as a list with commas)
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
}

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Formatting, lints, dependencies, all Rust tests, generated code
    Rust,
    /// The Kotlin library against OkHttp 4.12 and 5
    Kotlin,
    /// The Swift package
    Swift,
    /// The inspector's page in a real browser
    Page,
    /// The demo, every request as it should be
    E2e,
    /// One real tracer a vendor
    Conformance,
    /// The real OpenTelemetry Collector
    Collector,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Kotlin => "kotlin",
            Self::Swift => "swift",
            Self::Page => "page",
            Self::E2e => "e2e",
            Self::Conformance => "conformance",
            Self::Collector => "collector",
        }
    }
}

/// What came of a part.
pub(crate) enum Outcome {
    Passed,
    /// Each thing that failed, in a few words.
    Failed(Vec<String>),
    /// Why it was not run.
    LeftOut(String),
}

/// The checks of a part: all are run, also after one that failed.
pub(crate) struct Checks {
    failed: Vec<String>,
}

impl Checks {
    pub(crate) fn new() -> Self {
        Self { failed: Vec::new() }
    }

    /// Runs one. Its own output stays visible; what made it fail is told at once and counted.
    pub(crate) fn run(&mut self, what: &str, check: impl FnOnce() -> anyhow::Result<()>) {
        if let Err(error) = progress::step(what, check) {
            progress::problem(&format!("{error:#}"));
            self.failed.push(format!(
                "{what}: {}",
                error.to_string().lines().next().unwrap_or_default()
            ));
        }
    }

    pub(crate) fn outcome(self) -> Outcome {
        if self.failed.is_empty() {
            Outcome::Passed
        } else {
            Outcome::Failed(self.failed)
        }
    }
}

/// A line of the summary.
struct Line {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

/// Runs the parts one after the other and sums up.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let start = Instant::now();
    let mut lines = Vec::new();
    for &part in Part::value_variants() {
        let asked = options.only.is_empty() || options.only.contains(&part);
        let begun = Instant::now();
        let outcome = if asked {
            println!("\n#### {} ####", part.name());
            run_part(part)
        } else {
            Outcome::LeftOut("not asked for".to_owned())
        };
        lines.push(Line {
            name: part.name(),
            outcome,
            took: begun.elapsed(),
        });
    }
    let asked = |part| options.only.is_empty() || options.only.contains(&part);
    if asked(Part::Rust) || asked(Part::Kotlin) || asked(Part::Swift) {
        lines.extend(vectors::left_out().map(|why| left_out("vectors of others", why)));
    }
    if asked(Part::Rust) || asked(Part::E2e) {
        lines.extend(schemas::left_out().map(|why| left_out("published schemas", why)));
    }
    println!(
        "\n#### summary ({}) ####",
        progress::seconds(start.elapsed())
    );
    for line in &lines {
        println!("{}", summary(line));
    }
    let failed = lines
        .iter()
        .any(|line| matches!(line.outcome, Outcome::Failed(_)));
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn left_out(name: &'static str, why: String) -> Line {
    Line {
        name,
        outcome: Outcome::LeftOut(why),
        took: Duration::ZERO,
    }
}

fn run_part(part: Part) -> Outcome {
    let outcome = match part {
        Part::Rust => rust::run(),
        Part::Kotlin => kotlin::run(),
        Part::Swift => swift::run(),
        Part::Page => page::run(),
        Part::E2e => e2e::run(),
        Part::Conformance => conformance::run(),
        Part::Collector => collector::run(),
    };
    // Something that could not even begin, such as a tool that is missing, is a failure too.
    outcome.unwrap_or_else(|error| {
        progress::problem(&format!("{error:#}"));
        Outcome::Failed(vec![format!("{error:#}")])
    })
}

fn summary(line: &Line) -> String {
    let Line {
        name,
        outcome,
        took,
    } = line;
    let took = progress::seconds(*took);
    match outcome {
        Outcome::Passed => format!("{name}: passed ({took})"),
        Outcome::Failed(what) => format!("{name}: FAILED ({took}): {}", what.join("; ")),
        Outcome::LeftOut(why) => format!("{name}: left out: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_does_not_stop_the_next_and_is_told() {
        let mut checks = Checks::new();
        let mut ran = false;
        checks.run("first", || Err(anyhow::anyhow!("broken")));
        checks.run("second", || {
            ran = true;
            Ok(())
        });
        assert!(ran);
        let line = Line {
            name: "rust",
            outcome: checks.outcome(),
            took: Duration::from_secs(2),
        };
        assert_eq!(summary(&line), "rust: FAILED (2.0 s): first: broken");
    }

    #[test]
    fn left_out_never_reads_as_passed() {
        assert_eq!(
            summary(&left_out("page", "not asked for".to_owned())),
            "page: left out: not asked for"
        );
    }
}
