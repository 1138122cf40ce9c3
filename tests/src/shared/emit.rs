//! Headers that were fed to real services: what we write of the same ids.

use serde_json::{Map, Value};

use super::Item;
use super::json::{Ids, SESSION_ID, Verdict, boolean, config, map, text, with};
use super::rum::{self, Member};
use super::sw8::App;
use super::writing::{carrier, written_case};
use crate::case::Case;

/// What all sets of a vector have in common.
struct Emitted<'a> {
    ids: Ids,
    verdict: Verdict,
    arms: Option<Member<'a>>,
    app: Option<App>,
}

/// `{"input":{"trace_id","span_id","sampled","rum","sw8"},"headers":{format: headers}}`: one case a set of headers, and one
/// for all of them at once.
pub(crate) fn emit(vector: &Value, _: &Value) -> Option<Item> {
    let input = vector.get("input")?;
    let parts = input.get("rum").and_then(Value::as_array);
    let parts: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let arms = Member::of(&parts);
    let emitted = Emitted {
        ids: Ids {
            trace_id: text(input, "trace_id")?.to_owned(),
            span_id: text(input, "span_id")?.to_owned(),
            session_id: arms
                .as_ref()
                .map_or(SESSION_ID.to_owned(), |arms| rum::session_id(arms.session)),
        },
        verdict: if boolean(input, "sampled")? {
            Verdict::Kept
        } else {
            Verdict::NotKept
        },
        arms,
        app: input.get("sw8").and_then(App::of),
    };
    let mut cases = Vec::new();
    let mut formats = Vec::new();
    let mut together = Map::new();
    for (name, peer) in map(vector, "headers")? {
        let peer = peer.as_object()?;
        let format = carrier(name.split('+').next()?)?;
        cases.push(emitted.case(name, &[format], peer)?);
        if !formats.contains(&format) {
            formats.push(format);
        }
        // Of two sets of one format the longer value says more.
        for (header, value) in peer {
            let length = |value: &Value| value.as_str().map_or(0, str::len);
            if together.get(header).map_or(0, length) < length(value) {
                together.insert(header.clone(), value.clone());
            }
        }
    }
    cases.push(emitted.case("together", &formats, &together)?);
    Some(Item::Cases(cases))
}

impl Emitted<'_> {
    fn case(&self, name: &str, formats: &[&str], peer: &Map<String, Value>) -> Option<Case> {
        let mut config = config(formats, self.verdict, "all");
        if let Some(app) = &self.app {
            config = with(config, "source", app.source.as_str());
            config = with(config, "version", app.version.as_str());
        }
        let tells_arms = text_of(peer, "tracestate").is_some_and(|state| state.contains("rum="));
        if tells_arms {
            let arms = self.arms.as_ref()?;
            config = with(config, "source", arms.source);
            config = with(config, "arms_pid", arms.pid);
        }
        let url = self.app.as_ref().map(|app| app.url.as_str());
        let case = written_case(config, &self.ids, url, peer, self.verdict)?;
        Some(Case {
            name: name.to_owned(),
            ..case
        })
    }
}

fn text_of<'a>(headers: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(Value::as_str)
}
