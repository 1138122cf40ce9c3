//! What crosses the boundary: flat, immutable records. They say nothing that `trace`, `rum` and `config` do not say;
//! the conversions stand in `convert`.

use super::UploadPolicy;
use crate::config::Secret;

// Bytes on the other side.
uniffi::custom_type!(Secret, Vec<u8>, {
    lower: |secret| secret.0,
    try_lift: |bytes| Ok(Secret(bytes)),
});

/// A header, as name and value.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Header {
    /// Name, as it goes on the wire.
    pub name: String,
    /// Value.
    pub value: String,
}

/// One of the app's own hosts.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct FirstPartyHost {
    /// Host name (its subdomains are included), IPv4 or IPv6 literal.
    pub host: String,
    /// Trace formats: `datadog`, `tracecontext`, `b3`, `b3multi`, `sw8`, and beside one of them `baggage`.
    pub formats: Vec<String>,
    /// Trace sample rate of this host in percent, instead of the general one.
    pub sample_rate: Option<f64>,
}

/// One place where events go.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Intake {
    /// `datadog`, `proxy` or `otlp`.
    pub kind: String,
    /// For `datadog`: `us1`, `us3`, `us5`, `eu1`, `us1_fed`, `ap1` or `ap2`.
    pub site: Option<String>,
    /// For `datadog`: a base URL instead of the site's. For `proxy`: the URL that takes `?ddforward=`. For `otlp`: the
    /// receiver's URL without `/v1/…`.
    pub url: Option<String>,
    /// For `otlp`: `protobuf` (default) or `json`.
    #[uniffi(default = None)]
    pub encoding: Option<String>,
    /// For `otlp`: headers of every request.
    #[uniffi(default = [])]
    pub headers: Vec<Header>,
}

/// The pinned keys of a host.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CertificatePins {
    /// Host of an intake or of the remote document.
    pub host: String,
    /// `sha256/` and the Base64 SHA-256 of a public key, each.
    pub pins: Vec<String>,
}

/// A key that the remote document may be signed with.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PublicKey {
    /// Its id: 1 to 64 characters of `a-z 0-9 . _ -`.
    pub id: String,
    /// The Ed25519 public key, 32 bytes in Base64.
    pub key: String,
}

/// Facts about the device, as the platform tells them; what is empty is left out of events.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct Device {
    /// Operating system, as `Android` or `iOS`.
    pub os_name: String,
    /// Version of the operating system.
    pub os_version: String,
    /// Model.
    pub model: String,
    /// Brand.
    pub brand: String,
    /// `mobile`, `desktop`, `tablet`, `tv`, `gaming_console`, `bot` or `other`.
    pub kind: String,
    /// Architecture, as `arm64-v8a`.
    pub architecture: String,
    /// Language tag, as `es-FR`.
    pub locale: String,
}

/// The configuration, as `config::Configuration` describes it. Unchecked: what is not taken comes back in
/// [`CoreStatus::refusals`].
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct CoreConfiguration {
    /// Datadog client token.
    pub client_token: String,
    /// UUID of the RUM application.
    pub application_id: String,
    /// Name of the core in this process.
    pub instance: String,
    /// `service` of every event.
    pub service: Option<String>,
    /// `env` tag of every event.
    pub env: Option<String>,
    /// Version of the app.
    pub version: Option<String>,
    /// `android` or `ios`.
    pub source: String,
    /// Folder for batches; without one they are kept in memory.
    pub storage_dir: Option<String>,
    /// Key of 32 bytes that encrypts what lies in the folder; one of another length: batches are kept in memory.
    #[uniffi(default = None)]
    pub encryption_key: Option<Secret>,
    /// The app's own hosts.
    pub first_party_hosts: Vec<FirstPartyHost>,
    /// ARMS's id of the app; with one, `tracestate` gets ARMS's member `rum`.
    #[uniffi(default = None)]
    pub arms_pid: Option<String>,
    /// Percent, 0…100.
    pub session_sample_rate: f64,
    /// Percent, 0…100.
    pub trace_sample_rate: f64,
    /// `sampled` or `all`.
    pub trace_context_injection: String,
    /// `granted`, `pending` or `refused`.
    pub tracking_consent: String,
    /// Where events go.
    pub intakes: Vec<Intake>,
    /// Certificates of authorities in PEM, trusted beside Mozilla's.
    #[uniffi(default = [])]
    pub root_certificates: Vec<String>,
    /// Keys of which the certificate chain of a host must show one.
    #[uniffi(default = [])]
    pub certificate_pins: Vec<CertificatePins>,
    /// `http` or `https` URL of a proxy for the core's own requests.
    #[uniffi(default = None)]
    pub proxy: Option<String>,
    /// URL of the remote document.
    pub remote_configuration_url: Option<String>,
    /// Who may sign it: with keys, only a document that one of them has signed is believed.
    #[uniffi(default = [])]
    pub remote_configuration_keys: Vec<PublicKey>,
    /// What stands for this install in rollouts; it does not leave the phone. None: a UUID kept in the storage folder.
    #[uniffi(default = None)]
    pub install_id: Option<String>,
    /// False: nothing is recorded, injected, sent or pulled, whatever a remote document says.
    #[uniffi(default = true)]
    pub enabled: bool,
    /// Age at which an open batch is sealed and sent, milliseconds.
    pub batch_max_age_ms: u64,
    /// In which state of the phone events are sent; none: the defaults.
    #[uniffi(default = None)]
    pub upload: Option<UploadPolicy>,
    /// Sends what became of the events as events of type `telemetry`, at most one a minute; `inspect` does it too.
    #[uniffi(default = false)]
    pub telemetry: bool,
    /// Adds hops and their trace headers to each resource, for the inspector.
    pub inspect: bool,
    /// The device.
    pub device: Device,
    /// Record what happens in the background, in a view of its own?
    #[uniffi(default = true)]
    pub track_background_events: bool,
    /// Mark taps that an error follows as frustrations?
    #[uniffi(default = true)]
    pub track_frustrations: bool,
    /// Give this install an id on its events, for users who are not signed in?
    #[uniffi(default = true)]
    pub track_anonymous_user: bool,
    /// Id of the synthetic test that runs the app, and of this run of it.
    #[uniffi(default = None)]
    pub synthetics_test: Option<SyntheticsTest>,
    /// Id of the CI test that runs the app.
    #[uniffi(default = None)]
    pub ci_test_execution_id: Option<String>,
    /// Names of request and response headers that resources tell.
    #[uniffi(default = [])]
    pub captured_headers: Vec<String>,
    /// Names of query parameters whose values are replaced in URLs; `*` for all.
    #[uniffi(default = [])]
    pub redacted_query_parameters: Vec<String>,
    /// Patterns of paths whose named segments are replaced in URLs, as `/users/{user}/cards/{card}`.
    #[uniffi(default = [])]
    pub path_patterns: Vec<String>,
    /// Types of events that a mapper of the app wants to see: `view`, `action`, `resource`, `error`, `long_task`, `vital`, `log`.
    #[uniffi(default = [])]
    pub mapped_events: Vec<String>,
}

/// A run of a synthetic test.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyntheticsTest {
    /// Id of the test.
    pub test_id: String,
    /// Id of the run.
    pub result_id: String,
}

/// Ids that are fixed from outside: by an earlier hop of the same call, or by a test.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct RequestIds {
    /// 32 hex digits; the low half must not be 0.
    pub trace_id: Option<String>,
    /// 16 hex digits, not 0.
    pub span_id: Option<String>,
    /// UUID of the session.
    pub session_id: Option<String>,
    /// The decision that goes with `trace_id`.
    pub sampled: Option<bool>,
}

/// A request that is about to go on the wire, once a hop. Host, port and path as the platform's own HTTP stack
/// parsed them.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HopRequest {
    /// HTTP method.
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Host, without port.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Path, percent-encoded, without query.
    pub path: String,
    /// The trace headers that the request carries already (`trace_header_names` lists the names to look for).
    pub headers: Vec<Header>,
    /// Ids of the call's earlier hops.
    pub ids: Option<RequestIds>,
    /// Keep this trace, whatever the rates say.
    #[uniffi(default = false)]
    pub keep: bool,
}

/// What to do with a hop.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct HopPlan {
    /// Does the hop belong to a trace (ours, or the app's own)?
    pub traced: bool,
    /// Why: one of a closed list of snake_case codes (`trace::Reason`).
    pub reason: String,
    /// The configured host that matched.
    pub host_entry: Option<String>,
    /// Headers to set, by replacing.
    pub headers: Vec<Header>,
    /// 32 hex digits.
    pub trace_id: Option<String>,
    /// 16 hex digits.
    pub span_id: Option<String>,
    /// The decision; none where there is no trace or nobody knows.
    pub sampled: Option<bool>,
    /// UUID of the session that the hop belongs to.
    pub session_id: String,
    /// Trace sample rate that decided, 0…1.
    pub rule_psr: Option<f64>,
}

/// Why a request is or is not traced.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Explanation {
    /// The plan that the request would get now.
    pub plan: HopPlan,
    /// The formats of the host that matched.
    pub formats: Vec<String>,
    /// What settled it: one of a closed list of snake_case codes (`trace::explain::DecidedBy`).
    pub decided_by: String,
    /// Sample rate of the session, percent.
    pub session_rate: f64,
    /// Where the session stands, 0…100: it is kept by every rate above that.
    pub session_position: f64,
    /// Sample rate of the host's traces, percent; none where no host matched.
    pub trace_rate: Option<f64>,
    /// The configuration's field that holds that rate.
    pub trace_rate_from: Option<String>,
    /// The same in a few plain sentences.
    pub words: String,
}

/// A part of a call: nanoseconds from the start of the call, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Phase {
    /// Nanoseconds since the start of the call.
    pub start_ns: u64,
    /// Nanoseconds.
    pub duration_ns: u64,
}

/// The phases of the call's last hop, where the platform tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, uniffi::Record)]
pub struct Timings {
    /// Name resolution.
    pub dns: Option<Phase>,
    /// TCP connection, TLS included.
    pub connect: Option<Phase>,
    /// TLS handshake.
    pub ssl: Option<Phase>,
    /// Request sent until the first byte of the response.
    pub first_byte: Option<Phase>,
    /// First until last byte of the response.
    pub download: Option<Phase>,
    /// Start of the call until the last hop began.
    pub redirect: Option<Phase>,
}

/// A hop that was made.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct FinishedHop {
    /// URL of the hop.
    pub url: String,
    /// The plan that the hop followed; its headers may be left out where `CoreStatus::inspect` is false.
    pub plan: HopPlan,
    /// Status of the hop's response, if there was one.
    pub status_code: Option<u16>,
    /// The response's headers of the names that `response_header_names` lists, repeated ones in order.
    #[uniffi(default = [])]
    pub response_headers: Vec<Header>,
    /// Method of the hop, where it is not the call's.
    #[uniffi(default = None)]
    pub method: Option<String>,
    /// Nanoseconds from the start of the call until the hop began.
    #[uniffi(default = None)]
    pub start_ns: Option<u64>,
    /// Nanoseconds; without them the hop ends with the call.
    #[uniffi(default = None)]
    pub duration_ns: Option<u64>,
}

/// A call that has ended, well or badly, reported once.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct FinishedCall {
    /// HTTP method as the app asked.
    pub method: String,
    /// URL as the app asked.
    pub url: String,
    /// Start until end, nanoseconds on a clock that does not jump.
    pub duration_ns: u64,
    /// The hops that reached the wire, in order. None for a call that failed before.
    pub hops: Vec<FinishedHop>,
    /// Status of the last response.
    pub status_code: Option<u16>,
    /// Class of the failure, as `java.net.ConnectException` or `NSURLErrorDomain -1004`.
    pub error_kind: Option<String>,
    /// Its message.
    pub error_message: Option<String>,
    /// Protocol, as `http/1.1` or `h2`.
    pub protocol: Option<String>,
    /// Bytes of the request body on the wire.
    pub request_body_bytes: Option<u64>,
    /// Bytes of the response body.
    pub response_body_bytes: Option<u64>,
    /// `Content-Type` of the response.
    pub content_type: Option<String>,
    /// Phases.
    pub timings: Timings,
    /// The request's headers of the names that `HandspanCore::captured_header_names` lists.
    #[uniffi(default = [])]
    pub request_headers: Vec<Header>,
    /// The last response's.
    #[uniffi(default = [])]
    pub response_headers: Vec<Header>,
    /// 16 hex digits: the app's own span that the request was made in.
    #[uniffi(default = None)]
    pub parent_span_id: Option<String>,
    /// What it asks, where it is a GraphQL request.
    #[uniffi(default = None)]
    pub graphql: Option<GraphQlOperation>,
    /// The app's attributes.
    #[uniffi(default = [])]
    pub attributes: Vec<super::Attribute>,
}

/// What a GraphQL request asks.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct GraphQlOperation {
    /// `query`, `mutation` or `subscription`; another is left out.
    pub operation_type: String,
    /// Its name.
    pub operation_name: Option<String>,
    /// Its variables, as JSON.
    pub variables: Option<String>,
    /// Its text.
    pub payload: Option<String>,
}

/// A value that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RefusedValue {
    /// Path of the field.
    pub field: String,
    /// The value, cut.
    pub value: String,
    /// A snake_case code (`config::RefusalCode`).
    pub code: String,
    /// Why, and what to write instead.
    pub message: String,
}

/// Events that were not stored or not sent.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Dropped {
    /// A snake_case code.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// How the core is doing. All counts are since its start.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CoreStatus {
    /// `running` or `stopped`.
    pub state: String,
    /// UUID of the current session.
    pub session_id: String,
    /// Is this session recorded?
    pub session_sampled: bool,
    /// `folder` or `memory`; `opening` until the thread has looked.
    pub storage: String,
    /// Does the core want the headers of each hop back (`CoreConfiguration::inspect`)?
    pub inspect: bool,
    /// Values that were refused or corrected, of the configuration and of the remote document.
    pub refusals: Vec<RefusedValue>,
    /// Calls reported.
    pub recorded: u64,
    /// Events in a batch, on disk or in memory.
    pub stored: u64,
    /// Events that every intake has taken.
    pub sent: u64,
    /// Events given up, by reason.
    pub dropped: Vec<Dropped>,
    /// Batches waiting to be sent.
    pub pending_batches: u64,
    /// What the intake said last, as `202` or `connection refused`.
    pub last_answer: Option<String>,
    /// `none`, `pulling`, `applied`, `set_aside`, `refused` or `failed`.
    pub remote: String,
    /// Version of the applied remote document.
    pub remote_version: Option<String>,
    /// Panics caught at the boundary or on the thread: each is a bug of ours.
    pub internal_errors: u64,
}

/// May the user be recorded?
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum TrackingConsent {
    /// Recorded and sent.
    Granted,
    /// Recorded and kept, not sent.
    Pending,
    /// Nothing recorded, nothing injected; what was kept is deleted.
    Refused,
}

/// The core could not be made. The app goes on without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum StartFailure {
    /// A value without which there is nothing to do is missing or wrong.
    #[error("{message}")]
    Configuration {
        /// Which, why, and what to write instead.
        message: String,
    },
    /// The platform refused something, as a thread.
    #[error("{message}")]
    Platform {
        /// What and why.
        message: String,
    },
}
