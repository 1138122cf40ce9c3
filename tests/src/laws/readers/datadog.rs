//! Datadog's headers, as its tracers read them.

use super::{Headers, Reading, Told, hex, values};

/// Reads the headers of a request.
pub fn read(headers: &Headers<'_>) -> Reading {
    let all = |name| values(headers, name);
    let (traces, parents) = (all("x-datadog-trace-id"), all("x-datadog-parent-id"));
    let low = match (traces.as_slice(), parents.as_slice()) {
        ([], []) => return Reading::Absent,
        ([trace], [] | [_]) => number(trace).filter(|&low| low != 0),
        _ => None,
    };
    // Tracers continue a trace without a parent, and take 0 for none.
    let parent = parents.first().map_or(Some(0), |parent| number(parent));
    let (Some(low), Some(parent)) = (low, parent) else {
        return Reading::Malformed;
    };
    let high = match all("x-datadog-tags").as_slice() {
        [tags] => high_half(tags),
        _ => 0,
    };
    Reading::Read(Told {
        trace: Some(high << 64 | u128::from(low)),
        span: (parent != 0).then_some(parent),
        sampled: decision(
            &all("x-datadog-sampling-priority"),
            &all("x-datadog-sampled"),
        ),
    })
}

/// The first `_dd.p.tid` counts; one that is not 16 lower-case hex digits leaves 64 bits.
fn high_half(tags: &str) -> u128 {
    let first = tags
        .split(',')
        .map(str::trim)
        .find(|tag| tag.starts_with("_dd.p.tid="));
    first
        .and_then(|tag| hex(&tag["_dd.p.tid=".len()..], 16))
        .unwrap_or(0)
}

fn decision(priorities: &[&str], flags: &[&str]) -> Option<bool> {
    if let [priority] = priorities
        && let Ok(priority) = priority.parse::<i32>()
    {
        return Some(priority > 0);
    }
    match flags {
        ["1"] => Some(true),
        ["0"] => Some(false),
        _ => None,
    }
}

/// Decimal digits, below 2^64.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let significant = text.trim_start_matches('0');
    if !digits || significant.len() > 20 {
        return None;
    }
    let number = significant
        .bytes()
        .fold(0, |sum: u128, digit| sum * 10 + u128::from(digit - b'0'));
    u64::try_from(number).ok()
}
