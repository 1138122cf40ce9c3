//! What a traced service says it continued.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::case::{Datadog, Names};

/// A service's answer to one request.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Answer {
    /// Version of the tracer.
    pub(super) version: String,
    /// The trace of the service's span.
    pub(super) trace_id: Option<String>,
    /// The client's span.
    pub(super) parent_id: Option<String>,
    /// Is the service's span kept? None where the tracer has no such flag.
    pub(super) sampled: Option<bool>,
    /// Decoded members.
    #[serde(default)]
    pub(super) baggage: BTreeMap<String, String>,
    /// Headers of a request that the service would send on.
    #[serde(default)]
    pub(super) onward: BTreeMap<String, String>,
    /// SkyWalking's references to the client's segment.
    #[serde(default)]
    pub(super) refs: Vec<Ref>,
}

/// A reference to a segment.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Ref {
    pub(super) trace_id: String,
    pub(super) segment_id: String,
    pub(super) span_index: u32,
    #[serde(flatten)]
    pub(super) names: Names,
}

impl Ref {
    /// The client's span: what OpenTelemetry's SkyWalking receiver makes of the segment.
    pub(super) fn span_id(&self) -> Option<String> {
        let (high, low) = self.segment_id.split_at_checked(16)?;
        let half = |text| u64::from_str_radix(text, 16).ok();
        Some(format!("{:016x}", half(high)? ^ half(low)?))
    }
}

impl Answer {
    /// What Datadog's headers say to the next service.
    pub(super) fn datadog(&self) -> Datadog {
        let header = |name: &str| self.onward.get(name).cloned();
        let tags = header("x-datadog-tags").unwrap_or_default();
        Datadog {
            priority: header("x-datadog-sampling-priority").unwrap_or_default(),
            origin: header("x-datadog-origin"),
            decision_maker: tags
                .split(',')
                .find_map(|tag| tag.strip_prefix("_dd.p.dm="))
                .map(str::to_owned),
        }
    }

    /// The members of `tracestate` for the next service.
    pub(super) fn tracestate(&self) -> Vec<(String, String)> {
        let header = self.onward.get("tracestate").map_or("", String::as_str);
        header
            .split(',')
            .filter_map(|member| member.trim().split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }
}
