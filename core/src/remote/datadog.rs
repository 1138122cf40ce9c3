//! Datadog's document for its mobile SDKs: `{"platform":…,"rum":{…},"trace":{…},"sessionReplay":{…},"profiling":{…}}`.

use std::collections::BTreeMap;

use super::changes::{RemoteChanges, good_hosts, within};
use super::json::{Json, Object};
use super::section::Section;
use super::target::Target;
use super::when::When;
use crate::config::{DEFAULT_FORMATS, HostRule, Refusal, RefusalCode, SOURCES};

/// Header types of its schema.
const HEADER_TYPES: [&str; 4] = ["datadog", "b3", "b3multi", "tracecontext"];

pub(super) fn names_one(document: &Object) -> bool {
    ["platform", "rum", "trace", "sessionReplay", "profiling"]
        .iter()
        .any(|name| document.contains_key(*name))
}

/// With a platform the settings are those of a target: the document of one platform, served to the other, changes nothing there.
pub(super) fn read(section: &mut Section<'_, '_>) -> (RemoteChanges, Vec<Target>) {
    let mut set = RemoteChanges::default();
    let platform = section.one_of("platform", &SOURCES);
    within(section, "rum", |rum| {
        set.capture_resources = rum.boolean("trackResources");
        rum.without_counterpart(&[
            "telemetrySampleRate",
            "trackAnonymousUser",
            "trackUserInteractions",
            "trackBackgroundEvents",
            "trackFrustrations",
            "longTaskThresholdMs",
            "vitalsUpdateFrequency",
            "trackSlowFrames",
            "crashReportsEnabled",
            "trackNonFatalAnrs",
        ]);
    });
    within(section, "trace", |trace| {
        set.trace_sample_rate = trace.percent("sampleRate");
        set.trace_context_injection = trace
            .one_of("traceContextInjection", &["all", "sampled"])
            .map(str::to_owned);
        set.first_party_hosts = hosts(trace);
    });
    section.without_counterpart(&["sessionReplay", "profiling"]);
    match platform {
        Some(platform) => {
            let target = Target {
                name: format!("platform {platform}"),
                when: When::platform(platform),
                set,
            };
            (RemoteChanges::default(), vec![target])
        }
        // Meant for one platform, and nobody knows which.
        None if section.has("platform") => (RemoteChanges::default(), Vec::new()),
        None => (set, Vec::new()),
    }
}

/// Every traced host gets every header type.
fn hosts(trace: &mut Section<'_, '_>) -> Option<BTreeMap<String, HostRule>> {
    let hosts = trace.list("tracedHosts");
    let types = trace.list("tracingHeaderTypes");
    if types.is_none() && trace.has("tracingHeaderTypes") {
        return None;
    }
    let Some(hosts) = hosts else {
        if types.is_some() && !trace.has("tracedHosts") {
            trace.refuse(
                "tracingHeaderTypes",
                "",
                RefusalCode::NoCounterpart,
                "says nothing without tracedHosts: the app's own hosts keep their formats",
            );
        }
        return None;
    };
    let path = trace.path("tracingHeaderTypes");
    let formats = match types {
        Some(types) => {
            let formats = texts(types, &path, Some(&HEADER_TYPES), trace.told());
            // Hosts without any format would be first-party and untraced, which nobody asked for.
            if formats.is_empty() && !types.is_empty() {
                return None;
            }
            formats
        }
        None => DEFAULT_FORMATS.map(str::to_owned).to_vec(),
    };
    let path = trace.path("tracedHosts");
    let rules = texts(hosts, &path, None, trace.told())
        .into_iter()
        .map(|host| {
            let rule = HostRule {
                formats: formats.clone(),
                sample_rate: None,
            };
            (host, rule)
        })
        .collect();
    good_hosts(rules, hosts.is_empty(), &path, trace.told())
}

fn texts(
    list: &[Json],
    path: &str,
    known: Option<&[&str]>,
    told: &mut Vec<Refusal>,
) -> Vec<String> {
    let mut texts = Vec::new();
    for (at, item) in list.iter().enumerate() {
        let refused = match item.as_text() {
            None => Some((
                RefusalCode::WrongType,
                "must be a text; it does not count".to_owned(),
            )),
            Some(text) => known.filter(|known| !known.contains(&text)).map(|known| {
                (
                    RefusalCode::UnknownName,
                    format!("must be one of {}", known.join(", ")),
                )
            }),
        };
        match (refused, item.as_text()) {
            (Some((code, why)), _) => {
                told.push(Refusal::new(
                    format!("{path}[{at}]"),
                    item.shown(),
                    code,
                    why,
                ));
            }
            (None, text) => texts.extend(text.map(str::to_owned)),
        }
    }
    texts
}
