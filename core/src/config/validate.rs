//! From what the app wrote to what the core works with.

use std::path::PathBuf;

use super::{Configuration, Refusal, RefusalCode, intakes, network};
use crate::hosts::HostTable;
use crate::limits;
use crate::remote::signature::PublicKeys;
use crate::rum::redact::Redaction;
use crate::rum::{headers, mapper};
use crate::seams::cipher::{KEY_BYTES, Key};
use crate::seams::transport::Network;
use crate::trace::sampling::Rate;
use crate::trace::{AppIdentity, BaggageMembers, Injection, Reason, TraceSettings, arms};
use crate::upload::Intake;
use crate::uuid::is_uuid;

/// RUM's closed list of sources that this SDK can be.
pub(crate) const SOURCES: [&str; 2] = ["android", "ios"];
/// What another one becomes.
const DEFAULT_SOURCE: &str = "android";
/// Kinds of device that the RUM schema knows.
const DEVICE_TYPES: [&str; 7] = [
    "mobile",
    "desktop",
    "tablet",
    "tv",
    "gaming_console",
    "bot",
    "other",
];
/// Below, the radio would be woken for single events; above, a day's events would wait.
pub(crate) const BATCH_AGE_MS: std::ops::RangeInclusive<u64> = 100..=3_600_000;

/// A configuration whose every value is good.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the app wrote; a remote document is laid over it.
    pub configuration: Configuration,
    /// What a plan reads.
    pub trace: TraceSettings,
    /// The user's word.
    pub consent: Consent,
    /// Where events go. Empty: headers only, nothing is recorded.
    pub intakes: Vec<Intake>,
    /// The way there.
    pub network: Network,
    /// Folder for batches.
    pub storage_dir: Option<PathBuf>,
    /// What encrypts the batches in it.
    pub encryption_key: Option<Key>,
    /// URL of the remote document.
    pub remote_url: Option<String>,
    /// Who may sign it.
    pub remote_keys: PublicKeys,
    /// The app's own id of this install.
    pub install_id: Option<String>,
    /// Age at which an open batch is sealed, milliseconds.
    pub batch_max_age_ms: u64,
    /// Names of headers that resources tell, lower-case.
    pub captured_headers: Vec<String>,
    /// What recorded URLs do not tell.
    pub redaction: Redaction,
    /// Types of events that a mapper of the app sees before they are stored.
    pub mapped_events: Vec<&'static str>,
}

/// May the user be recorded?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Recorded and sent.
    Granted,
    /// Recorded and kept, not sent.
    Pending,
    /// Nothing recorded, nothing injected.
    Refused,
}

/// Why there is no core. The app goes on without.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// A value without which there is nothing to do.
    #[error("{0}")]
    Configuration(Refusal),
    /// The operating system gave no thread.
    #[error("the `handspan` thread could not be started: {0}")]
    Thread(String),
}

impl Configuration {
    /// Checks every value. What is not taken is in the list, beside a reason; the error is kept for values without which
    /// nothing can be sent.
    pub fn validate(mut self) -> Result<(Settings, Vec<Refusal>), StartError> {
        let mut refusals = Vec::new();
        let intakes = intakes::validate(&self.intakes, &mut refusals);
        if !self.intakes.is_empty() {
            let takes_events_as_they_are = |intake: &Intake| !matches!(intake, Intake::Otlp { .. });
            if intakes.iter().any(takes_events_as_they_are) {
                self.require_identity()?;
            }
            if intakes.is_empty() {
                return Err(StartError::Configuration(Refusal::new(
                    "intakes",
                    "",
                    RefusalCode::Empty,
                    format!("no intake is left: {}", joined(&refusals)),
                )));
            }
        }
        self.correct(&mut refusals);
        let consent = self.consent(&mut refusals);
        let mut trace = self.trace_settings(&mut refusals);
        if consent == Consent::Refused {
            trace.off = Some(Reason::ConsentRefused);
        } else if !self.enabled {
            trace.off = Some(Reason::Disabled);
        }
        let remote_url = self.remote_configuration_url.clone().filter(|url| {
            let good = http_url(url);
            if !good {
                refusals.push(Refusal::new(
                    "remote_configuration_url",
                    url,
                    RefusalCode::InvalidUrl,
                    "must be an http or https URL; no remote document is pulled",
                ));
            }
            good
        });
        let encryption_key = self.encryption_key(&mut refusals);
        let in_clear = self.encryption_key.is_some() && encryption_key.is_none();
        let settings = Settings {
            trace,
            consent,
            intakes,
            network: network::validate(&self, &mut refusals),
            storage_dir: self
                .storage_dir
                .clone()
                .filter(|dir| !dir.is_empty() && !in_clear)
                .map(PathBuf::from),
            encryption_key,
            remote_url,
            remote_keys: PublicKeys::read(
                &self.remote_configuration_keys,
                "remote_configuration_keys",
                &mut refusals,
            ),
            install_id: self.known_install_id(&mut refusals),
            batch_max_age_ms: self.batch_max_age_ms,
            captured_headers: headers::names(&self.captured_headers, &mut refusals),
            redaction: Redaction::read(
                &self.redacted_query_parameters,
                &self.path_patterns,
                &mut refusals,
            ),
            mapped_events: self.known_mapped_events(&mut refusals),
            configuration: self,
        };
        Ok((settings, refusals))
    }

    /// Hosts, rates and injection alone: what a plan needs. Used for the remote document and by the command line too,
    /// where there is neither token nor application.
    pub fn trace_settings(&self, refusals: &mut Vec<Refusal>) -> TraceSettings {
        let injection = match self.trace_context_injection.as_str() {
            "all" => Injection::All,
            "sampled" => Injection::Sampled,
            other => {
                refusals.push(unknown(
                    "trace_context_injection",
                    other,
                    &["sampled", "all"],
                    "sampled",
                ));
                Injection::Sampled
            }
        };
        TraceSettings {
            hosts: HostTable::build(&self.first_party_hosts, "first_party_hosts", refusals),
            session_rate: rate("session_sample_rate", self.session_sample_rate, refusals),
            trace_rate: rate("trace_sample_rate", self.trace_sample_rate, refusals),
            injection,
            off: None,
            baggage: BaggageMembers::default(),
            app: AppIdentity::new(
                self.known_source(),
                self.version.as_deref(),
                self.arms_pid(refusals).as_deref(),
            ),
        }
    }

    /// Are the SDK's own stats to be sent?
    pub(crate) fn telemetry(&self) -> bool {
        self.telemetry || self.inspect
    }

    fn known_source(&self) -> &'static str {
        let known = SOURCES.into_iter().find(|source| *source == self.source);
        known.unwrap_or(DEFAULT_SOURCE)
    }

    fn arms_pid(&self, refusals: &mut Vec<Refusal>) -> Option<String> {
        let pid = self.arms_pid.as_deref().filter(|pid| !pid.is_empty())?;
        let safe = arms::safe_pid(pid);
        if safe != pid {
            refusals.push(Refusal::new(
                "arms_pid",
                pid,
                RefusalCode::InvalidCharacter,
                format!("holds letters, digits and @ . _ -, at most 200 of them; {safe} is used"),
            ));
        }
        Some(safe)
    }

    fn known_install_id(&self, refusals: &mut Vec<Refusal>) -> Option<String> {
        let id = self.install_id.as_deref().filter(|id| !id.is_empty())?;
        if id.chars().count() <= limits::INSTALL_ID_CHARS {
            return Some(id.to_owned());
        }
        refusals.push(Refusal::new(
            "install_id",
            id,
            RefusalCode::TooLarge,
            "must be 1…256 characters; one of our own is used",
        ));
        None
    }

    fn encryption_key(&self, refusals: &mut Vec<Refusal>) -> Option<Key> {
        let key = self.encryption_key.as_ref()?;
        let good = Key::new(&key.0);
        if good.is_none() {
            refusals.push(Refusal::new(
                "encryption_key",
                "(hidden)",
                RefusalCode::InvalidKey,
                format!(
                    "must be {KEY_BYTES} bytes, and has {}; nothing is stored in plain, batches are kept in memory",
                    key.0.len()
                ),
            ));
        }
        good
    }

    fn known_mapped_events(&self, refusals: &mut Vec<Refusal>) -> Vec<&'static str> {
        let mut known: Vec<&'static str> = Vec::new();
        for name in &self.mapped_events {
            match mapper::EVENT_TYPES.into_iter().find(|kind| kind == name) {
                Some(kind) if known.contains(&kind) => {}
                Some(kind) => known.push(kind),
                None => refusals.push(Refusal::new(
                    "mapped_events",
                    name,
                    RefusalCode::UnknownName,
                    format!(
                        "must be one of {}; it is left out",
                        mapper::EVENT_TYPES.join(", ")
                    ),
                )),
            }
        }
        known
    }

    fn require_identity(&self) -> Result<(), StartError> {
        let refuse = |field: &str, value: &str, code, message: &str| {
            Err(StartError::Configuration(Refusal::new(
                field, value, code, message,
            )))
        };
        if self.client_token.trim().is_empty() {
            return refuse(
                "client_token",
                "",
                RefusalCode::Empty,
                "client_token is empty: create a client token in Datadog (Organization Settings, Client Tokens) and pass it",
            );
        }
        if !self.client_token.chars().all(|c| c.is_ascii_graphic()) {
            return refuse(
                "client_token",
                "(hidden)",
                RefusalCode::InvalidCharacter,
                "client_token holds a character that no HTTP header may carry: copy it again, without spaces or line breaks",
            );
        }
        if !is_uuid(&self.application_id) {
            return refuse(
                "application_id",
                &self.application_id,
                RefusalCode::InvalidUuid,
                "application_id must be the RUM application's UUID, as 6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
            );
        }
        Ok(())
    }

    fn correct(&mut self, refusals: &mut Vec<Refusal>) {
        self.application_id.make_ascii_lowercase();
        let source = self.known_source();
        if self.source != source {
            refusals.push(unknown("source", &self.source, &SOURCES, source));
            self.source = source.to_owned();
        }
        if !BATCH_AGE_MS.contains(&self.batch_max_age_ms) {
            let nearest = self
                .batch_max_age_ms
                .clamp(*BATCH_AGE_MS.start(), *BATCH_AGE_MS.end());
            refusals.push(Refusal::new(
                "batch_max_age_ms",
                self.batch_max_age_ms.to_string(),
                RefusalCode::OutOfRange,
                format!("must be 100…3,600,000 milliseconds; {nearest} is used"),
            ));
            self.batch_max_age_ms = nearest;
        }
        for (field, interval) in [
            (
                "upload.metered_interval_ms",
                &mut self.upload.metered_interval_ms,
            ),
            (
                "upload.background_interval_ms",
                &mut self.upload.background_interval_ms,
            ),
        ] {
            if *interval > limits::INTERVAL_MAX_MS {
                refusals.push(Refusal::new(
                    field,
                    interval.to_string(),
                    RefusalCode::OutOfRange,
                    "must be 0…43,200,000 milliseconds; 43200000 is used",
                ));
                *interval = limits::INTERVAL_MAX_MS;
            }
        }
        let device_type = &mut self.device.device_type;
        if !device_type.is_empty() && !DEVICE_TYPES.contains(&device_type.as_str()) {
            refusals.push(unknown("device.type", device_type, &DEVICE_TYPES, "other"));
            *device_type = "other".to_owned();
        }
    }

    fn consent(&self, refusals: &mut Vec<Refusal>) -> Consent {
        match self.tracking_consent.as_str() {
            "granted" => Consent::Granted,
            "pending" => Consent::Pending,
            "refused" => Consent::Refused,
            other => {
                refusals.push(unknown(
                    "tracking_consent",
                    other,
                    &["granted", "pending", "refused"],
                    "pending",
                ));
                Consent::Pending
            }
        }
    }
}

fn rate(field: &str, percent: f64, refusals: &mut Vec<Refusal>) -> Rate {
    if percent.is_nan() || !(0.0..=100.0).contains(&percent) {
        // NaN says nothing about what was meant: record nothing rather than everything.
        let used = if percent.is_nan() {
            0.0
        } else {
            percent.clamp(0.0, 100.0)
        };
        refusals.push(Refusal::new(
            field,
            percent.to_string(),
            RefusalCode::OutOfRange,
            format!("must be 0…100 (percent); {used} is used"),
        ));
        return Rate::new(used);
    }
    Rate::new(percent)
}

pub(super) fn unknown(
    field: impl Into<String>,
    value: &str,
    known: &[&str],
    used: &str,
) -> Refusal {
    Refusal::new(
        field,
        value,
        RefusalCode::UnknownName,
        format!("must be one of {}; {used} is used", known.join(", ")),
    )
}

fn joined(refusals: &[Refusal]) -> String {
    refusals
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

pub(super) fn http_url(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Keeps the first [`limits::REFUSALS`] of them: what is refused after that is of the same kind.
pub(crate) fn bounded(mut refusals: Vec<Refusal>) -> Vec<Refusal> {
    refusals.truncate(limits::REFUSALS);
    refusals
}
