//! ARMS's document: `{"enable":…,"session":{"sampling":…},"report":{…},"tracing":{…}}`.

use std::collections::BTreeMap;

use super::changes::{RemoteChanges, switch, within};
use super::json::Object;
use super::section::Section;
use crate::config::{BATCH_AGE_MS, RefusalCode};

pub(super) fn names_one(document: &Object) -> bool {
    ["enable", "session", "report", "tracing"]
        .iter()
        .any(|name| document.contains_key(*name))
}

pub(super) fn read(section: &mut Section<'_, '_>) -> RemoteChanges {
    let (enabled, switch_unreadable) = switch(section, "enable");
    let mut changes = RemoteChanges {
        enabled,
        switch_unreadable,
        ..RemoteChanges::default()
    };
    within(section, "session", |session| {
        changes.session_sample_rate = session.percent("sampling");
    });
    within(section, "report", |report| {
        changes.batch_max_age_ms = report.whole("flush_interval", BATCH_AGE_MS);
        // Our batches are bounded in bytes and by the intake's own limits.
        report.without_counterpart(&["max_batch_count"]);
    });
    within(section, "tracing", |tracing| {
        // Without hosts nothing is injected, whatever rates and requests say.
        if tracing.boolean("enable") == Some(false) {
            changes.first_party_hosts = Some(BTreeMap::new());
        }
        if tracing.list("rules").is_some_and(|rules| !rules.is_empty()) {
            tracing.refuse(
                "rules",
                "(hidden)",
                RefusalCode::NoCounterpart,
                "what a rule of ARMS's says is not published; name the hosts in first_party_hosts",
            );
        }
    });
    changes
}
