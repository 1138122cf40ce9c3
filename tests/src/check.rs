//! Runs a vector through the core.

use handspan_cli::config_file;
use handspan_cli::plan_line::PlanLine;
use handspan_cli::planner::Planner;
use handspan_cli::request::Request;
use handspan_core::hosts::parse_configured;
use handspan_core::trace::{Rate, Text, response, sampling, session_hash, tracestate};
use serde_json::{Map, Value, json};

use crate::case::{Case, Check};

/// Rates that are products are compared to this many percent: floats don't multiply exactly.
const PERCENT: f64 = 1e-9;

/// What is wrong, or nothing.
pub fn check(case: &Case) -> Result<(), String> {
    run(&case.check).map_err(|why| format!("{}: {why}", case.name))
}

fn run(check: &Check) -> Result<(), String> {
    match check {
        Check::Plan {
            config,
            request,
            plan,
        } => compare(&planned(config, request)?, plan),
        Check::Host {
            configured,
            accepted,
        } => {
            let read = parse_configured(configured)
                .ok()
                .map(|configured| configured.host.to_string());
            same("accepted", &read, accepted)
        }
        Check::Sampling {
            number,
            hash,
            decision,
        } => {
            if let Some(expected) = hash {
                same("hash", &sampling::hash(*number), expected)?;
            }
            decision.map_or(Ok(()), |(percent, keep)| {
                same(
                    "keep",
                    &Rate::new(percent).keeps(sampling::hash(*number)),
                    &keep,
                )
            })
        }
        Check::SessionNumber { session_id, number } => same(
            "hash",
            &session_hash(session_id),
            &number.map(sampling::hash),
        ),
        Check::CombinedRate(session, trace, together) => near(
            Rate::new(*session).combined(Rate::new(*trace)).percent(),
            *together,
        ),
        Check::ClampedRate(given, used) => near(Rate::new(*given).percent(), *used),
        Check::Merge {
            incoming,
            members,
            merged,
        } => {
            let keys: Vec<_> = members.iter().map(|(key, _)| key.as_str()).collect();
            let ours: Vec<_> = members
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            let mut result = Text::default();
            result.push(&[&ours.join(",")]);
            tracestate::append(&mut result, 0, &keys, [incoming.as_str()].into_iter());
            same("tracestate", &result.finish(), merged)
        }
        Check::RefusedRequest { request, field } => match Request::from_value(request) {
            Err(why) if why.contains(&format!("\"{field}\"")) => Ok(()),
            Err(why) => Err(format!("refused for another reason: {why}")),
            Ok(_) => Err(format!("{field} is taken")),
        },
        Check::ServerTrace { headers, told } => {
            let headers = headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()));
            same("server_trace", &server_trace(headers), told)
        }
    }
}

fn server_trace<'a>(headers: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Value {
    response::read(headers).map_or(Value::Null, |told| {
        json!({
            "trace_id": told.trace_id.to_string(),
            "span_id": told.span_id.to_string(),
            "sampled": told.sampled,
            "header": told.header,
        })
    })
}

/// The plan as `handspan plan` prints it.
fn planned(config: &Value, request: &Value) -> Result<Value, String> {
    let (settings, _) =
        config_file::from_json(&config.to_string()).map_err(|refusal| refusal.message)?;
    let request = Request::from_value(request)?;
    let plan = Planner::system(settings)
        .plan(&request)
        .map_err(|failure| failure.message)?;
    serde_json::to_value(PlanLine {
        request: &request,
        plan: &plan,
        explanation: None,
    })
    .map_err(|error| error.to_string())
}

fn compare(plan: &Value, expected: &Map<String, Value>) -> Result<(), String> {
    expected.iter().try_for_each(|(key, expected)| {
        if key == "header_names" {
            return same(key, &json!(header_names(plan)), expected);
        }
        same(key, plan.get(key).unwrap_or(&Value::Null), expected)
    })
}

fn header_names(plan: &Value) -> Vec<&str> {
    let headers = plan.get("headers").and_then(Value::as_object);
    let mut names: Vec<_> = headers
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    names
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what} is {found:?}, not {expected:?}"))
    }
}

fn near(found: f64, expected: f64) -> Result<(), String> {
    if (found - expected).abs() <= PERCENT {
        Ok(())
    } else {
        Err(format!("{found} %, not {expected} %"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::check;
    use crate::case::Case;

    fn checked(plan: serde_json::Value) -> Result<(), String> {
        let case = json!({
            "name": "a", "config": {"first_party_hosts": {"example.com": ["tracecontext"]}},
            "request": {"url": "https://example.com/"}, "plan": plan,
        });
        check(&Case::from_json(&case).unwrap())
    }

    #[test]
    fn a_wrong_server_trace_is_noticed() {
        let value = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let told = |told: serde_json::Value| {
            let headers = json!([["traceresponse", value]]);
            let case = json!({"name": "a", "response_headers": headers, "server_trace": told});
            check(&Case::from_json(&case).unwrap())
        };
        let trace = json!({
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7",
            "sampled": true, "header": "traceresponse",
        });
        assert_eq!(told(trace), Ok(()));
        assert!(told(json!(null)).is_err());
    }

    #[test]
    fn a_wrong_expectation_is_noticed() {
        assert_eq!(
            checked(json!({"traced": true, "header_names": ["traceparent", "tracestate"]})),
            Ok(())
        );
        assert!(checked(json!({"traced": false})).is_err());
        assert!(checked(json!({"headers": {}})).is_err());
        assert!(checked(json!({"header_names": ["traceparent"]})).is_err());
        assert!(checked(json!({"no_such_key": 1})).is_err());
    }
}
