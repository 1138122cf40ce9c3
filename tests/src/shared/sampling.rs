//! Numbers, hashes, rates.

use serde_json::{Value, json};

use super::Item;
use super::json::{HOST, SPAN_ID, TRACE_ID, float, number, plan_case, text};
use crate::case::{Case, Check};
use crate::contradictions::key;

/// `{"seed","rate","keep"}` or `{"session_id",…}`; a seed `any` needs no hash.
pub(crate) fn decision(vector: &Value, _: &Value) -> Option<Item> {
    let rate = float(vector, "rate")?;
    if let Some(used) = float(vector, "effective_rate") {
        return Some(Item::Cases(vec![Case::new(
            "",
            Check::ClampedRate(rate, used),
        )]));
    }
    let keep = vector.get("keep")?.as_bool()?;
    let decide = |number| Check::Sampling {
        number,
        hash: None,
        decision: Some((rate, keep)),
    };
    if text(vector, "seed") == Some("any") {
        let numbers = [0, 1, u64::MAX / 2, u64::MAX];
        let cases = numbers.map(|number| Case::new(format!("seed {number}"), decide(number)));
        return Some(Item::Cases(cases.into()));
    }
    let mut cases = vec![Case::new("hash", decide(number(vector, "seed")?))];
    if let Some(session_id) = text(vector, "session_id") {
        cases.push(session_number(session_id, number(vector, "seed")));
        cases.push(planned(session_id, rate, keep));
    }
    Some(Item::Cases(cases))
}

/// `{"session_id","seed"}`; Android gives a malformed session the number 0.
pub(crate) fn seed(vector: &Value, _: &Value) -> Option<Item> {
    let session_id = text(vector, "session_id")?;
    let seed = number(vector, "seed")?;
    let hexadecimal = |group: &str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    let groups: Vec<_> = session_id
        .split('-')
        .map(|group| (group.len(), hexadecimal(group)))
        .collect();
    let well_formed = groups == [8, 4, 4, 4, 12].map(|length| (length, true));
    let mut case = session_number(session_id, well_formed.then_some(seed));
    if !well_formed {
        case.contradicts.push(key::SESSION_ID);
    }
    Some(Item::Cases(vec![case]))
}

/// `{"example":{"session","trace","effective"}}`.
pub(crate) fn composition(vector: &Value, _: &Value) -> Option<Item> {
    let example = vector.get("example")?;
    combined(
        float(example, "session")?,
        float(example, "trace")?,
        float(example, "effective")?,
    )
}

/// `{"session_rate","trace_rate","effective"}`.
pub(crate) fn combined_rate(vector: &Value, _: &Value) -> Option<Item> {
    combined(
        float(vector, "session_rate")?,
        float(vector, "trace_rate")?,
        float(vector, "effective")?,
    )
}

fn combined(session: f64, trace: f64, together: f64) -> Option<Item> {
    Some(Item::Cases(vec![Case::new(
        "",
        Check::CombinedRate(session, trace, together),
    )]))
}

/// `{"id_dec","hash_dec","rate_pct","keep"}`.
pub(crate) fn knuth(vector: &Value, _: &Value) -> Option<Item> {
    let decision = float(vector, "rate_pct").zip(vector.get("keep").and_then(Value::as_bool));
    let check = Check::Sampling {
        number: number(vector, "id_dec")?,
        hash: number(vector, "hash_dec"),
        decision,
    };
    Some(Item::Cases(vec![Case::new("", check)]))
}

/// `{"session_uuid","id_dec","hash_dec","hash_pct"}`: the decision just under and just over its place.
pub(crate) fn session_uuid(vector: &Value, _: &Value) -> Option<Item> {
    let session_id = text(vector, "session_uuid")?;
    let id = number(vector, "id_dec")?;
    let hash = number(vector, "hash_dec")?;
    let mut cases = vec![
        session_number(session_id, Some(id)),
        Case::new(
            "hash",
            Check::Sampling {
                number: id,
                hash: Some(hash),
                decision: None,
            },
        ),
    ];
    let place = hash as f64 / 2f64.powi(64) * 100.0;
    for (rate, keep) in [(place - 0.001, false), (place + 0.001, true)] {
        if (0.0..=100.0).contains(&rate) {
            cases.push(planned(session_id, rate, keep));
        }
    }
    Some(Item::Cases(cases))
}

fn session_number(session_id: &str, number: Option<u64>) -> Case {
    Case::new(
        "session",
        Check::SessionNumber {
            session_id: session_id.to_owned(),
            number,
        },
    )
}

/// The same decision in a plan.
fn planned(session_id: &str, rate: f64, keep: bool) -> Case {
    let reason = if keep { "traced" } else { "trace_not_sampled" };
    plan_case(
        &format!("plan at {rate} %"),
        json!({"first_party_hosts": {HOST: ["tracecontext"]}, "trace_sample_rate": rate}),
        json!({
            "url": format!("https://{HOST}/"),
            "ids": {"trace_id": TRACE_ID, "span_id": SPAN_ID, "session_id": session_id},
        }),
        json!({"traced": keep, "reason": reason, "sampled": keep}),
    )
}
