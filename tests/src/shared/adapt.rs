//! A peer's headers as we write them: the same values, our spelling. Each difference is named.

use serde_json::{Map, Value};

use super::json::{Ids, Verdict};
use super::{rum, sw8};
use crate::contradictions::key;

/// What a peer writes, in our spelling.
#[derive(Debug, Default)]
pub(crate) struct Adapted {
    pub(crate) headers: Map<String, Value>,
    pub(crate) contradicts: Vec<&'static str>,
}

impl Adapted {
    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.headers
            .insert(name.to_owned(), Value::String(value.into()));
    }

    fn note(&mut self, differs: bool, key: &'static str) {
        if differs && !self.contradicts.contains(&key) {
            self.contradicts.push(key);
        }
    }
}

/// All that a peer writes of a trace. None where its headers contradict themselves, or hold what nobody here knows.
pub(crate) fn headers(peer: &Map<String, Value>, ids: &Ids, verdict: Verdict) -> Option<Adapted> {
    let mut ours = Adapted::default();
    let value = |name: &str| {
        let named = |found: &String| found.eq_ignore_ascii_case(name);
        let (_, value) = peer.iter().find(|(found, _)| named(found))?;
        value.as_str()
    };
    if let Some(trace_id) = value("x-datadog-trace-id") {
        let parent_id = value("x-datadog-parent-id")?;
        if value("x-datadog-sampling-priority")? != verdict.priority() {
            return None;
        }
        ours.set("x-datadog-trace-id", trace_id);
        ours.set("x-datadog-parent-id", parent_id);
        ours.set("x-datadog-origin", "rum");
        ours.note(value("x-datadog-origin") != Some("rum"), key::ORIGIN);
        ours.set("x-datadog-sampling-priority", verdict.priority());
        ours.set("x-datadog-sampled", verdict.flag());
        ours.note(value("x-datadog-sampled").is_none(), key::SAMPLED_HEADER);
        tags(
            value("x-datadog-tags").unwrap_or_default(),
            verdict,
            &mut ours,
        );
    }
    if let Some(traceparent) = value("traceparent") {
        ours.set("traceparent", traceparent);
        let span = traceparent.split('-').nth(2)?;
        tracestate(
            value("tracestate"),
            span,
            &ids.session_id,
            verdict,
            &mut ours,
        )?;
    }
    if let Some(b3) = value("b3") {
        // A decision alone is all that a peer says of a trace that is not kept.
        let whole = b3.contains('-');
        ours.note(!whole, key::B3_DENY);
        let flag = verdict.flag();
        if whole {
            ours.set("b3", b3);
        } else if b3 == flag {
            ours.set("b3", format!("{}-{}-{flag}", ids.trace_id, ids.span_id));
        } else {
            return None;
        }
    }
    for name in ["x-b3-traceid", "x-b3-spanid", "x-b3-sampled"] {
        if let Some(found) = value(name) {
            ours.set(name, found);
        }
    }
    ours.note(value("x-b3-parentspanid").is_some(), key::B3_PARENT);
    if let Some(peer_sw8) = value("sw8") {
        ours.note(!verdict.kept(), key::NOT_KEPT);
        if verdict.kept() {
            let ours_sw8 = sw8::with_segment(peer_sw8, ids)?;
            ours.note(ours_sw8 != peer_sw8, key::SW8_SEGMENT);
            ours.set("sw8", ours_sw8);
        }
    }
    if let Some(baggage) = value("baggage") {
        ours.set("baggage", baggage);
    }
    Some(ours)
}

/// The tags with the peer's high half; none where there is nothing to tell.
fn tags(peer: &str, verdict: Verdict, ours: &mut Adapted) {
    let find = |key: &str| peer.split(',').find_map(|tag| tag.strip_prefix(key));
    let tid = find("_dd.p.tid=").map(|tid| format!("{tid:0>16}"));
    let tid = tid.filter(|tid| tid.bytes().any(|digit| digit != b'0'));
    ours.note(
        find("_dd.p.tid=").is_some_and(|tid| tid.len() != 16),
        key::TID_PADDING,
    );
    ours.note(
        verdict.kept() && find("_dd.p.dm=") != verdict.maker(),
        key::MECHANISM,
    );
    ours.note(
        peer.starts_with("_dd.p.dm=") && tid.is_some(),
        key::TAGS_ORDER,
    );
    let tid = tid.map(|tid| format!("_dd.p.tid={tid}"));
    let maker = verdict.maker().map(|maker| format!("_dd.p.dm={maker}"));
    let tags: Vec<String> = [tid, maker].into_iter().flatten().collect();
    if !tags.is_empty() {
        ours.set("x-datadog-tags", tags.join(","));
    }
}

/// Our member with the peer's span id and decision, and ARMS's where the peer has it; None when the peer's member
/// contradicts its own `traceparent`.
fn tracestate(
    peer: Option<&str>,
    span: &str,
    session_id: &str,
    verdict: Verdict,
    ours: &mut Adapted,
) -> Option<()> {
    let maker = verdict
        .maker()
        .map(|maker| format!(";t.dm:{maker}"))
        .unwrap_or_default();
    let mut state = format!("dd=s:{};o:rum;p:{span}{maker}", verdict.priority());
    let find = |key: &str| {
        peer.and_then(|peer| peer.split(',').find_map(|member| member.strip_prefix(key)))
    };
    match find("dd=") {
        None => ours.note(true, key::UNLISTED),
        Some(member) => {
            let part = |name: &str| member.split(';').find_map(|part| part.strip_prefix(name));
            if part("p:").is_some_and(|parent| parent != span) {
                return None;
            }
            ours.note(part("o:") != Some("rum"), key::ORIGIN);
            ours.note(
                verdict.kept() && part("t.dm:") != verdict.maker(),
                key::MECHANISM,
            );
            ours.note(!member.starts_with("s:"), key::TRACESTATE_ORDER);
            ours.note(part("t.tid:").is_some(), key::TAGS_ORDER);
        }
    }
    if let Some(member) = find("rum=") {
        ours.note(!verdict.kept(), key::NOT_KEPT);
        if verdict.kept() {
            let (member, same) = rum::with_session(member, session_id)?;
            ours.note(!same, key::RUM_SESSION);
            state.push_str(&format!(",rum={member}"));
        }
    }
    ours.set("tracestate", state);
    Some(())
}

/// What was decided, by the headers themselves.
pub(crate) fn verdict(headers: &Map<String, Value>) -> Option<Verdict> {
    let value = |name: &str| headers.get(name).and_then(Value::as_str);
    if let Some(priority) = value("x-datadog-sampling-priority") {
        return Verdict::of_priority(priority.parse().ok()?);
    }
    let text = value("traceparent").or_else(|| value("b3"))?;
    Some(if text.ends_with('1') {
        Verdict::Kept
    } else {
        Verdict::NotKept
    })
}
