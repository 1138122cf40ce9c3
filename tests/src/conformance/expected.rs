//! What a reader of a request should find.

use serde_json::{Value, json};

use super::{Case, Decision};

/// What a request says, by the rules of its formats.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The formats that carry a trace on it.
    pub carried: Vec<&'static str>,
    trace_id: String,
    span_id: String,
    sampled: bool,
    /// Sampling priority and decision maker, where Datadog's headers or `tracestate` say them.
    datadog: Option<(u8, Option<&'static str>)>,
    /// Members in their order, where there is a `traceparent` beside them.
    tracestate: Vec<(String, String)>,
    /// Decoded members.
    baggage: Vec<(String, String)>,
    /// Service, instance, endpoint and peer of `sw8`.
    sw8: Option<[String; 4]>,
}

impl Sent {
    /// What the request of a case says.
    pub(super) fn by(case: &Case, session_id: &str) -> Self {
        if let Some(format) = case.own_trace {
            return Self {
                carried: vec![format],
                datadog: None,
                tracestate: owned(case.own_tracestate),
                baggage: owned(case.own_baggage),
                sw8: None,
                ..Self::ids(case)
            };
        }
        if case.decision == Decision::Silent {
            return Self {
                sampled: false,
                ..Self::ids(case)
            };
        }
        let asked = |format| case.formats.contains(&format);
        let kept = case.decision != Decision::NotKept;
        let carried: Vec<_> = ["datadog", "tracecontext", "b3", "b3multi", "sw8"]
            .into_iter()
            .filter(|&format| asked(format) && (kept || format != "sw8"))
            .collect();
        let datadog = match case.decision {
            Decision::Kept => (1, Some("-1")),
            Decision::Forced => (2, Some("-4")),
            Decision::NotKept | Decision::Silent => (0, None),
        };
        Self {
            datadog: (asked("datadog") || asked("tracecontext")).then_some(datadog),
            tracestate: if asked("tracecontext") {
                Self::tracestate(case, session_id, datadog)
            } else {
                Vec::new()
            },
            baggage: if asked("baggage") {
                Self::baggage(case, session_id)
            } else {
                Vec::new()
            },
            sw8: (asked("sw8") && kept).then(|| Self::sw8(case)),
            carried,
            sampled: kept,
            ..Self::ids(case)
        }
    }

    /// A request that says nothing but which ids it would have had.
    fn ids(case: &Case) -> Self {
        Self {
            carried: Vec::new(),
            trace_id: format!("{:032x}", case.ids.trace),
            span_id: format!("{:016x}", case.ids.span),
            sampled: true,
            datadog: None,
            tracestate: Vec::new(),
            baggage: Vec::new(),
            sw8: None,
        }
    }

    fn tracestate(
        case: &Case,
        session_id: &str,
        (priority, maker): (u8, Option<&str>),
    ) -> Vec<(String, String)> {
        let maker = maker.map_or(String::new(), |maker| format!(";t.dm:{maker}"));
        let dd = format!("s:{priority};o:rum;p:{:016x}{maker}", case.ids.span);
        let rum = case
            .arms_pid
            .filter(|_| case.decision != Decision::NotKept)
            .map(|pid| format!("v2&{}&{pid}&{session_id}", case.source));
        let mut members = vec![("dd".to_owned(), dd)];
        members.extend(rum.map(|rum| ("rum".to_owned(), rum)));
        members.extend(owned(case.own_tracestate));
        members
    }

    fn baggage(case: &Case, session_id: &str) -> Vec<(String, String)> {
        let mut members = owned(case.own_baggage);
        members.push(("session.id".to_owned(), session_id.to_owned()));
        members.extend(case.user.clone().map(|id| ("user.id".to_owned(), id)));
        members.extend(
            case.account
                .map(|id| ("account.id".to_owned(), id.to_owned())),
        );
        members
    }

    fn sw8(case: &Case) -> [String; 4] {
        let head = |text: &str, length| text.chars().take(length).collect::<String>();
        let host = if case.host.contains(':') {
            format!("[{}]", case.host)
        } else {
            case.host.to_owned()
        };
        [
            format!("rum-{}", case.source),
            head(case.version.as_deref().unwrap_or("unknown"), 50),
            head(&format!("{}.request:{}", case.source, case.path), 149),
            format!("{host}:443"),
        ]
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "carried": self.carried,
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "sampled": self.sampled,
            "datadog": self.datadog.map(|(priority, maker)| json!({
                "priority": priority.to_string(),
                "origin": "rum",
                "decision_maker": maker,
            })),
            "tracestate": self.tracestate,
            "baggage": self.baggage.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "sw8": self.sw8.as_ref().map(|[service, instance, endpoint, peer]| json!({
                "service": service, "instance": instance, "endpoint": endpoint, "peer": peer,
            })),
        })
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}
