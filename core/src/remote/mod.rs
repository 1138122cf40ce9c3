//! The remote document: what of it to believe.
//!
//! It is pulled at a cold start and kept on disk, so that the next start has it at once. It has no power over where events
//! go, over the token or over consent.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::config::{Configuration, Fields, HostRule, Refusal, RefusalCode, host_rules};
use crate::limits;

/// What a document changes; what it does not name stays as the app configured it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemoteChanges {
    /// Version, a text that only people read.
    pub version: Option<String>,
    /// `false`: nothing recorded, nothing injected.
    pub enabled: Option<bool>,
    /// Replaces the hosts.
    pub first_party_hosts: Option<BTreeMap<String, HostRule>>,
    /// Percent, from the next session on.
    pub session_sample_rate: Option<f64>,
    /// Percent, from the next request on.
    pub trace_sample_rate: Option<f64>,
    /// `sampled` or `all`.
    pub trace_context_injection: Option<String>,
}

impl RemoteChanges {
    /// Reads a document. A bad field is refused alone; only what is too large or no JSON object is refused whole.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, Vec<Refusal>), Refusal> {
        if bytes.len() > limits::REMOTE_BYTES {
            return Err(Refusal::new(
                "remote",
                "",
                RefusalCode::TooLarge,
                format!(
                    "the document has {} bytes, at most {} are read",
                    bytes.len(),
                    limits::REMOTE_BYTES
                ),
            ));
        }
        let not_json = |why: String| {
            Refusal::new(
                "remote",
                String::from_utf8_lossy(bytes),
                RefusalCode::NotJson,
                why,
            )
        };
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| not_json(format!("the document is not JSON: {error}")))?;
        let object = value
            .as_object()
            .ok_or_else(|| not_json("the document must be a JSON object".to_owned()))?;
        let mut refusals = Vec::new();
        let mut fields = Fields::new(object, "remote.", &mut refusals);
        let version = fields.value("version").map(|version| match version {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let changes = Self {
            version: version.map(|text| text.chars().take(limits::REFUSAL_VALUE_CHARS).collect()),
            enabled: fields.boolean("enabled"),
            first_party_hosts: hosts(&mut fields),
            session_sample_rate: percent(&mut fields, "session_sample_rate"),
            trace_sample_rate: percent(&mut fields, "trace_sample_rate"),
            trace_context_injection: injection(&mut fields),
        };
        fields.finish();
        Ok((changes, refusals))
    }

    /// The app's configuration with these changes laid over it.
    pub fn over(&self, base: &Configuration) -> Configuration {
        let mut changed = base.clone();
        if let Some(hosts) = &self.first_party_hosts {
            changed.first_party_hosts.clone_from(hosts);
        }
        changed.session_sample_rate = self.session_sample_rate.unwrap_or(base.session_sample_rate);
        changed.trace_sample_rate = self.trace_sample_rate.unwrap_or(base.trace_sample_rate);
        if let Some(injection) = &self.trace_context_injection {
            changed.trace_context_injection.clone_from(injection);
        }
        changed
    }
}

/// The hosts of a document. None where it names some and all are refused: a typing error must not leave a fleet without.
fn hosts(fields: &mut Fields<'_>) -> Option<BTreeMap<String, HostRule>> {
    let named = fields.object("first_party_hosts")?;
    let mut rules = host_rules(named, "remote.first_party_hosts", fields.refusals());
    for (host, rule) in &mut rules {
        if let Some(rate) = rule.sample_rate.take_if(|rate| !in_range(*rate)) {
            let field = format!("remote.first_party_hosts[{host:?}].sample_rate");
            fields.refusals().push(out_of_range(field, rate));
        }
    }
    (named.is_empty() || !rules.is_empty()).then_some(rules)
}

fn in_range(percent: f64) -> bool {
    (0.0..=100.0).contains(&percent)
}

fn out_of_range(field: String, percent: f64) -> Refusal {
    Refusal::new(
        field,
        percent.to_string(),
        RefusalCode::OutOfRange,
        "must be 0…100 (percent); the app's own value stays",
    )
}

/// A rate out of range is refused, not clamped: a typing error in one file must not change a whole fleet.
fn percent(fields: &mut Fields<'_>, name: &'static str) -> Option<f64> {
    let percent = fields.number(name)?;
    if in_range(percent) {
        return Some(percent);
    }
    fields
        .refusals()
        .push(out_of_range(format!("remote.{name}"), percent));
    None
}

fn injection(fields: &mut Fields<'_>) -> Option<String> {
    let injection = fields.string("trace_context_injection")?;
    if injection == "sampled" || injection == "all" {
        return Some(injection);
    }
    fields.refusals().push(Refusal::new(
        "remote.trace_context_injection",
        &injection,
        RefusalCode::UnknownName,
        "must be sampled or all; the app's own value stays",
    ));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(refusals: &[Refusal]) -> Vec<(&str, &str)> {
        refusals
            .iter()
            .map(|r| (r.field.as_str(), r.code.as_str()))
            .collect()
    }

    #[test]
    fn good_fields_count_and_bad_ones_are_refused_alone() {
        let (changes, refusals) = RemoteChanges::from_bytes(
            br#"{"version":7,"trace_sample_rate":20,"session_sample_rate":140,"client_token":"evil",
                "first_party_hosts":{"a.example":["datadog"],"b.example":"x"},"trace_context_injection":"some"}"#,
        )
        .unwrap();

        assert_eq!(changes.version.as_deref(), Some("7"));
        assert_eq!(changes.trace_sample_rate, Some(20.0));
        assert_eq!(changes.first_party_hosts.as_ref().unwrap().len(), 1);
        assert_eq!(
            codes(&refusals),
            [
                ("remote.first_party_hosts[\"b.example\"]", "wrong_type"),
                ("remote.session_sample_rate", "out_of_range"),
                ("remote.trace_context_injection", "unknown_name"),
                ("remote.client_token", "unknown_field"),
            ]
        );

        let base = Configuration {
            client_token: "pub1".into(),
            ..Configuration::default()
        };
        let changed = changes.over(&base);
        assert_eq!(
            (changed.trace_sample_rate, changed.session_sample_rate),
            (20.0, 100.0)
        );
        assert_eq!(changed.client_token, "pub1");
    }

    #[test]
    fn garbage_and_ten_megabytes_are_refused_whole_with_a_reason() {
        let huge = vec![b' '; 10 * 1024 * 1024];
        let deep = "[".repeat(100_000);
        for (document, code) in [
            (&huge[..], RefusalCode::TooLarge),
            (b"\xff\xfe", RefusalCode::NotJson),
            (b"", RefusalCode::NotJson),
            (b"[1]", RefusalCode::NotJson),
            (deep.as_bytes(), RefusalCode::NotJson),
        ] {
            let refusal = RemoteChanges::from_bytes(document).unwrap_err();
            assert_eq!(refusal.code, code);
            assert!(refusal.value.chars().count() <= limits::REFUSAL_VALUE_CHARS);
        }
    }
}
