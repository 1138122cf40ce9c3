//! Why a request, or a hop of it, left as it did: what its event tells of the core's decision, as data and in words.

use handspan_core::trace::explain::{DecidedBy, position, rounded};
use handspan_core::trace::{Format, Formats, Rate, Reason, session_hash};
use serde::Serialize;

use crate::event::{Failure, Hop, RequestEvent};
use crate::formats;
use crate::verdict::reasons;

/// Where what is missing comes from.
const INSPECT: &str = "the event tells where the app's configuration says \"inspect\": true";

/// The answer to "why?".
#[derive(Debug, Serialize)]
pub(crate) struct Explanation<'a> {
    /// Which question was answered last, as the core's `explain` names it. `None` where no hop was planned, and where
    /// the event does not tell.
    decided_by: Option<&'static str>,
    /// The entry of `first_party_hosts` that matched.
    host_entry: Option<&'a str>,
    /// The formats whose headers Handspan set. `None` where the event lists no headers.
    formats: Option<Vec<&'static str>>,
    /// `session_sample_rate`, percent.
    session_rate: Option<f64>,
    /// Where the session stands, 0…100: it is kept by every rate above that.
    session_position: Option<f64>,
    /// The sample rate of the host's traces, percent. `None` where no rate was asked, or the event does not tell.
    trace_rate: Option<f64>,
    words: String,
}

/// Who decided about a trace before this hop.
#[derive(Clone, Copy)]
enum Earlier {
    Nobody,
    /// The hop of this number, from 1.
    Hop(usize),
    /// There were earlier hops, and the event does not list them.
    Untold,
}

/// What the event tells of one decision.
struct Facts<'a> {
    code: &'a str,
    url: &'a str,
    failure: Option<&'a Failure>,
    host_entry: Option<&'a str>,
    /// 0…1.
    rule_psr: Option<f64>,
    formats: Option<Formats>,
    earlier: Earlier,
    session_rate: Option<f64>,
    session_position: Option<f64>,
}

/// Explains the hop that the event tells about: the last traced one, else the last. `None` where the event tells no
/// reason, as another SDK's.
pub(crate) fn of_request(request: &RequestEvent) -> Option<Explanation<'_>> {
    let told = request
        .traced_hop()
        .or_else(|| request.hops.len().checked_sub(1));
    if let Some(explanation) = told.and_then(|at| of_hop(request, at)) {
        return Some(explanation);
    }
    let earlier = match request.resend_count {
        Some(0) => Earlier::Nobody,
        _ => Earlier::Untold,
    };
    Some(explain(&Facts {
        code: request.reason.as_deref()?,
        url: &request.url,
        host_entry: request.host_entry.as_deref(),
        rule_psr: request.rule_psr,
        formats: None,
        earlier,
        ..call(request)
    }))
}

/// Explains one hop of those that are listed.
pub(crate) fn of_hop(request: &RequestEvent, at: usize) -> Option<Explanation<'_>> {
    let hop = request.hops.get(at)?;
    // A call goes on in the trace of its first traced hop, and with its decision.
    let decided = |hop: &Hop| hop.trace_id.is_some() && hop.sampled.is_some();
    let earlier = request.hops.iter().take(at).position(decided);
    Some(explain(&Facts {
        code: hop.reason.as_deref()?,
        url: hop.url.as_deref().unwrap_or_default(),
        host_entry: hop.host_entry.as_deref(),
        rule_psr: hop.rule_psr,
        formats: hop.headers.as_ref().map(formats::sent),
        earlier: earlier.map_or(Earlier::Nobody, |at| Earlier::Hop(at + 1)),
        ..call(request)
    }))
}

/// What holds for every hop of a call.
fn call(request: &RequestEvent) -> Facts<'_> {
    Facts {
        code: "",
        url: "",
        failure: request.failure.as_ref(),
        host_entry: None,
        rule_psr: None,
        formats: None,
        earlier: Earlier::Nobody,
        session_rate: request.session_rate,
        session_position: request
            .session_id
            .as_deref()
            .and_then(session_hash)
            .map(position),
    }
}

fn explain<'a>(facts: &Facts<'a>) -> Explanation<'a> {
    let reason = Reason::from_code(facts.code);
    Explanation {
        decided_by: reason.and_then(|reason| decided_by(reason, facts.earlier)),
        host_entry: facts.host_entry,
        formats: facts
            .formats
            .map(|formats| formats.iter().map(Format::name).collect()),
        session_rate: facts.session_rate,
        session_position: facts.session_position,
        trace_rate: facts.trace_rate(),
        words: words(facts, reason),
    }
}

fn decided_by(reason: Reason, earlier: Earlier) -> Option<&'static str> {
    let by = DecidedBy::of(reason, matches!(earlier, Earlier::Hop(_)));
    let untold = by == DecidedBy::Rates && matches!(earlier, Earlier::Untold);
    (!untold).then_some(by.as_str())
}

impl Facts<'_> {
    /// Percent, without what floats add to a fraction.
    fn trace_rate(&self) -> Option<f64> {
        self.rule_psr.map(|fraction| rounded(fraction * 100.0))
    }
}

fn words(facts: &Facts<'_>, reason: Option<Reason>) -> String {
    let mut sentences = vec![outcome(facts, reason)];
    if let Some(reason) = reason {
        use Reason::{SessionNotSampled, TraceNotSampled, Traced, TracedForced, TracedNotKept};
        if matches!(reason, Traced | TracedForced | TracedNotKept) {
            sentences.push(matched(facts) + &went_out(facts.formats));
        }
        if matches!(reason, SessionNotSampled | TraceNotSampled) {
            sentences.push(matched(facts) + ".");
        }
        if matches!(
            reason,
            Traced | TracedNotKept | SessionNotSampled | TraceNotSampled
        ) {
            sentences.extend(sampling(facts, reason));
        }
    }
    sentences.join(" ")
}

fn outcome(facts: &Facts<'_>, reason: Option<Reason>) -> String {
    match reason {
        Some(Reason::Traced) => "Traced, and the trace is kept.".to_owned(),
        Some(Reason::TracedForced) => {
            "Traced, and kept by force: this trace was asked for, so no sample rate counts."
                .to_owned()
        }
        Some(Reason::TracedNotKept) => {
            "Traced, with headers that say that the trace is not kept: trace_context_injection is \"all\".".to_owned()
        }
        Some(Reason::AppHeaders) => {
            "Traced by the app itself: it had set trace headers of its own, so Handspan added none; remove them to be traced by Handspan.".to_owned()
        }
        _ => {
            let (_, why) = reasons::why(facts.code, facts.url, facts.failure);
            let stop = if why.ends_with('?') { "" } else { "." };
            format!("Not traced: {why}{stop}")
        }
    }
}

fn matched(facts: &Facts<'_>) -> String {
    facts.host_entry.map_or_else(
        || "Which entry of first_party_hosts matched is not told".to_owned(),
        |entry| {
            let entry = crate::span::bounded(entry);
            format!("The host matches first_party_hosts[\"{entry}\"]")
        },
    )
}

fn went_out(sent: Option<Formats>) -> String {
    let Some(sent) = sent else {
        return format!("; which headers went out, {INSPECT}.");
    };
    let names: Vec<_> = sent.iter().map(Format::name).collect();
    if names.is_empty() {
        return ", and the event lists no header of any known format.".to_owned();
    }
    format!(
        ", and the request left with {}.",
        formats::listed(&names, "and")
    )
}

/// Which rate decided, in the words of the configuration.
fn sampling(facts: &Facts<'_>, reason: Reason) -> Vec<String> {
    match facts.earlier {
        Earlier::Hop(number) => {
            return vec![format!(
                "Hop {number} of this call brought the decision, and it stands for the later ones."
            )];
        }
        Earlier::Untold => {
            return vec![format!(
                "Whether the sample rates decided or an earlier hop of this call, {INSPECT}."
            )];
        }
        Earlier::Nobody => {}
    }
    let Some(session_rate) = facts.session_rate else {
        return vec!["The event does not tell session_sample_rate.".to_owned()];
    };
    let mut sentences = vec![rates(facts, session_rate)];
    match reason {
        Reason::SessionNotSampled => {
            sentences.push("Raise session_sample_rate to keep more sessions.".to_owned());
        }
        Reason::TraceNotSampled => sentences.push(
            "The session itself is kept: raise the trace rate to keep more of its traces."
                .to_owned(),
        ),
        _ => {}
    }
    sentences
}

fn rates(facts: &Facts<'_>, session_rate: f64) -> String {
    let session = rounded(session_rate);
    let stands = facts.session_position.map_or_else(
        || "where this session stands cannot be told, since its id is no UUID".to_owned(),
        |position| format!("this session stands at {} %", rounded(position)),
    );
    let Some(trace_rate) = facts.trace_rate() else {
        return format!(
            "session_sample_rate is {session} %, and {stands}; the trace rate beside it, {INSPECT}."
        );
    };
    let together = Rate::new(session_rate).combined(Rate::new(trace_rate));
    if together == Rate::ALL {
        return "session_sample_rate and the trace rate are 100 %: every request is kept."
            .to_owned();
    }
    format!(
        "session_sample_rate {session} % and the trace rate {trace_rate} % (trace_sample_rate, or the sample_rate of the host's entry) together keep the sessions below {} %; {stands}.",
        rounded(together.percent())
    )
}

#[cfg(test)]
#[path = "explanation_tests.rs"]
mod tests;
