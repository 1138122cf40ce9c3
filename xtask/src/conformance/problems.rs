//! Differences that nothing explains, and explanations of nothing.

use std::collections::BTreeSet;

use super::case::Case;
use super::explanations::Explanation;
use super::judge::Verdict;
use super::tracers::Tracer;
use super::{Ran, list};

/// Each in words.
pub(super) fn find(cases: &[Case], runs: &[Ran<'_>], explanations: &[Explanation]) -> Vec<String> {
    let mut problems = Vec::new();
    // Which explanation was wanted by which run.
    let mut used = BTreeSet::new();
    for ran in runs {
        let id = ran.run.id();
        for (case, verdict) in cases.iter().zip(&ran.verdicts) {
            let Verdict::Differs { differences, .. } = verdict else {
                continue;
            };
            for difference in differences {
                match ran.explained_by(case, difference, explanations) {
                    Some(index) => {
                        used.insert((index, id.clone()));
                    }
                    None => problems.push(format!(
                        "{id} {}: {}: {difference}",
                        ran.version,
                        case.name()
                    )),
                }
            }
        }
    }
    let tracers = list::all();
    let known: Vec<String> = tracers
        .iter()
        .flat_map(Tracer::runs)
        .map(|run| run.id())
        .collect();
    for (index, explanation) in explanations.iter().enumerate() {
        let number = index + 1;
        for id in &explanation.tracers {
            let ran = runs.iter().any(|ran| ran.run.id() == *id);
            if !known.contains(id) {
                problems.push(format!(
                    "explanation {number} is of {id}, which is no tracer"
                ));
            } else if ran && !used.contains(&(index, id.clone())) {
                problems.push(format!("explanation {number} explains nothing of {id}"));
            }
        }
    }
    problems
}
