//! B3 (openzipkin/b3-propagation).

use super::{Headers, Reading, Told, id, values};

/// Reads `b3`.
pub fn read_single(headers: &Headers<'_>) -> Reading {
    match values(headers, "b3").as_slice() {
        [] => Reading::Absent,
        [value] => parse_single(value).map_or(Reading::Malformed, Reading::Read),
        _ => Reading::Malformed,
    }
}

fn parse_single(value: &str) -> Option<Told> {
    let fields: Vec<_> = value.split('-').collect();
    let (trace, span, rest) = match fields.as_slice() {
        [state] => {
            return Some(Told {
                trace: None,
                span: None,
                sampled: Some(decision(state)?),
            });
        }
        [trace, span, rest @ ..] => (trace, span, rest),
        [] => return None,
    };
    let sampled = match rest {
        [] => None,
        [state] => Some(decision(state)?),
        [state, parent] => {
            // A parent is 16 digits; what they say is of no use to us.
            super::hex(parent, 16)?;
            Some(decision(state)?)
        }
        _ => return None,
    };
    Some(Told {
        trace: Some(trace_id(trace)?),
        span: Some(id(span, 16)? as u64),
        sampled,
    })
}

/// Reads `x-b3-*`.
pub fn read_multi(headers: &Headers<'_>) -> Reading {
    let names = ["traceid", "spanid", "parentspanid", "sampled", "flags"];
    let all = names.map(|name| values(headers, &format!("x-b3-{name}")));
    if all.iter().all(Vec::is_empty) {
        return Reading::Absent;
    }
    if all.iter().any(|values| values.len() > 1) {
        return Reading::Malformed;
    }
    let [trace, span, parent, decided, flags] = all.map(|values| values.first().copied());
    if parent.is_some_and(|parent| super::hex(parent, 16).is_none()) {
        return Reading::Malformed;
    }
    // `x-b3-flags: 1` is the debug flag, which says "sampled" for itself.
    let sampled = if flags == Some("1") {
        Some(true)
    } else {
        match decided {
            Some("1" | "true") => Some(true),
            Some("0" | "false") => Some(false),
            _ => None,
        }
    };
    let told = match (trace, span) {
        (Some(trace), Some(span)) => trace_id(trace).zip(id(span, 16)),
        (None, None) if parent.is_none() && decided.is_none() && flags.is_none() => {
            return Reading::Absent;
        }
        // A decision alone.
        (None, None) if parent.is_none() && sampled.is_some() => {
            return Reading::Read(Told {
                trace: None,
                span: None,
                sampled,
            });
        }
        _ => None,
    };
    told.map_or(Reading::Malformed, |(trace, span)| {
        Reading::Read(Told {
            trace: Some(trace),
            span: Some(span as u64),
            sampled,
        })
    })
}

fn decision(state: &str) -> Option<bool> {
    match state {
        "1" | "d" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

fn trace_id(text: &str) -> Option<u128> {
    id(text, 16).or_else(|| id(text, 32))
}
