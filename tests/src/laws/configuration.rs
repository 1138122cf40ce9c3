//! What holds of a configuration of any text, the app's or the remote one.

use handspan_core::config::{Refusal, Settings, StartError, from_json};
use handspan_core::hosts::HostMatch;
use handspan_core::trace::{HopRequest, SessionIdentity, TraceSettings, plan};
use serde_json::Value;

use super::{remote, tracestate, wire};

/// Characters of a field's name or value that a refusal shows.
const SHOWN: usize = 100;

/// Only what is no JSON object is refused whole; what is taken is good; what is refused says where and why, and never
/// shows the client token.
pub fn check(text: &str) {
    let is_object = serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object());
    let read = from_json(text);
    assert_eq!(read.is_ok(), is_object);
    let Ok((configuration, refusals)) = read else {
        return;
    };
    check_refusals(&refusals);
    remote::check_over(text.as_bytes(), &configuration);
    let token = configuration.client_token.clone();
    match configuration.validate() {
        Ok((settings, refusals)) => {
            check_refusals(&refusals);
            check_settings(&settings);
        }
        Err(StartError::Configuration(refusal)) => {
            let shown = token.trim().len() > 3 && refusal.value.contains(&token);
            assert!(refusal.field != "client_token" || !shown, "{refusal:?}");
            check_refusals(&[refusal]);
        }
        Err(other) => panic!("{other}"),
    }
}

fn check_settings(settings: &Settings) {
    let trace = &settings.trace;
    for rate in [trace.session_rate, trace.trace_rate] {
        assert!((0.0..=100.0).contains(&rate.percent()), "{rate:?}");
    }
    assert!(["android", "ios"].contains(&settings.configuration.source.as_str()));
    assert!((100..=3_600_000).contains(&settings.batch_max_age_ms));
    if !settings.intakes.is_empty() {
        let configuration = &settings.configuration;
        assert!(
            configuration
                .client_token
                .chars()
                .all(|c| c.is_ascii_graphic())
        );
        assert_eq!(configuration.application_id.len(), 36);
    }
    for host in settings.configuration.first_party_hosts.keys() {
        if let Ok(configured) = handspan_core::hosts::parse_configured(host)
            && !configured.host.contains('*')
        {
            let found = trace.hosts.find(&configured.host);
            assert!(matches!(found, HostMatch::Ours(_)), "{host:?}");
            check_plan(trace, &configured.host);
        }
    }
}

/// What a host of the app's gets is legal, whatever the configuration says of the app.
fn check_plan(settings: &TraceSettings, host: &str) {
    let session = SessionIdentity {
        id: "88ef85ab-7902-45f0-b93b-2def1ec3e5fe",
        ..SessionIdentity::default()
    };
    let request = HopRequest {
        method: "GET",
        scheme: "https",
        host,
        ..HopRequest::default()
    };
    let plan = plan(settings, &session, &request, 1, &mut || 1);
    wire::check(&plan);
    for (name, value) in plan.headers() {
        if name == "tracestate" {
            assert!(value.split(',').all(tracestate::is_member), "{value}");
        }
    }
}

pub(super) fn check_refusals(refusals: &[Refusal]) {
    for refusal in refusals {
        assert!(!refusal.message.is_empty(), "{refusal:?}");
        assert!(refusal.field.chars().count() <= SHOWN, "{refusal:?}");
        assert!(refusal.value.chars().count() <= SHOWN, "{refusal:?}");
    }
}
