//! `cargo xtask conformance`: what real tracers make of what the core sends.
//!
//! [`case`] is what is sent, [`tracers`] and their [`list`] who reads it, [`kits`] what has to be installed for that, [`answer`] what a tracer
//! continued, [`judge`] how that compares, [`explanations`] why it may differ, [`problems`] where it must not, [`page`] what a person reads.

mod answer;
mod case;
mod explanations;
mod judge;
mod kits;
mod list;
mod page;
mod problems;
mod tracers;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::process::Service;
use crate::tools::Policy;
use crate::{build, http, paths, progress};
use answer::Answer;
use case::Case;
use explanations::Explanation;
use judge::{Verdict, judge};
use kits::Kits;
use tracers::{Run, Tracer};

/// How long a service may take to start: agents rewrite classes while it does.
const PATIENCE: Duration = Duration::from_secs(120);

const PAGE: &str = "docs/conformance.md";

/// What to do with the page.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Compare the page instead of writing it
    #[arg(long)]
    check: bool,
    /// Only these tracers, as `python-ddtrace` (may be given several times, or as a list with commas); implies --check
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// A tracer that was asked about every case.
struct Ran<'a> {
    run: Run<'a>,
    version: String,
    /// One a case.
    verdicts: Vec<Verdict>,
}

impl Ran<'_> {
    fn count(&self, wanted: impl Fn(&Verdict) -> bool) -> usize {
        self.verdicts
            .iter()
            .filter(|verdict| wanted(verdict))
            .count()
    }

    fn explained_by(
        &self,
        case: &Case,
        difference: &str,
        explanations: &[Explanation],
    ) -> Option<usize> {
        let (run, case) = (self.run.id(), case.name());
        explanations
            .iter()
            .position(|explanation| explanation.explains(&run, &self.version, &case, difference))
    }
}

/// Asks the tracers; writes the page, or compares it.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let tracers = list::all();
    if let Some(unknown) = options
        .only
        .iter()
        .find(|id| !tracers.iter().any(|tracer| tracer.id == **id))
    {
        let known: Vec<_> = tracers.iter().map(|tracer| tracer.id).collect();
        bail!("no tracer {unknown}; there are {}", known.join(", "));
    }
    let chosen: Vec<&Tracer> = tracers
        .iter()
        .filter(|tracer| options.only.is_empty() || options.only.iter().any(|id| id == tracer.id))
        .collect();
    let asked = Asked::all(&chosen, Policy::Use)?;
    asked.fail_on_problems()?;
    let path = paths::root().join(PAGE);
    if !options.only.is_empty() {
        asked.check_page()?;
    } else if options.check {
        let page = std::fs::read_to_string(&path).with_context(|| format!("read {PAGE}"))?;
        ensure!(
            page == asked.page(),
            "{PAGE} is not what the tracers say; run `cargo xtask conformance`"
        );
    } else {
        std::fs::write(&path, asked.page()).with_context(|| format!("write {PAGE}"))?;
        progress::note(&format!("wrote {PAGE}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks one tracer a vendor, and fails on what the page does not say.
pub(crate) fn test() -> anyhow::Result<()> {
    let tracers = list::all();
    let chosen: Vec<&Tracer> = tracers.iter().filter(|tracer| tracer.tested).collect();
    let asked = Asked::all(&chosen, Policy::Install)?;
    asked.fail_on_problems()?;
    asked.check_page()
}

/// Everything that was asked and found.
struct Asked<'a> {
    cases: Vec<Case>,
    explanations: Vec<Explanation>,
    runs: Vec<Ran<'a>>,
}

impl<'a> Asked<'a> {
    fn all(tracers: &[&'a Tracer], policy: Policy) -> anyhow::Result<Self> {
        let explanations = explanations::read()?;
        progress::step("Building what plans the requests", build::programs)?;
        let cases = case::read()?;
        let mut kits = Kits::default();
        let mut runs = Vec::new();
        for run in tracers.iter().flat_map(|tracer| tracer.runs()) {
            let installed = kits
                .get(run.tracer.kit, policy)
                .with_context(|| format!("install {}", run.id()))?;
            let ran = progress::step(&format!("{} requests to {}", cases.len(), run.id()), || {
                ask(&cases, run, &installed)
            })?;
            progress::note(page::summary(&ran).trim());
            runs.push(ran);
        }
        Ok(Self {
            cases,
            explanations,
            runs,
        })
    }

    fn page(&self) -> String {
        page::page(&self.cases, &self.runs, &self.explanations)
    }

    fn fail_on_problems(&self) -> anyhow::Result<()> {
        let problems = problems::find(&self.cases, &self.runs, &self.explanations);
        for problem in &problems {
            progress::problem(problem);
        }
        ensure!(
            problems.is_empty(),
            "{} differences without an explanation, or the other way round",
            problems.len()
        );
        Ok(())
    }

    /// Fails where the page says something else of these tracers.
    fn check_page(&self) -> anyhow::Result<()> {
        let page = std::fs::read_to_string(paths::root().join(PAGE))
            .with_context(|| format!("read {PAGE}"))?;
        let stale: Vec<String> = self
            .runs
            .iter()
            .filter(|ran| {
                let parts = [
                    page::summary(ran),
                    page::section(&self.cases, ran, &self.explanations),
                ];
                !parts.iter().all(|part| page.contains(part))
            })
            .map(|ran| ran.run.id())
            .collect();
        ensure!(
            stale.is_empty(),
            "{PAGE} is not what these tracers say; run `cargo xtask conformance`: {}",
            stale.join(", ")
        );
        Ok(())
    }
}

/// Starts a tracer's service and sends it every case.
fn ask<'a>(cases: &[Case], run: Run<'a>, installed: &std::path::Path) -> anyhow::Result<Ran<'a>> {
    let log = paths::target().join(format!("conformance/{}.log", run.id()));
    let service = Service::start(&mut run.command(installed), &log, PATIENCE)?;
    let url = format!("{}/continued", service.address);
    let mut versions = Vec::new();
    let mut verdicts = Vec::new();
    for case in cases {
        let answer = http::get_json_with(&url, &case.headers)
            .and_then(|answer| Ok(serde_json::from_value::<Answer>(answer)?))
            .with_context(|| {
                format!("{}: {}; see {}", run.id(), case.name(), paths::shown(&log))
            })?;
        verdicts.push(judge(case, run, &answer));
        versions.push(answer.version);
    }
    versions.dedup();
    let [version] = versions.as_slice() else {
        bail!("{} says that it is {}", run.id(), versions.join(" and "));
    };
    Ok(Ran {
        run,
        version: version.clone(),
        verdicts,
    })
}
