//! SkyWalking's `sw8`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Item;
use super::json::{Ids, Verdict, boolean, config, map, plan_case, request, text};
use super::reading::{malformed, read, read_case};
use crate::case::Case;
use crate::contradictions::key;

/// A value that every agent reads.
const READABLE: &str =
    "1-My40LjU=-MS4yLjM=-4-c2VydmljZQ==-aW5zdGFuY2U=-L2FwcA==-MTI3LjAuMC4xOjgwODA=";

/// A peer's value with our segment in its third field: the halves' XOR is the span.
pub(crate) fn with_segment(peer: &str, ids: &Ids) -> Option<String> {
    let half = |hex: &str| u64::from_str_radix(hex, 16).ok();
    let random = half(ids.trace_id.get(16..)?)?;
    let other = random ^ half(&ids.span_id)?;
    let segment = STANDARD.encode(format!("{random:016x}{other:016x}"));
    let mut fields: Vec<&str> = peer.split('-').collect();
    *fields.get_mut(2)? = &segment;
    Some(fields.join("-"))
}

/// The app of a header's fields: a configuration of it, and the URL that it asks.
pub(crate) struct App {
    pub(crate) source: String,
    pub(crate) version: String,
    pub(crate) url: String,
}

impl App {
    /// `{"service":"rum-android","instance","endpoint":"android.request:/path","peer":"host:port"}`.
    pub(crate) fn of(fields: &Value) -> Option<Self> {
        let source = text(fields, "service")?.strip_prefix("rum-")?;
        let endpoint = text(fields, "endpoint")?;
        let path = endpoint.strip_prefix(&format!("{source}.request:"))?;
        Some(Self {
            source: source.to_owned(),
            version: text(fields, "instance")?.to_owned(),
            url: format!("https://{}{path}", text(fields, "peer")?),
        })
    }
}

/// `{"sw8","fields"}` of an agent's own test, as a header that the app has set.
pub(crate) fn of_agent(vector: &Value, _: &Value) -> Option<Item> {
    let fields = vector.get("fields")?.as_array()?;
    let field = |at: usize| fields.get(at).and_then(Value::as_str);
    let trace_id = field(1)?;
    let recorded =
        (trace_id.len() == 32 && u128::from_str_radix(trace_id, 16).is_ok()).then_some(trace_id);
    let plan = json!({
        "reason": "app_headers",
        "trace_id": recorded,
        "span_id": null,
        "sampled": field(0)? == "1",
    });
    Some(read(&json!({"sw8": text(vector, "sw8")?}), plan, vec![]))
}

/// `{"map","sw8-correlation"}` or `{"tracing_mode","send_ts","sw8-x"}`: headers that agents put beside `sw8`. We write
/// none, and the app's own are no identity.
pub(crate) fn beside(vector: &Value, _: &Value) -> Option<Item> {
    let headers: serde_json::Map<String, Value> = ["sw8-correlation", "sw8-x"]
        .iter()
        .filter_map(|&name| Some((name.to_owned(), text(vector, name)?.into())))
        .collect();
    let known = !headers.is_empty() || vector.get("sw8-correlation") == Some(&Value::Null);
    let config = config(&["sw8"], Verdict::Kept, "sampled");
    let request = request(&Value::Object(headers));
    let plan = json!({"reason": "traced", "header_names": ["sw8"]});
    known.then(|| Item::Cases(vec![plan_case("", config, request, plan)]))
}

/// `{agent:{"7","8","9","empty_field": does it read that?, …}}`. We read what the strictest reads.
pub(crate) fn strictness(vector: &Value, _: &Value) -> Option<Item> {
    let mut cases = Vec::new();
    for (agent, says) in vector.as_object()? {
        for (what, value, readable) in shapes() {
            if let Some(theirs) = boolean(says, what) {
                let name = format!("{agent}: {what}");
                cases.push(shape(name, &value, readable, theirs));
            }
        }
        if map(vector, agent)?.contains_key("sample_flag") {
            cases.push(unsampled(agent));
        }
        for (what, value) in [
            ("bad_padding", READABLE.replace('=', "")),
            ("bad_base64", READABLE.replace("My40LjU=", "!!!!")),
            ("base64", READABLE.replace('=', "")),
            ("sample", READABLE.replacen('1', "2", 1)),
        ] {
            if let Some(words) = text(says, what) {
                let name = format!("{agent}: {what}");
                cases.push(shape(name, &value, false, words == "lenient"));
            }
        }
    }
    Some(Item::Cases(cases))
}

/// The shapes that agents differ about, and whether we read them.
fn shapes() -> [(&'static str, String, bool); 4] {
    let seven = READABLE.rsplit_once('-').map_or("", |(fields, _)| fields);
    [
        ("7", seven.to_owned(), false),
        ("8", READABLE.to_owned(), true),
        ("9", format!("{READABLE}-MQ=="), false),
        ("empty_field", READABLE.replace("L2FwcA==", ""), false),
    ]
}

fn shape(name: String, value: &str, ours: bool, theirs: bool) -> Case {
    let plan = if ours {
        json!({"reason": "app_headers", "trace_id": null, "span_id": null, "sampled": true})
    } else {
        malformed()
    };
    let mut case = read_case(&json!({"sw8": value}), plan);
    if ours != theirs {
        case.contradicts.push(key::SW8_STRICTNESS);
    }
    Case { name, ..case }
}

/// An agent that ignores the sample flag must get no header.
fn unsampled(agent: &str) -> Case {
    plan_case(
        &format!("{agent}: sample_flag"),
        config(&["sw8"], Verdict::NotKept, "all"),
        request(&json!({})),
        json!({"traced": false, "reason": "trace_not_sampled", "headers": {}}),
    )
}
