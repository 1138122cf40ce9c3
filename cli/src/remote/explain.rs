//! `handspan config explain`: what one phone would do with a document, and why.

use handspan_core::config::{Configuration, HostRule};
use handspan_core::remote::signature::{self, PublicKeys};
use handspan_core::remote::{PhoneFacts, RemoteChanges, RemoteDocument, Resolved};
use serde_json::{Value, json};

use crate::Failure;
use crate::config_file::on_one_line;

/// A setting on this phone.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its path in a document.
    pub name: &'static str,
    /// What holds with the document.
    pub value: Value,
    /// What the app itself says.
    pub own: Value,
    /// Does the document say so, for this phone?
    pub is_remote: bool,
}

/// The answer.
#[derive(Debug)]
pub struct Explanation {
    version: Option<String>,
    resolved: Resolved,
    settings: Vec<Setting>,
}

/// Reads a file as a phone without keys would, and resolves it for this one.
pub fn explain(
    bytes: &[u8],
    facts: &PhoneFacts,
    own: &Configuration,
) -> Result<Explanation, Failure> {
    let failed = |refusal: &dyn std::fmt::Display| {
        Failure::new(format!("no phone reads this document: {refusal}"))
    };
    let opened =
        signature::open(bytes, &PublicKeys::default()).map_err(|refusal| failed(&refusal))?;
    let (document, _) =
        RemoteDocument::from_bytes(opened.document).map_err(|refusal| failed(&refusal))?;
    let resolved = document.resolve(facts);
    Ok(Explanation {
        version: document.version.map(|version| version.to_string()),
        settings: settings(&resolved.changes, own),
        resolved,
    })
}

/// Every setting that a document may name.
pub fn settings(changes: &RemoteChanges, own: &Configuration) -> Vec<Setting> {
    let now = changes.over(own);
    let upload = &changes.upload;
    let mut settings = Vec::new();
    let mut add = |name, value: Value, own: Value, is_remote| {
        settings.push(Setting {
            name,
            value,
            own,
            is_remote,
        });
    };
    // What no app configures is on.
    let mut switch = |name, remote: Option<bool>, own: bool| {
        add(
            name,
            remote.unwrap_or(own).into(),
            own.into(),
            remote.is_some(),
        );
    };
    switch("enabled", changes.enabled, true);
    switch(
        "tracestate.arms",
        changes.tracestate_arms.filter(|_| own.arms_pid.is_some()),
        own.arms_pid.is_some(),
    );
    switch("baggage.user", changes.baggage_user, true);
    switch("baggage.account", changes.baggage_account, true);
    switch("capture.resources", changes.capture_resources, true);
    switch("upload.metered", upload.metered, own.upload.metered);
    switch(
        "upload.battery_low",
        upload.battery_low,
        own.upload.battery_low,
    );
    switch("upload.low_power", upload.low_power, own.upload.low_power);
    switch("telemetry", changes.telemetry, own.telemetry);
    let mut number =
        |name, value: u64, own: u64, is_remote| add(name, value.into(), own.into(), is_remote);
    let interval = upload.metered_interval_ms;
    number(
        "upload.metered_interval_ms",
        now.upload.metered_interval_ms,
        own.upload.metered_interval_ms,
        interval.is_some(),
    );
    let interval = upload.background_interval_ms;
    number(
        "upload.background_interval_ms",
        now.upload.background_interval_ms,
        own.upload.background_interval_ms,
        interval.is_some(),
    );
    number(
        "batch_max_age_ms",
        now.batch_max_age_ms,
        own.batch_max_age_ms,
        changes.batch_max_age_ms.is_some(),
    );
    let rate = changes.session_sample_rate;
    add(
        "session_sample_rate",
        percent(now.session_sample_rate),
        percent(own.session_sample_rate),
        rate.is_some(),
    );
    let rate = changes.trace_sample_rate;
    add(
        "trace_sample_rate",
        percent(now.trace_sample_rate),
        percent(own.trace_sample_rate),
        rate.is_some(),
    );
    let hosts = |configuration: &Configuration| -> Value {
        let hosts = configuration.first_party_hosts.iter();
        hosts
            .map(|(host, rule)| (host.clone(), host_rule(rule)))
            .collect()
    };
    add(
        "first_party_hosts",
        hosts(&now),
        hosts(own),
        changes.first_party_hosts.is_some(),
    );
    let injection = changes.trace_context_injection.is_some();
    add(
        "trace_context_injection",
        now.trace_context_injection.into(),
        own.trace_context_injection.clone().into(),
        injection,
    );
    let level = changes
        .log_level
        .map(|level| level.as_str().to_ascii_lowercase());
    add(
        "log_level",
        level.clone().into(),
        Value::Null,
        level.is_some(),
    );
    settings
}

/// As people write it: 50, not 50.0.
fn percent(rate: f64) -> Value {
    if rate.fract() == 0.0 {
        json!(rate as i64)
    } else {
        json!(rate)
    }
}

fn host_rule(rule: &HostRule) -> Value {
    match rule.sample_rate {
        None => json!(rule.formats),
        Some(rate) => json!({"formats": rule.formats, "sample_rate": percent(rate)}),
    }
}

impl Explanation {
    /// As data.
    pub fn to_json(&self) -> Value {
        let targets = self.resolved.targets.iter();
        let targets: Vec<Value> = targets
            .map(
                |target| json!({"name": target.name, "matched": target.matched, "why": target.why}),
            )
            .collect();
        let settings = self.settings.iter().map(|setting| {
            let said =
                json!({"value": setting.value, "own": setting.own, "remote": setting.is_remote});
            (setting.name.to_owned(), said)
        });
        json!({
            "version": self.version,
            "targets": targets,
            "settings": settings.collect::<Value>(),
            "words": self.words(),
        })
    }

    /// In words, a line each.
    pub fn words(&self) -> Vec<String> {
        let version = self.version.as_deref().unwrap_or("none");
        let mut lines = vec![format!("Version: {version}")];
        if self.resolved.targets.is_empty() {
            lines.push("Targets: none; the document is the same for every phone.".to_owned());
        }
        for target in &self.resolved.targets {
            let verdict = if target.matched {
                "matches"
            } else {
                "does not match"
            };
            lines.push(format!(
                "Target {:?} {verdict}: {}.",
                target.name, target.why
            ));
        }
        lines.push(self.switch());
        let remote: Vec<&Setting> = self
            .settings
            .iter()
            .filter(|setting| setting.is_remote)
            .collect();
        if remote.is_empty() {
            lines.push(
                "The document sets nothing for this phone: everything is as the app says."
                    .to_owned(),
            );
        }
        for setting in remote {
            let own = match (&setting.own, setting.own == setting.value) {
                (Value::Null, _) => String::new(),
                (_, true) => ", as the app itself says".to_owned(),
                (own, false) => format!(", instead of the app's own {own}"),
            };
            lines.push(format!(
                "{}: {}{own}{}",
                setting.name,
                setting.value,
                from_when(setting.name)
            ));
        }
        lines.iter().map(|line| on_one_line(line)).collect()
    }

    fn switch(&self) -> String {
        let of = |name| self.settings.iter().find(|setting| setting.name == name);
        let is_on = |name| of(name).is_none_or(|setting| setting.value == true);
        if is_on("enabled") {
            return "This phone is on.".to_owned();
        }
        let who = match of("enabled") {
            Some(setting) if setting.own == false => "the app itself, which no document overrules",
            _ => "the document; it goes on being pulled, so that this can be undone",
        };
        format!("This phone is OFF: nothing is recorded, injected or sent. Said by {who}.")
    }
}

/// When a change takes hold.
fn from_when(name: &str) -> &'static str {
    match name {
        "session_sample_rate" => " (from the next session on)",
        "batch_max_age_ms" => " (from the next batch on)",
        _ if name.starts_with("upload.") => " (from the next try on)",
        "enabled" | "log_level" | "telemetry" => " (at once)",
        _ => " (from the next request on)",
    }
}
