//! Whether the third party, a host that is not the apps', received anything of ours.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Deserialize;

use super::cases::{Run, is_of};
use crate::http;

#[derive(Deserialize)]
struct Seen {
    requests: Vec<SeenRequest>,
}

#[derive(Deserialize)]
struct SeenRequest {
    path: String,
    headers: BTreeMap<String, String>,
}

/// A sentence for each tracing header that the third party received, and for each case that never came there.
pub(crate) fn check(third_party: &str, cases: &[Run]) -> anyhow::Result<Vec<String>> {
    let seen = http::get_json(&format!("{third_party}/__seen"))?;
    let seen: Seen = serde_json::from_value(seen).context("read what the third party saw")?;
    Ok(problems(&seen, cases))
}

fn problems(seen: &Seen, cases: &[Run]) -> Vec<String> {
    let leaks = seen.requests.iter().flat_map(|request| {
        let names = request.headers.keys().filter(|name| is_tracing(name));
        names.map(|name| {
            format!(
                "LEAK: the third party received {name} with {}",
                request.path
            )
        })
    });
    let absent = cases
        .iter()
        .filter(|case| case.case.third_party)
        .filter(|case| {
            !seen
                .requests
                .iter()
                .any(|request| is_of(&request.path, &case.name))
        })
        .map(|case| format!("{}: the third party never saw it", case.name));
    leaks.chain(absent).collect()
}

/// A header of any trace format, whoever speaks it.
pub(crate) fn is_tracing(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "traceparent",
        "tracestate",
        "baggage",
        "b3",
        "sw8",
        "sw8-correlation",
        "sw8-x",
    ]
    .contains(&name.as_str())
        || name.starts_with("x-datadog-")
        || name.starts_with("x-b3-")
}

#[cfg(test)]
mod tests {
    use super::super::cases::CASES;
    use super::*;

    fn seen(case: &str, header: &str) -> Seen {
        let headers = [("host", "ads.localhost"), (header, "x")]
            .map(|(name, value)| (name.into(), value.into()));
        Seen {
            requests: vec![SeenRequest {
                path: format!("/hello?case={case}"),
                headers: headers.into(),
            }],
        }
    }

    #[test]
    fn a_tracing_header_or_an_absent_request_is_a_problem() {
        let case = CASES.iter().find(|case| case.third_party).unwrap();
        let cases = [Run {
            case,
            name: "rust-x".to_owned(),
        }];
        assert_eq!(
            problems(&seen("rust-x", "accept"), &cases),
            Vec::<String>::new()
        );
        for name in ["traceparent", "X-Datadog-Tags", "x-b3-sampled", "baggage"] {
            assert_eq!(problems(&seen("rust-x", name), &cases).len(), 1, "{name}");
        }
        assert_eq!(problems(&seen("rust-y", "accept"), &cases).len(), 1);
    }
}
