//! Records to the core's own types and back.

use std::collections::BTreeMap;

use super::records::{
    CertificatePins, CoreConfiguration, CoreStatus, Dropped, Explanation, FinishedCall,
    FinishedHop, Header, HopPlan, HopRequest, Phase, RefusedValue, StartFailure, Timings,
    TrackingConsent,
};
use super::rum::into_core;
use crate::config::{
    Configuration, Consent, DeviceFacts, HostRule, IntakeRule, Refusal, StartError, SyntheticsTest,
};
use crate::instance::{Handspan, Planned, Status};
use crate::rum::call;
use crate::trace::explain::DecidedBy;
use crate::trace::{self, FixedIds, Reason, SpanId, TraceId};

/// Plans a hop.
pub(super) fn plan(core: &Handspan, request: &HopRequest) -> HopPlan {
    with_request(request, |hop, session_id| core.plan(hop, session_id).into())
}

/// Explains what a hop's plan would be.
pub(super) fn explain(core: &Handspan, request: &HopRequest) -> Explanation {
    with_request(request, |hop, session_id| {
        let explained = core.explain(hop, session_id);
        let why = explained.explanation;
        Explanation {
            plan: explained.planned.into(),
            formats: why.formats.into_iter().map(str::to_owned).collect(),
            decided_by: why.decided_by.as_str().to_owned(),
            session_rate: why.session_rate,
            session_position: why.session_position,
            trace_rate: why.trace_rate,
            trace_rate_from: why.trace_rate_from,
            words: why.words,
        }
    })
}

/// Ids that are malformed are as good as absent: they come from our own platform code.
fn with_request<R>(
    request: &HopRequest,
    ask: impl FnOnce(&trace::HopRequest<'_>, Option<&str>) -> R,
) -> R {
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|header| (header.name.as_str(), header.value.as_str()))
        .collect();
    let given = request.ids.as_ref();
    let ids = FixedIds {
        trace_id: given.and_then(|ids| TraceId::parse(ids.trace_id.as_deref()?)),
        span_id: given.and_then(|ids| SpanId::parse(ids.span_id.as_deref()?)),
        sampled: given.and_then(|ids| ids.sampled),
    };
    let hop = trace::HopRequest {
        method: &request.method,
        scheme: &request.scheme,
        host: &request.host,
        port: request.port,
        path: &request.path,
        headers: &headers,
        ids,
        keep: request.keep,
    };
    ask(&hop, given.and_then(|ids| ids.session_id.as_deref()))
}

impl From<Planned> for HopPlan {
    fn from(planned: Planned) -> Self {
        let plan = &planned.plan;
        Self {
            traced: plan.traced,
            reason: plan.reason.as_str().to_owned(),
            host_entry: plan.host_entry.as_deref().map(str::to_owned),
            headers: plan
                .headers()
                .map(|(name, value)| Header {
                    name: name.to_owned(),
                    value: value.to_owned(),
                })
                .collect(),
            trace_id: plan.trace_id.map(|id| id.to_string()),
            span_id: plan.span_id.map(|id| id.to_string()),
            sampled: plan.sampled,
            session_id: planned.session_id,
            rule_psr: plan.rule_psr,
        }
    }
}

/// The explanation after a panic.
pub(super) fn unexplained() -> Explanation {
    Explanation {
        plan: untouched(),
        formats: Vec::new(),
        decided_by: DecidedBy::Core.as_str().to_owned(),
        session_rate: 0.0,
        session_position: 0.0,
        trace_rate: None,
        trace_rate_from: None,
        words: "The core failed to explain this request; please report it.".to_owned(),
    }
}

/// The plan after a panic: leave the request as it is.
pub(super) fn untouched() -> HopPlan {
    HopPlan {
        traced: false,
        reason: Reason::InternalError.as_str().to_owned(),
        host_entry: None,
        headers: Vec::new(),
        trace_id: None,
        span_id: None,
        sampled: None,
        session_id: String::new(),
        rule_psr: None,
    }
}

/// The status after a panic.
pub(super) fn unknown_status() -> CoreStatus {
    CoreStatus {
        state: "unknown".to_owned(),
        session_id: String::new(),
        session_sampled: false,
        storage: String::new(),
        inspect: false,
        refusals: Vec::new(),
        recorded: 0,
        stored: 0,
        sent: 0,
        dropped: Vec::new(),
        pending_batches: 0,
        last_answer: None,
        remote: String::new(),
        remote_version: None,
        internal_errors: 1,
    }
}

impl From<CoreConfiguration> for Configuration {
    fn from(record: CoreConfiguration) -> Self {
        let device = record.device;
        Self {
            client_token: record.client_token,
            application_id: record.application_id,
            instance: record.instance,
            service: record.service,
            env: record.env,
            version: record.version,
            source: record.source,
            storage_dir: record.storage_dir,
            encryption_key: record.encryption_key,
            first_party_hosts: record
                .first_party_hosts
                .into_iter()
                .map(|entry| {
                    (
                        entry.host,
                        HostRule {
                            formats: entry.formats,
                            sample_rate: entry.sample_rate,
                        },
                    )
                })
                .collect(),
            arms_pid: record.arms_pid,
            session_sample_rate: record.session_sample_rate,
            trace_sample_rate: record.trace_sample_rate,
            trace_context_injection: record.trace_context_injection,
            tracking_consent: record.tracking_consent,
            intakes: record
                .intakes
                .into_iter()
                .map(|intake| IntakeRule {
                    kind: intake.kind,
                    site: intake.site,
                    url: intake.url,
                    encoding: intake.encoding,
                    headers: intake
                        .headers
                        .into_iter()
                        .map(|header| (header.name, header.value))
                        .collect(),
                })
                .collect(),
            root_certificates: record.root_certificates,
            certificate_pins: pins(record.certificate_pins),
            proxy: record.proxy,
            remote_configuration_url: record.remote_configuration_url,
            remote_configuration_keys: record
                .remote_configuration_keys
                .into_iter()
                .map(|key| (key.id, key.key))
                .collect(),
            install_id: record.install_id,
            enabled: record.enabled,
            batch_max_age_ms: record.batch_max_age_ms,
            upload: record.upload.map(Into::into).unwrap_or_default(),
            telemetry: record.telemetry,
            inspect: record.inspect,
            device: DeviceFacts {
                os_name: device.os_name,
                os_version: device.os_version,
                device_model: device.model,
                device_brand: device.brand,
                device_type: device.kind,
                architecture: device.architecture,
                locale: device.locale,
            },
            track_background_events: record.track_background_events,
            track_frustrations: record.track_frustrations,
            track_anonymous_user: record.track_anonymous_user,
            synthetics_test: record.synthetics_test.map(|test| SyntheticsTest {
                test_id: test.test_id,
                result_id: test.result_id,
            }),
            ci_test_execution_id: record.ci_test_execution_id,
            captured_headers: record.captured_headers,
            redacted_query_parameters: record.redacted_query_parameters,
            path_patterns: record.path_patterns,
            mapped_events: record.mapped_events,
        }
    }
}

impl From<FinishedCall> for call::FinishedCall {
    fn from(record: FinishedCall) -> Self {
        let error = match (record.error_kind, record.error_message) {
            (None, None) => None,
            (kind, message) => Some(call::CallError {
                kind: kind.unwrap_or_default(),
                message: message.unwrap_or_default(),
            }),
        };
        Self {
            method: record.method,
            url: record.url,
            duration_ns: record.duration_ns,
            hops: record.hops.into_iter().map(call::Hop::from).collect(),
            status_code: record.status_code,
            error,
            protocol: record.protocol,
            request_body_bytes: record.request_body_bytes,
            response_body_bytes: record.response_body_bytes,
            content_type: record.content_type,
            timings: record.timings.into(),
            request_headers: pairs(record.request_headers),
            response_headers: pairs(record.response_headers),
            parent_span_id: record.parent_span_id.as_deref().and_then(SpanId::parse),
            graphql: record.graphql.map(|operation| call::GraphQlOperation {
                operation_type: operation.operation_type,
                operation_name: operation.operation_name,
                variables: operation.variables,
                payload: operation.payload,
            }),
            attributes: into_core(record.attributes),
        }
    }
}

/// One host may come twice: all of its pins count.
fn pins(records: Vec<CertificatePins>) -> BTreeMap<String, Vec<String>> {
    let mut hosts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in records {
        hosts.entry(record.host).or_default().extend(record.pins);
    }
    hosts
}

fn pairs(headers: Vec<Header>) -> Vec<(String, String)> {
    headers
        .into_iter()
        .map(|header| (header.name, header.value))
        .collect()
}

impl From<FinishedHop> for call::Hop {
    fn from(record: FinishedHop) -> Self {
        let plan = record.plan;
        Self {
            url: record.url,
            reason: plan.reason,
            traced: plan.traced,
            host_entry: plan.host_entry,
            trace_id: plan.trace_id.as_deref().and_then(TraceId::parse),
            span_id: plan.span_id.as_deref().and_then(SpanId::parse),
            sampled: plan.sampled,
            session_id: plan.session_id,
            rule_psr: plan.rule_psr,
            headers: pairs(plan.headers),
            method: record.method,
            start_ns: record.start_ns,
            duration_ns: record.duration_ns,
            status_code: record.status_code,
            response_headers: pairs(record.response_headers),
        }
    }
}

impl From<Timings> for call::Timings {
    fn from(record: Timings) -> Self {
        let phase = |phase: Option<Phase>| {
            phase.map(
                |Phase {
                     start_ns,
                     duration_ns,
                 }| call::Phase {
                    start_ns,
                    duration_ns,
                },
            )
        };
        Self {
            dns: phase(record.dns),
            connect: phase(record.connect),
            ssl: phase(record.ssl),
            first_byte: phase(record.first_byte),
            download: phase(record.download),
            redirect: phase(record.redirect),
        }
    }
}

impl From<TrackingConsent> for Consent {
    fn from(record: TrackingConsent) -> Self {
        match record {
            TrackingConsent::Granted => Self::Granted,
            TrackingConsent::Pending => Self::Pending,
            TrackingConsent::Refused => Self::Refused,
        }
    }
}

impl From<Status> for CoreStatus {
    fn from(status: Status) -> Self {
        Self {
            state: if status.running { "running" } else { "stopped" }.to_owned(),
            session_id: status.session_id,
            session_sampled: status.session_sampled,
            storage: status.storage.to_owned(),
            inspect: status.inspect,
            refusals: status
                .refusals
                .into_iter()
                .map(RefusedValue::from)
                .collect(),
            recorded: status.recorded,
            stored: status.stored,
            sent: status.sent,
            dropped: status
                .dropped
                .into_iter()
                .map(|(reason, count)| Dropped { reason, count })
                .collect(),
            pending_batches: status.pending_batches,
            last_answer: status.last_answer,
            remote: status.remote.to_owned(),
            remote_version: status.remote_version,
            internal_errors: status.internal_errors,
        }
    }
}

impl From<Refusal> for RefusedValue {
    fn from(refusal: Refusal) -> Self {
        Self {
            field: refusal.field,
            value: refusal.value,
            code: refusal.code.as_str().to_owned(),
            message: refusal.message,
        }
    }
}

impl From<StartError> for StartFailure {
    fn from(error: StartError) -> Self {
        let message = error.to_string();
        match error {
            StartError::Configuration(_) => Self::Configuration { message },
            StartError::Thread(_) => Self::Platform { message },
        }
    }
}
