//! The settings that a document may name, and what they make of the app's configuration.

use std::collections::BTreeMap;

use super::json::{Json, Object};
use super::section::Section;
use crate::config::{BATCH_AGE_MS, Configuration, DEFAULT_FORMATS, HostRule, Refusal, RefusalCode};
use crate::hosts::HostTable;
use crate::limits;
use crate::trace::{BaggageMembers, TraceSettings};

/// What a document changes; what it does not name stays as the app configured it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemoteChanges {
    /// `false`: nothing recorded, nothing injected, nothing sent. `true` can't overrule an app that is off itself.
    pub enabled: Option<bool>,
    /// The last word about `enabled` could not be read: what was in force stays. A switch that can't be read is no word to
    /// switch on again.
    pub switch_unreadable: bool,
    /// Percent, from the next session on.
    pub session_sample_rate: Option<f64>,
    /// Percent, from the next request on.
    pub trace_sample_rate: Option<f64>,
    /// Replaces the hosts. Each is a good one, in a format or more that are known.
    pub first_party_hosts: Option<BTreeMap<String, HostRule>>,
    /// `sampled` or `all`.
    pub trace_context_injection: Option<String>,
    /// `false` leaves ARMS's member out of `tracestate`. `true` adds none to an app without a pid.
    pub tracestate_arms: Option<bool>,
    /// `false` leaves `user.id` out of `baggage`.
    pub baggage_user: Option<bool>,
    /// `false` leaves `account.id` out of `baggage`.
    pub baggage_account: Option<bool>,
    /// `false`: calls are traced and not recorded.
    pub capture_resources: Option<bool>,
    /// Milliseconds, 100…3,600,000.
    pub batch_max_age_ms: Option<u64>,
    /// When to send.
    pub upload: UploadChanges,
    /// The least that is logged.
    pub log_level: Option<log::LevelFilter>,
    /// Sends the SDK's own stats.
    pub telemetry: Option<bool>,
}

/// What a document changes of the app's [`UploadPolicy`](crate::upload::UploadPolicy), field by field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UploadChanges {
    /// Send over a metered network?
    pub metered: Option<bool>,
    /// Send while the battery is low?
    pub battery_low: Option<bool>,
    /// Send in power-save mode?
    pub low_power: Option<bool>,
    /// Milliseconds, 0…43,200,000.
    pub metered_interval_ms: Option<u64>,
    /// Milliseconds, 0…43,200,000.
    pub background_interval_ms: Option<u64>,
}

impl RemoteChanges {
    /// The app's configuration with these changes laid over it. Hosts, rates, injection, ARMS's pid, batch age, upload policy and
    /// telemetry; nothing else of it is ever touched.
    pub fn over(&self, base: &Configuration) -> Configuration {
        let mut changed = base.clone();
        if let Some(hosts) = &self.first_party_hosts {
            changed.first_party_hosts.clone_from(hosts);
        }
        if let Some(injection) = &self.trace_context_injection {
            changed.trace_context_injection.clone_from(injection);
        }
        if self.tracestate_arms == Some(false) {
            changed.arms_pid = None;
        }
        lay(&mut changed.session_sample_rate, self.session_sample_rate);
        lay(&mut changed.trace_sample_rate, self.trace_sample_rate);
        lay(&mut changed.batch_max_age_ms, self.batch_max_age_ms);
        lay(&mut changed.telemetry, self.telemetry);
        let (upload, changes) = (&mut changed.upload, &self.upload);
        // The app's "no" may be its user's, who pays for it.
        upload.metered &= changes.metered.unwrap_or(true);
        upload.battery_low &= changes.battery_low.unwrap_or(true);
        upload.low_power &= changes.low_power.unwrap_or(true);
        lay(&mut upload.metered_interval_ms, changes.metered_interval_ms);
        lay(
            &mut upload.background_interval_ms,
            changes.background_interval_ms,
        );
        changed
    }

    /// What a plan reads: of `effective`, which [`over`](Self::over) made, and what has no field there.
    pub fn trace_settings(
        &self,
        effective: &Configuration,
        refusals: &mut Vec<Refusal>,
    ) -> TraceSettings {
        TraceSettings {
            baggage: BaggageMembers {
                user: self.baggage_user.unwrap_or(true),
                account: self.baggage_account.unwrap_or(true),
            },
            ..effective.trace_settings(refusals)
        }
    }

    /// Lays a target's settings over these.
    pub(super) fn lay(&mut self, over: &Self) {
        // Of two words about the switch the later one counts; one that can't be read never undoes an "off".
        if over.enabled.is_some() {
            self.enabled = over.enabled;
            self.switch_unreadable = false;
        } else if over.switch_unreadable && self.enabled != Some(false) {
            self.enabled = None;
            self.switch_unreadable = true;
        }
        let Self {
            enabled: _,
            switch_unreadable: _,
            session_sample_rate,
            trace_sample_rate,
            first_party_hosts,
            trace_context_injection,
            tracestate_arms,
            baggage_user,
            baggage_account,
            capture_resources,
            batch_max_age_ms,
            upload,
            log_level,
            telemetry,
        } = self;
        replace(session_sample_rate, &over.session_sample_rate);
        replace(trace_sample_rate, &over.trace_sample_rate);
        replace(first_party_hosts, &over.first_party_hosts);
        replace(trace_context_injection, &over.trace_context_injection);
        replace(tracestate_arms, &over.tracestate_arms);
        replace(baggage_user, &over.baggage_user);
        replace(baggage_account, &over.baggage_account);
        replace(capture_resources, &over.capture_resources);
        replace(batch_max_age_ms, &over.batch_max_age_ms);
        replace(log_level, &over.log_level);
        replace(telemetry, &over.telemetry);
        replace(&mut upload.metered, &over.upload.metered);
        replace(&mut upload.battery_low, &over.upload.battery_low);
        replace(&mut upload.low_power, &over.upload.low_power);
        replace(
            &mut upload.metered_interval_ms,
            &over.upload.metered_interval_ms,
        );
        replace(
            &mut upload.background_interval_ms,
            &over.upload.background_interval_ms,
        );
    }
}

fn lay<T>(value: &mut T, over: Option<T>) {
    if let Some(over) = over {
        *value = over;
    }
}

fn replace<T: Clone>(value: &mut Option<T>, over: &Option<T>) {
    if over.is_some() {
        value.clone_from(over);
    }
}

/// Reads the settings of a section, at the top of a document or in a target's `set`.
pub(super) fn read(section: &mut Section<'_, '_>) -> RemoteChanges {
    let (enabled, switch_unreadable) = switch(section, "enabled");
    let mut changes = RemoteChanges {
        enabled,
        switch_unreadable,
        first_party_hosts: hosts(section),
        session_sample_rate: section.percent("session_sample_rate"),
        trace_sample_rate: section.percent("trace_sample_rate"),
        trace_context_injection: section
            .one_of("trace_context_injection", &["sampled", "all"])
            .map(str::to_owned),
        batch_max_age_ms: section.whole("batch_max_age_ms", BATCH_AGE_MS),
        log_level: section
            .one_of("log_level", &["off", "error", "warn", "info", "debug"])
            .and_then(|name| name.parse().ok()),
        telemetry: section.boolean("telemetry"),
        ..RemoteChanges::default()
    };
    within(section, "tracestate", |tracestate| {
        changes.tracestate_arms = tracestate.boolean("arms");
    });
    within(section, "baggage", |baggage| {
        changes.baggage_user = baggage.boolean("user");
        changes.baggage_account = baggage.boolean("account");
    });
    within(section, "capture", |capture| {
        changes.capture_resources = capture.boolean("resources");
    });
    within(section, "upload", |upload| {
        let interval = 0..=limits::INTERVAL_MAX_MS;
        changes.upload = UploadChanges {
            metered: upload.boolean("metered"),
            battery_low: upload.boolean("battery_low"),
            low_power: upload.boolean("low_power"),
            metered_interval_ms: upload.whole("metered_interval_ms", interval.clone()),
            background_interval_ms: upload.whole("background_interval_ms", interval),
        };
    });
    changes
}

/// A switch and whether it is there and can't be read.
pub(super) fn switch(section: &mut Section<'_, '_>, name: &'static str) -> (Option<bool>, bool) {
    let enabled = section.boolean(name);
    (enabled, enabled.is_none() && section.has(name))
}

/// Reads an object of the section, if it is there.
pub(super) fn within(
    section: &mut Section<'_, '_>,
    name: &'static str,
    read: impl FnOnce(&mut Section<'_, '_>),
) {
    if let Some(object) = section.object(name) {
        let path = section.path(&format!("{name}."));
        let mut inner = Section::new(object, path, section.told());
        read(&mut inner);
        inner.finish();
    }
}

fn hosts(section: &mut Section<'_, '_>) -> Option<BTreeMap<String, HostRule>> {
    let named = section.object("first_party_hosts")?;
    let path = section.path("first_party_hosts");
    let rules = named
        .iter()
        .filter_map(|(host, value)| {
            let path = format!("{path}[{host:?}]");
            host_rule(&path, value, section.told()).map(|rule| (host.clone(), rule))
        })
        .collect();
    good_hosts(rules, named.is_empty(), &path, section.told())
}

/// The hosts that can be used. None where some are named and all are refused: a typing error must not leave a fleet without.
pub(super) fn good_hosts(
    mut rules: BTreeMap<String, HostRule>,
    none_named: bool,
    path: &str,
    told: &mut Vec<Refusal>,
) -> Option<BTreeMap<String, HostRule>> {
    let table = HostTable::build(&rules, path, told);
    rules.retain(|host, _| crate::hosts::parse_configured(host).is_ok());
    (none_named || !table.is_empty()).then_some(rules)
}

fn host_rule(path: &str, value: &Json, told: &mut Vec<Refusal>) -> Option<HostRule> {
    match value {
        Json::List(formats) => Some(HostRule {
            formats: formats_of(path, formats, told),
            sample_rate: None,
        }),
        Json::Object(object) => {
            let mut fields = Section::new(object, format!("{path}."), told);
            let rule = object_rule(&mut fields, path);
            fields.finish();
            rule
        }
        Json::Twice => {
            let why = "the host stands twice: neither entry counts";
            told.push(Refusal::new(path, "", RefusalCode::Duplicate, why));
            None
        }
        other => {
            told.push(Refusal::new(
                path,
                other.shown(),
                RefusalCode::WrongType,
                "must be a list of formats, as [\"datadog\",\"tracecontext\"], or an object with \"formats\"",
            ));
            None
        }
    }
}

/// None where `formats` is there and no list: nobody knows what was meant.
fn object_rule(fields: &mut Section<'_, '_>, path: &str) -> Option<HostRule> {
    let formats = match fields.list("formats") {
        Some(formats) => formats_of(path, formats, fields.told()),
        None if fields.has("formats") => return None,
        None => DEFAULT_FORMATS.map(str::to_owned).to_vec(),
    };
    Some(HostRule {
        formats,
        sample_rate: fields.percent("sample_rate"),
    })
}

fn formats_of(path: &str, formats: &[Json], told: &mut Vec<Refusal>) -> Vec<String> {
    let mut names = Vec::new();
    for (at, format) in formats.iter().enumerate() {
        match format.as_text() {
            Some(name) => names.push(name.to_owned()),
            None => told.push(Refusal::new(
                format!("{path}.formats[{at}]"),
                format.shown(),
                RefusalCode::WrongType,
                "a format is a text, as \"datadog\"",
            )),
        }
    }
    names
}

/// Names of settings, by which a document of this shape is recognised.
pub(super) fn names_one(object: &Object) -> bool {
    const NAMES: [&str; 14] = [
        "enabled",
        "session_sample_rate",
        "trace_sample_rate",
        "first_party_hosts",
        "trace_context_injection",
        "tracestate",
        "baggage",
        "capture",
        "batch_max_age_ms",
        "upload",
        "log_level",
        "telemetry",
        "targets",
        "$schema",
    ];
    NAMES.iter().any(|name| object.contains_key(*name))
}
