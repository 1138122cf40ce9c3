//! A vector in the flat form that every language runs.
//!
//! A plan case is `{"name","config","request","plan"}`: the SDK's configuration, a request as `handspan plan` reads it, and
//! the keys of the plan to compare; `headers` are compared exactly, `header_names` by name, sorted. A host case is
//! `{"name","configured_host","accepted"}`: the form in which a configured host is kept, or null where it is refused (what is
//! kept with a `*` reaches the other languages as a plan case).
//! The other kinds look at one function of the core and run in Rust alone; of these `{"name","response_headers",
//! "server_trace"}` may stand in a file: names and values of a response, and the trace that they tell, or null.
//!
//! What a runner does with a plan case:
//!
//! - It starts a core with the configuration. Besides hosts, rates, injection and consent a case may have `source`,
//!   `version` and `arms_pid`. An absent field is the JSON document's default in every language, `source` `android` also in
//!   Swift: these values go on the wire.
//! - Before it plans, it calls `set_user` with the request's `user_id` and `set_account` with its `account_id`, where the
//!   case has them, as they stand: empty, too long, or of any character.
//! - It makes a request of the platform's own type from `method`, `url` and `headers`, and hands it over as an app's request
//!   is handed over. `ids` go to `RequestIds`: three strings, and `sampled`, which is true or false; `keep` goes to
//!   `HopRequest::keep`.

use serde_json::{Map, Value, json};

/// One vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Unique in its file.
    pub name: String,
    /// What is checked.
    pub check: Check,
    /// Where a peer's vector says otherwise: keys of the list of contradictions.
    pub contradicts: Vec<&'static str>,
}

/// What a vector checks.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// A plan.
    Plan {
        /// The SDK's configuration.
        config: Value,
        /// A line of `handspan plan`.
        request: Value,
        /// The keys to compare.
        plan: Map<String, Value>,
    },
    /// How a configured host is read.
    Host {
        /// As a person wrote it.
        configured: String,
        /// As it is kept.
        accepted: Option<String>,
    },
    /// Knuth's hash of a number, and the decision by a rate in percent.
    Sampling {
        /// The number.
        number: u64,
        /// Its hash, where the vector tells it.
        hash: Option<u64>,
        /// The rate, and whether it keeps.
        decision: Option<(f64, bool)>,
    },
    /// The number of a session; None where its id is refused.
    SessionNumber {
        /// The session's id.
        session_id: String,
        /// The number that is hashed.
        number: Option<u64>,
    },
    /// Two rates in percent, and what they are together.
    CombinedRate(f64, f64, f64),
    /// A rate in percent as it was given, and as it is used.
    ClampedRate(f64, f64),
    /// Members put in front of an incoming `tracestate`, the first of them left-most.
    Merge {
        /// The app's header.
        incoming: String,
        /// Key and value.
        members: Vec<(String, String)>,
        /// The result.
        merged: String,
    },
    /// A request that is refused as a whole, by the name of the bad field.
    RefusedRequest {
        /// A line of `handspan plan`.
        request: Value,
        /// The field.
        field: String,
    },
    /// The trace that a server has told in its response.
    ServerTrace {
        /// Names and values of the response's headers.
        headers: Vec<(String, String)>,
        /// `trace_id`, `span_id`, `sampled` and the `header` that says so; null where there is none.
        told: Value,
    },
}

impl Case {
    /// A case that no peer contradicts.
    pub fn new(name: impl Into<String>, check: Check) -> Self {
        Self {
            name: name.into(),
            check,
            contradicts: Vec::new(),
        }
    }

    /// Reads the flat form.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let name = value
            .get("name")
            .and_then(Value::as_str)
            .ok_or("a case has no name")?;
        let kinds = ["configured_host", "plan", "response_headers"].map(|kind| value.get(kind));
        let check = match kinds {
            [Some(configured), None, None] => Check::Host {
                configured: configured
                    .as_str()
                    .ok_or("configured_host is no string")?
                    .to_owned(),
                accepted: value
                    .get("accepted")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            },
            [None, Some(plan), None] => Check::Plan {
                config: value
                    .get("config")
                    .ok_or(format!("{name}: no config"))?
                    .clone(),
                request: value
                    .get("request")
                    .ok_or(format!("{name}: no request"))?
                    .clone(),
                plan: plan
                    .as_object()
                    .ok_or(format!("{name}: plan is no object"))?
                    .clone(),
            },
            [None, None, Some(headers)] => Check::ServerTrace {
                headers: pairs(headers).ok_or(format!("{name}: no pairs of name and value"))?,
                told: value
                    .get("server_trace")
                    .ok_or(format!("{name}: no server_trace"))?
                    .clone(),
            },
            _ => return Err(format!("{name}: not one of the kinds of cases")),
        };
        Ok(Self::new(name, check))
    }

    /// The flat form; None for what runs in Rust alone: the functions of the core, and hosts that no platform's URL
    /// parser would hand over.
    pub fn to_json(&self) -> Option<Value> {
        match &self.check {
            Check::Plan { plan, .. } if plan.get("reason") == Some(&json!("invalid_host")) => None,
            Check::Plan {
                config,
                request,
                plan,
            } => {
                Some(json!({"name": self.name, "config": config, "request": request, "plan": plan}))
            }
            Check::Host {
                configured,
                accepted,
            } => Some(match accepted {
                Some(entry) if entry.contains('*') => wildcard_plan(&self.name, configured, entry),
                _ => {
                    json!({"name": self.name, "configured_host": configured, "accepted": accepted})
                }
            }),
            _ => None,
        }
    }
}

/// An entry with a `*` is no host that a request could go to: a plan case asks for one that it takes in.
fn wildcard_plan(name: &str, configured: &str, entry: &str) -> Value {
    json!({
        "name": name,
        "config": {"first_party_hosts": {configured: ["tracecontext"]}},
        "request": {"method": "GET", "url": format!("https://{}/", entry.replace('*', "x"))},
        "plan": {"traced": true, "host_entry": entry},
    })
}

/// `[[name, value], …]`.
fn pairs(value: &Value) -> Option<Vec<(String, String)>> {
    let pair = |pair: &Value| match pair.as_array()?.as_slice() {
        [name, value] => Some((name.as_str()?.to_owned(), value.as_str()?.to_owned())),
        _ => None,
    };
    value.as_array()?.iter().map(pair).collect()
}
