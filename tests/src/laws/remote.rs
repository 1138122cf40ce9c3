//! What holds of a remote document of any bytes: whatever it says, what comes out is within the published bounds, and the app's
//! own matters stay the app's.

use std::collections::BTreeMap;

use handspan_core::config::{Configuration, Refusal, RefusalCode, Secret, from_json};
use handspan_core::hosts::{HostMatch, parse_configured};
use handspan_core::remote::signature::{self, PublicKeys};
use handspan_core::remote::{PhoneFacts, RemoteChanges, RemoteDocument};
use serde_json::Value;

use super::configuration::check_refusals;

/// Bytes that are read at most.
const MOST_BYTES: usize = 256 * 1024;

/// A file as a server may answer it, for three phones and three apps.
pub fn check(file: &[u8]) {
    // Nobody has the key.
    let strangers = keys("0ErV0vhKz4Vz8RUeLsqVhzNBpyTtLhyo5V0vPt8cvg0=");
    assert!(strangers.required());
    let refusal = signature::open(file, &strangers).unwrap_err();
    check_refusals(&[refusal]);

    match signature::open(file, &PublicKeys::default()) {
        Ok(opened) => {
            assert_eq!(opened.key_id, None);
            assert!(file.ends_with(opened.document));
            for base in apps() {
                check_over(opened.document, &base);
            }
        }
        Err(refusal) => {
            let begins = file.starts_with(b"handspan-signed");
            assert!(begins || file.len() > MOST_BYTES, "{refusal}");
        }
    }
}

/// A document without a signature, over the configuration of one app.
pub(super) fn check_over(document: &[u8], base: &Configuration) {
    let read = RemoteDocument::from_bytes(document);
    assert_eq!(read, RemoteDocument::from_bytes(document));
    let (document, refusals) = match read {
        Ok(read) => read,
        Err(refusal) => {
            let is_object = serde_json::from_slice::<Value>(document).is_ok_and(|v| v.is_object());
            assert!(!is_object || document.len() > MOST_BYTES, "{refusal}");
            return check_refusals(&[refusal]);
        }
    };
    check_refusals(&refusals);
    check_secrecy(&refusals);
    if let Some(number) = document
        .version
        .as_ref()
        .and_then(|version| version.number())
    {
        assert!(number < 1 << 53, "{number}");
    }
    for phone in phones(base) {
        let resolved = document.resolve(&phone);
        assert_eq!(resolved, document.resolve(&phone));
        assert!(resolved.targets.len() <= 200);
        for target in &resolved.targets {
            assert!(
                !target.why.is_empty() && !target.name.is_empty(),
                "{target:?}"
            );
        }
        check_changes(&resolved.changes, base);
    }
}

fn check_changes(changes: &RemoteChanges, base: &Configuration) {
    assert!(changes.enabled.is_none() || !changes.switch_unreadable);
    let effective = changes.over(base);
    check_bounds(changes, &effective);

    // Back with what a document may change: nothing else has moved.
    let mut restored = effective.clone();
    restored
        .first_party_hosts
        .clone_from(&base.first_party_hosts);
    restored.session_sample_rate = base.session_sample_rate;
    restored.trace_sample_rate = base.trace_sample_rate;
    restored
        .trace_context_injection
        .clone_from(&base.trace_context_injection);
    restored.batch_max_age_ms = base.batch_max_age_ms;
    restored.upload = base.upload.clone();
    restored.telemetry = base.telemetry;
    if changes.tracestate_arms == Some(false) {
        assert_eq!(effective.arms_pid, None);
        restored.arms_pid.clone_from(&base.arms_pid);
    }
    assert!(restored == *base, "{changes:?}");

    let trace = changes.trace_settings(&effective, &mut Vec::new());
    for rate in [trace.session_rate, trace.trace_rate] {
        assert!((0.0..=100.0).contains(&rate.percent()), "{rate:?}");
    }
    for host in changes.first_party_hosts.iter().flat_map(BTreeMap::keys) {
        let configured = parse_configured(host).unwrap();
        if !configured.host.contains('*') {
            let found = trace.hosts.find(&configured.host);
            assert!(matches!(found, HostMatch::Ours(_)), "{host:?}");
        }
    }
}

/// The bounds that `docs/remote-configuration.md` publishes, in its own numbers.
fn check_bounds(changes: &RemoteChanges, effective: &Configuration) {
    let rates = [changes.session_sample_rate, changes.trace_sample_rate];
    let of_hosts = changes
        .first_party_hosts
        .iter()
        .flat_map(BTreeMap::values)
        .filter_map(|rule| rule.sample_rate);
    for rate in rates.into_iter().flatten().chain(of_hosts) {
        assert!((0.0..=100.0).contains(&rate), "{rate}");
    }
    if changes.first_party_hosts.is_some() {
        assert!(effective.first_party_hosts.len() < 100_000);
    }
    if let Some(injection) = &changes.trace_context_injection {
        assert!(["sampled", "all"].contains(&injection.as_str()));
    }
    if let Some(age) = changes.batch_max_age_ms {
        assert!((100..=3_600_000).contains(&age), "{age}");
        assert_eq!(age, effective.batch_max_age_ms);
    }
    let upload = &changes.upload;
    for interval in [upload.metered_interval_ms, upload.background_interval_ms] {
        assert!(interval.unwrap_or(0) <= 43_200_000, "{interval:?}");
    }
    assert!(
        changes
            .log_level
            .is_none_or(|level| level.as_str() != "TRACE")
    );
}

/// What is refused because it is the app's alone may be a secret.
fn check_secrecy(refusals: &[Refusal]) {
    let hidden = [RefusalCode::NotRemote, RefusalCode::UnknownField];
    for refusal in refusals
        .iter()
        .filter(|refusal| hidden.contains(&refusal.code))
    {
        assert_eq!(refusal.value, "(hidden)", "{refusal:?}");
    }
}

fn keys(public: &str) -> PublicKeys {
    let named = BTreeMap::from([("stranger".to_owned(), public.to_owned())]);
    let mut refusals = Vec::new();
    let keys = PublicKeys::read(&named, "keys", &mut refusals);
    assert_eq!(refusals, []);
    keys
}

/// The app's own phone, one of the other platform, and one that tells nothing.
fn phones(base: &Configuration) -> [PhoneFacts; 3] {
    let other = PhoneFacts {
        install_id: "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1".to_owned(),
        app_version: Some("2.10.1".to_owned()),
        platform: "ios".to_owned(),
        os_name: "iOS".to_owned(),
        os_version: "18.1".to_owned(),
        service: Some("shop".to_owned()),
        env: Some("prod".to_owned()),
    };
    [PhoneFacts::of(base, "1"), other, PhoneFacts::default()]
}

/// One that configures nothing, one that configures everything, and one whose every value is as far out as it can be.
fn apps() -> [Configuration; 3] {
    let (full, refusals) = from_json(
        r#"{"client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1","service":"shop","env":"prod",
            "version":"2.1","storage_dir":"batches","first_party_hosts":{"app.example":["datadog"]},"arms_pid":"pid@1",
            "session_sample_rate":50,"trace_sample_rate":20,"trace_context_injection":"all","tracking_consent":"pending",
            "intakes":[{"type":"datadog"},{"type":"otlp","url":"https://c.example","headers":{"x-token":"1"}}],
            "certificate_pins":{"c.example":["sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]},
            "proxy":"http://proxy.example:3128","remote_configuration_url":"https://config.example/app.json",
            "batch_max_age_ms":100,"upload":{"metered":false,"background_interval_ms":0},"telemetry":true,"inspect":true}"#,
    )
    .unwrap();
    assert_eq!(refusals, []);
    let far_out = Configuration {
        session_sample_rate: f64::INFINITY,
        trace_sample_rate: -1.0,
        trace_context_injection: "some".to_owned(),
        tracking_consent: "refused".to_owned(),
        batch_max_age_ms: u64::MAX,
        encryption_key: Some(Secret(vec![1; 32])),
        ..full.clone()
    };
    [Configuration::default(), full, far_out]
}
