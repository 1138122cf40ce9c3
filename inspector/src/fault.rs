//! Answers that go wrong on purpose: what an intake, or the way to it, does on a bad day.

use serde::{Deserialize, Serialize};

use crate::refusal::{Reason, Refusal};

/// Statuses that can be asked for: those that an intake gives.
const STATUSES: [u16; 13] = [
    200, 202, 400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504,
];

/// Longest delay that can be asked for, in milliseconds: a client has given up long before.
const DELAY_LIMIT_MS: u64 = 120_000;

/// What goes wrong, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    pub(crate) answer: Answer,
    /// `Retry-After`, seconds; beside a status.
    #[serde(default)]
    pub(crate) retry_after: Option<u32>,
    /// How long a slow answer takes, milliseconds.
    #[serde(default = "usual_delay")]
    pub(crate) delay_ms: u64,
    /// How many requests more; `None`: until it is changed.
    #[serde(default)]
    next: Option<u64>,
    /// `/v1/traces` and `/v1/logs` too: backends export there as well.
    #[serde(default)]
    otlp: bool,
}

/// How a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// A status. With 200 and 202 the batch is taken, with any other it is not.
    Status(u16),
    /// Something that no status says.
    Other(Oddity),
}

/// What no status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Oddity {
    /// The batch is taken, the answer is late.
    Slow,
    /// The batch is taken, the connection ends half way through the answer.
    Cut,
    /// Nothing is taken, what comes back is not HTTP.
    Garbage,
    /// Nothing is taken, the answer points elsewhere.
    Redirect,
}

fn usual_delay() -> u64 {
    5_000
}

impl Fault {
    /// Reads what the page or a test asks for.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let refuse = |detail: String| Refusal::new(Reason::BadFault, detail);
        let fault: Self = serde_json::from_slice(body).map_err(|error| {
            refuse(format!(
                "no fault: {error}; as {{\"answer\": 429, \"retry_after\": 5, \"next\": 3}}, or \"slow\", \"cut\", \"garbage\", \"redirect\""
            ))
        })?;
        if let Answer::Status(status) = fault.answer
            && !STATUSES.contains(&status)
        {
            return Err(refuse(format!("{status} is none of {STATUSES:?}")));
        }
        if fault.delay_ms > DELAY_LIMIT_MS || fault.next == Some(0) {
            return Err(refuse(format!(
                "delay_ms is at most {DELAY_LIMIT_MS}, next at least 1"
            )));
        }
        Ok(fault)
    }

    /// Takes the fault for one request: what is left stays in `current`.
    pub(crate) fn meet(current: &mut Option<Self>, is_otlp: bool) -> Option<Self> {
        let met = current.clone().filter(|fault| fault.otlp || !is_otlp)?;
        match current.as_mut().and_then(|fault| fault.next.as_mut()) {
            Some(1) => *current = None,
            Some(left) => *left -= 1,
            None => {}
        }
        Some(met)
    }

    /// As it is shown beside a try.
    pub(crate) fn name(&self) -> String {
        match self.answer {
            Answer::Status(status) => status.to_string(),
            Answer::Other(Oddity::Slow) => format!("slow, {} ms", self.delay_ms),
            Answer::Other(Oddity::Cut) => "cut".to_owned(),
            Answer::Other(Oddity::Garbage) => "garbage".to_owned(),
            Answer::Other(Oddity::Redirect) => "redirect".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_met_so_often_and_then_gone() {
        let mut current = Some(Fault::parse(br#"{"answer": 503, "next": 2}"#).unwrap());
        assert!(Fault::meet(&mut current, true).is_none(), "not for OTLP");
        assert!(Fault::meet(&mut current, false).is_some());
        assert!(Fault::meet(&mut current, false).is_some());
        assert_eq!(current, None);
        let mut current = Some(Fault::parse(br#"{"answer": "cut", "otlp": true}"#).unwrap());
        assert!((0..100).all(|_| Fault::meet(&mut current, true).is_some()));
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        for body in [
            "",
            "{}",
            r#"{"answer": 201}"#,
            r#"{"answer": "fire"}"#,
            r#"{"answer": 429, "next": 0}"#,
            r#"{"answer": "slow", "delay_ms": 120001}"#,
            r#"{"answer": 429, "retryAfter": 1}"#,
        ] {
            assert_eq!(
                Fault::parse(body.as_bytes()).unwrap_err().reason,
                Reason::BadFault,
                "{body}"
            );
        }
    }
}
