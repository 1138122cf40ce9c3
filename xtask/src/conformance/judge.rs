//! What was sent against what was continued.

use super::answer::Answer;
use super::case::Case;
use super::tracers::{Run, Vendor};

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Our trace, our span as the parent, our decision and our names.
    Same,
    /// The tracer does not read what was sent, and began a trace of its own.
    NotRead,
    /// Nothing was sent, and the tracer began a trace of its own.
    Own,
    /// Something differs.
    Differs {
        /// Are trace and parent the same? None where the tracer reads neither.
        ids: Option<bool>,
        /// Each thing, in words that are the same at every run.
        differences: Vec<String>,
    },
}

/// Compares.
pub(super) fn judge(case: &Case, run: Run<'_>, answer: &Answer) -> Verdict {
    let sent = &case.sent;
    let mut differences = Vec::new();
    let read = sent.carried.iter().any(|format| run.reads(format));
    let mut ids_same = None;
    if read {
        match run.tracer.vendor {
            Vendor::SkyWalking => segment(case, answer, &mut differences),
            _ => ids(case, answer, &mut differences),
        }
        ids_same = Some(differences.is_empty());
        match run.tracer.vendor {
            Vendor::Datadog => decision(case, answer, &mut differences),
            Vendor::OpenTelemetry | Vendor::Zipkin => differ(
                "sampled",
                &answer.sampled.map(|sampled| sampled.to_string()),
                &Some(sent.sampled.to_string()),
                &mut differences,
            ),
            // Its agents have no such flag: they keep what they continue.
            Vendor::SkyWalking => {}
        }
        let state = sent.carried.iter().any(|format| format == "tracecontext");
        if state && run.reads("tracecontext") {
            tracestate(case, run, answer, &mut differences);
        }
    } else if answer.trace_id.as_deref() == Some(&sent.trace_id)
        || answer.parent_id.is_some()
        || !answer.refs.is_empty()
    {
        ids_same = Some(false);
        differences.push("continued, although it should not read this".to_owned());
    }
    if run.tracer.baggage {
        baggage(case, answer, &mut differences);
    }
    match (differences.is_empty(), read, sent.carried.is_empty()) {
        (false, ..) => Verdict::Differs {
            ids: ids_same,
            differences,
        },
        (true, true, _) => Verdict::Same,
        (true, false, false) => Verdict::NotRead,
        (true, false, true) => Verdict::Own,
    }
}

fn ids(case: &Case, answer: &Answer, differences: &mut Vec<String>) {
    let sent = &case.sent;
    let trace = answer.trace_id.as_deref().unwrap_or_default();
    let low = |id: &str| id.get(16..).map(str::to_owned);
    if trace == sent.trace_id {
        let parent = answer.parent_id.as_deref();
        if parent != Some(&sent.span_id) {
            differences.push(format!("parent {}", parent.unwrap_or("missing")));
        }
    } else if low(trace) == low(&sent.trace_id) {
        differences.push(format!("trace id {trace}"));
    } else {
        differences.push("a trace of its own".to_owned());
    }
}

fn segment(case: &Case, answer: &Answer, differences: &mut Vec<String>) {
    let sent = &case.sent;
    let [reference] = answer.refs.as_slice() else {
        differences.push(format!("{} segments continued", answer.refs.len()));
        return;
    };
    // The segment that is referred to, and the trace that the service's own segment is in.
    let service = answer.trace_id.as_deref().unwrap_or("missing");
    if let Some(other) = [reference.trace_id.as_str(), service]
        .into_iter()
        .find(|trace| *trace != sent.trace_id)
    {
        differences.push(format!("trace id {other}"));
    }
    if reference.span_id().as_ref() != Some(&sent.span_id) || reference.span_index != 0 {
        differences.push(format!(
            "segment {}, span {}",
            reference.segment_id, reference.span_index
        ));
    }
    if Some(&reference.names) != sent.sw8.as_ref() {
        differences.push(format!("names {:?}", reference.names));
    }
}

fn decision(case: &Case, answer: &Answer, differences: &mut Vec<String>) {
    let found = answer.datadog();
    let Some(sent) = &case.sent.datadog else {
        // The trace is the app's own, or B3's: no more than a flag is known.
        let kept = matches!(found.priority.as_str(), "1" | "2");
        if kept != case.sent.sampled {
            differences.push(format!("priority {}", found.priority));
        }
        return;
    };
    let priority = |text: &str| Some(text.to_owned());
    differ(
        "priority",
        &priority(&found.priority),
        &priority(&sent.priority),
        differences,
    );
    differ("origin", &found.origin, &sent.origin, differences);
    differ(
        "decision maker",
        &found.decision_maker,
        &sent.decision_maker,
        differences,
    );
}

fn tracestate(case: &Case, run: Run<'_>, answer: &Answer, differences: &mut Vec<String>) {
    // Datadog's tracers write their own `dd` for the next service; what ours said is in the decision.
    let own = run.tracer.vendor == Vendor::Datadog;
    let others = |members: Vec<(String, String)>| -> Vec<(String, String)> {
        let others = members.into_iter().filter(|(key, _)| !own || key != "dd");
        others.collect()
    };
    let (found, sent) = (
        others(answer.tracestate()),
        others(case.sent.tracestate.clone()),
    );
    if found == sent {
        return;
    }
    let lost: Vec<&str> = sent
        .iter()
        .filter(|member| !found.contains(member))
        .map(|(key, _)| key.as_str())
        .collect();
    differences.push(if lost.is_empty() {
        let found: Vec<_> = found
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        format!("tracestate {}", found.join(","))
    } else {
        format!("tracestate without {}", lost.join(", "))
    });
}

fn baggage(case: &Case, answer: &Answer, differences: &mut Vec<String>) {
    let (sent, found) = (&case.sent.baggage, &answer.baggage);
    let lost: Vec<&str> = sent
        .keys()
        .filter(|key| !found.contains_key(*key))
        .map(String::as_str)
        .collect();
    if lost.len() == sent.len() && !lost.is_empty() {
        differences.push("no baggage".to_owned());
    } else if !lost.is_empty() {
        differences.push(format!("baggage without {}", lost.join(", ")));
    }
    for (key, value) in found {
        match sent.get(key) {
            Some(sent) if sent == value => {}
            Some(_) => differences.push(format!("baggage {key} {value:?}")),
            None => differences.push(format!("baggage with {key}")),
        }
    }
}

fn differ(
    what: &str,
    found: &Option<String>,
    sent: &Option<String>,
    differences: &mut Vec<String>,
) {
    if found != sent {
        differences.push(format!("{what} {}", found.as_deref().unwrap_or("missing")));
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
