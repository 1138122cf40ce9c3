//! Every setting that a document may name, with the app's own beside it.

use handspan_core::config::{Configuration, HostRule};
use handspan_core::remote::RemoteChanges;
use serde_json::{Value, json};

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
    // An app that is off is not switched on by anybody.
    let is_on = own.enabled && changes.enabled.unwrap_or(true);
    add(
        "enabled",
        is_on.into(),
        own.enabled.into(),
        changes.enabled.is_some(),
    );
    let mut switch = |name, remote: Option<bool>, own: bool| {
        add(
            name,
            remote.unwrap_or(own).into(),
            own.into(),
            remote.is_some(),
        );
    };
    switch(
        "tracestate.arms",
        changes.tracestate_arms.filter(|_| own.arms_pid.is_some()),
        own.arms_pid.is_some(),
    );
    // What no app configures is on.
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

/// When a change takes hold.
pub(super) fn from_when(name: &str) -> &'static str {
    match name {
        "session_sample_rate" => " (from the next session on)",
        "batch_max_age_ms" => " (from the next batch on)",
        _ if name.starts_with("upload.") => " (from the next try on)",
        "enabled" | "log_level" | "telemetry" => " (at once)",
        _ => " (from the next request on)",
    }
}
