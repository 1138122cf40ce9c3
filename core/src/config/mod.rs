//! What the app configures, as it arrives: nothing here has been checked yet.
//!
//! [`Configuration`] is the SDK's own JSON document and the record the bindings hand over; [`validate`](Configuration::validate)
//! turns it into [`Settings`], which hold only good values, and a list of [`Refusal`]s, which say what was left out and why.

mod document;
mod fields;
mod intakes;
mod network;
mod secret;
mod validate;

pub(crate) use document::DEFAULT_FORMATS;
pub use document::from_json;
pub use handspan_plan::hosts::HostRule;
pub use handspan_plan::refusal::{Refusal, RefusalCode};
pub use secret::Secret;
pub(crate) use validate::{BATCH_AGE_MS, SOURCES, bounded};
pub use validate::{Consent, Settings, StartError};

use std::collections::BTreeMap;
use std::fmt;

use crate::upload::UploadPolicy;

/// The configuration as the app wrote it. Every field but the first two has a default.
#[derive(Clone, PartialEq)]
pub struct Configuration {
    /// Datadog client token, sent as `DD-API-KEY`. Must not be empty where an intake other than `otlp` is configured.
    pub client_token: String,
    /// UUID of the RUM application. Must be a UUID where an intake other than `otlp` is configured.
    pub application_id: String,
    /// `false`: nothing is recorded, injected, sent or pulled, whatever a remote document says. Default `true`.
    pub enabled: bool,
    /// Name under which the core is registered in this process. Default `default`.
    pub instance: String,
    /// `service` of every event.
    pub service: Option<String>,
    /// `env` tag of every event.
    pub env: Option<String>,
    /// Version of the app.
    pub version: Option<String>,
    /// RUM source: `android` or `ios` (a closed list at the intake). Default `android`.
    pub source: String,
    /// Folder for batches, made when missing. Without one, batches are kept in memory.
    pub storage_dir: Option<String>,
    /// Key of 32 bytes that encrypts what lies in `storage_dir`: 32 random bytes that the app keeps in the platform's key
    /// store. What was stored with another key, or with one where there is none now, can't be read any more. With a key of
    /// another length batches are kept in memory. Not part of the JSON document: a key does not belong into a file.
    pub encryption_key: Option<Secret>,
    /// The app's own hosts. A key is a host name (its subdomains are included), an IPv4 or an IPv6 literal.
    pub first_party_hosts: BTreeMap<String, HostRule>,
    /// ARMS's id of the app (its `pid`). With one, the `tracestate` of a kept trace gets ARMS's member `rum`.
    pub arms_pid: Option<String>,
    /// Percent of sessions that are recorded, 0…100. Default 100.
    pub session_sample_rate: f64,
    /// Percent of a recorded session's requests that are traced, 0…100. Default 100.
    pub trace_sample_rate: f64,
    /// `sampled` (default): a request that is not kept gets no header. `all`: it gets headers that say "not kept".
    pub trace_context_injection: String,
    /// `granted` (default), `pending` (stored, not sent) or `refused` (nothing recorded, nothing injected).
    pub tracking_consent: String,
    /// Where events go.
    pub intakes: Vec<IntakeRule>,
    /// Certificates of authorities in PEM, trusted beside Mozilla's. For the intakes and the remote document alone.
    pub root_certificates: Vec<String>,
    /// Host, and pins as `sha256/` with the Base64 SHA-256 of a public key (OkHttp's form). The chain of such a host must
    /// show one of the keys; other hosts are checked as usual.
    pub certificate_pins: BTreeMap<String, Vec<String>>,
    /// `http` or `https` URL of a proxy for the SDK's own requests, perhaps with user and password. Default none: the
    /// platform's proxy settings are not read.
    pub proxy: Option<String>,
    /// URL of the remote document, pulled at a cold start and when the app comes back after more than 30 s.
    pub remote_configuration_url: Option<String>,
    /// Key id, 1 to 64 characters of `a-z 0-9 . _ -`, and Ed25519 public key, 32 bytes in Base64. With keys, only a document that
    /// one of them has signed is believed; where all that are given are refused, none is.
    pub remote_configuration_keys: BTreeMap<String, String>,
    /// What stands for this install where a document is for a part of them. It does not leave the phone. Default: a UUID, made
    /// at the first start and kept in `storage_dir`.
    pub install_id: Option<String>,
    /// Age at which an open batch is sealed and sent, milliseconds, 100…3,600,000. Default 5,000.
    pub batch_max_age_ms: u64,
    /// In which state of the phone events are sent, and how often its radio is woken.
    pub upload: UploadPolicy,
    /// Sends what became of the events (`stats()`) as events of type `telemetry`, with what is sent anyway, at most one a minute.
    /// Default false; `inspect` does it too.
    pub telemetry: bool,
    /// Adds to each resource the hops of its call with the trace headers each left with, for the inspector. Default off:
    /// it costs about 300 bytes an event.
    pub inspect: bool,
    /// Facts about the device, as the platform tells them.
    pub device: DeviceFacts,
    /// Records what happens in the background without a view, in a view of its own. Default true; false: it is dropped, and counted
    /// (Datadog's default).
    pub track_background_events: bool,
    /// Marks taps that an error follows as frustrations. Default true.
    pub track_frustrations: bool,
    /// Gives this install an id on its events (`usr.anonymous_id`), a UUID kept in `storage_dir`. Default true.
    pub track_anonymous_user: bool,
    /// The synthetic test that runs the app: its sessions are `synthetics` ones.
    pub synthetics_test: Option<SyntheticsTest>,
    /// Id of the CI test that runs the app: its sessions are `ci_test` ones.
    pub ci_test_execution_id: Option<String>,
    /// Names of request and response headers that resources tell, at most 100. Some are never told: those that carry secrets.
    pub captured_headers: Vec<String>,
    /// Names of query parameters whose values are replaced in recorded URLs; `*` for all. Default none.
    pub redacted_query_parameters: Vec<String>,
    /// Patterns of paths whose named segments are replaced in recorded URLs: by `/users/{user}/cards` the path `/users/4711/cards`
    /// is told as `/users/{user}/cards`. The first that fits counts.
    pub path_patterns: Vec<String>,
    /// Types of events that a mapper of the app wants to see: `view`, `action`, `resource`, `error`, `long_task`, `vital`, `log`.
    /// Not part of the JSON document: a mapper is code.
    pub mapped_events: Vec<String>,
}

/// A run of a synthetic test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntheticsTest {
    /// Id of the test.
    pub test_id: String,
    /// Id of the run.
    pub result_id: String,
}

/// One place where events go.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct IntakeRule {
    /// `datadog`, `proxy` or `otlp`.
    pub kind: String,
    /// For `datadog`: `us1` (default), `us3`, `us5`, `eu1`, `us1_fed`, `ap1`, `ap2`.
    pub site: Option<String>,
    /// For `datadog`: a base URL instead of the site's. For `proxy`: the URL that takes `?ddforward=`. For `otlp`: the
    /// receiver's URL without `/v1/…`.
    pub url: Option<String>,
    /// For `otlp`: `protobuf` (default) or `json`.
    pub encoding: Option<String>,
    /// For `otlp`: headers of every request, as a vendor's token.
    pub headers: BTreeMap<String, String>,
}

/// What the platform knows of the device. Empty strings are left out of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceFacts {
    /// Name of the operating system, as `Android` or `iOS`.
    pub os_name: String,
    /// Its version, as `14.1`.
    pub os_version: String,
    /// Model of the device.
    pub device_model: String,
    /// Brand of the device.
    pub device_brand: String,
    /// `mobile`, `desktop`, `tablet`, `tv`, `gaming_console`, `bot` or `other`.
    pub device_type: String,
    /// Architecture, as `arm64-v8a`.
    pub architecture: String,
    /// Language tag, as `es-FR`.
    pub locale: String,
}

// Token, proxy, key and the intakes' URLs and headers hold secrets, and what is debugged ends up in logs.
impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("instance", &self.instance)
            .field("application_id", &self.application_id)
            .field("intakes", &self.intakes)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for IntakeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntakeRule")
            .field("kind", &self.kind)
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            client_token: String::new(),
            application_id: String::new(),
            enabled: true,
            instance: "default".to_owned(),
            service: None,
            env: None,
            version: None,
            source: "android".to_owned(),
            storage_dir: None,
            encryption_key: None,
            first_party_hosts: BTreeMap::new(),
            arms_pid: None,
            session_sample_rate: 100.0,
            trace_sample_rate: 100.0,
            trace_context_injection: "sampled".to_owned(),
            tracking_consent: "granted".to_owned(),
            intakes: Vec::new(),
            root_certificates: Vec::new(),
            certificate_pins: BTreeMap::new(),
            proxy: None,
            remote_configuration_url: None,
            remote_configuration_keys: BTreeMap::new(),
            install_id: None,
            batch_max_age_ms: crate::limits::BATCH_MAX_AGE_MS,
            upload: UploadPolicy::default(),
            telemetry: false,
            inspect: false,
            device: DeviceFacts::default(),
            track_background_events: true,
            track_frustrations: true,
            track_anonymous_user: true,
            synthetics_test: None,
            ci_test_execution_id: None,
            captured_headers: Vec::new(),
            redacted_query_parameters: Vec::new(),
            path_patterns: Vec::new(),
            mapped_events: Vec::new(),
        }
    }
}
