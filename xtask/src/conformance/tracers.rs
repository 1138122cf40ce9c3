//! A tracer, what it reads, and how its service is started.

use std::path::Path;
use std::process::Command;

use super::kits::Kit;

/// What B3 is called where a setting switches it on.
const B3: [&str; 2] = ["b3", "b3multi"];

/// Where no collector listens: the port of the discard service, which nobody runs.
const NOBODY: &str = "127.0.0.1:9";

/// Whose conventions a tracer follows, and so what it can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vendor {
    /// Sampling priority, origin, decision maker; `tracestate` with a `dd` member of its own.
    Datadog,
    /// A sample flag; `tracestate` as it came.
    OpenTelemetry,
    /// A segment instead of a parent, and names; no sample flag.
    SkyWalking,
    /// A sample flag.
    Zipkin,
}

/// A tracer.
pub(super) struct Tracer {
    /// In explanations and on the command line.
    pub(super) id: &'static str,
    pub(super) language: &'static str,
    /// The package that a person installs.
    pub(super) name: &'static str,
    /// What it traces, or how it is asked.
    pub(super) how: &'static str,
    pub(super) vendor: Vendor,
    /// Formats that carry a trace and that it reads by default.
    pub(super) reads: &'static [&'static str],
    /// Does it read `baggage`?
    pub(super) baggage: bool,
    /// A second run with B3 switched on: variable and value.
    pub(super) with_b3: Option<(&'static str, &'static str)>,
    /// Run by the test command too: one a vendor, those whose tools the other tests need anyway.
    pub(super) tested: bool,
    /// What has to be installed for its service.
    pub(super) kit: Kit,
    /// Starts the service from there.
    pub(super) command: fn(&Path) -> Command,
}

/// A tracer with its default settings, or with B3 switched on.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) tracer: &'a Tracer,
    pub(super) setting: Option<(&'static str, &'static str)>,
}

impl Tracer {
    /// Its runs.
    pub(super) fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        let usual = Run {
            tracer: self,
            setting: None,
        };
        let with_b3 = self.with_b3.map(|setting| Run {
            tracer: self,
            setting: Some(setting),
        });
        [Some(usual), with_b3].into_iter().flatten()
    }
}

impl Run<'_> {
    /// In explanations.
    pub(super) fn id(&self) -> String {
        let with = if self.setting.is_some() { "+b3" } else { "" };
        format!("{}{with}", self.tracer.id)
    }

    /// Does it read a trace in this format?
    pub(super) fn reads(&self, format: &str) -> bool {
        self.tracer.reads.contains(&format) || (self.setting.is_some() && B3.contains(&format))
    }

    /// Starts its service from what was installed.
    pub(super) fn command(&self, installed: &Path) -> Command {
        let mut command = (self.tracer.command)(installed);
        // Settings of whoever runs this are none of the tracer's.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ["DD_", "OTEL_", "SW_"]
                .iter()
                .any(|start| text.starts_with(start))
            {
                command.env_remove(&name);
            }
        }
        match self.tracer.vendor {
            Vendor::Datadog => command
                .env("DD_TRACE_AGENT_URL", format!("http://{NOBODY}"))
                .env("DD_INSTRUMENTATION_TELEMETRY_ENABLED", "false")
                .env("DD_REMOTE_CONFIGURATION_ENABLED", "false"),
            Vendor::OpenTelemetry => command
                .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{NOBODY}"))
                .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
                .env("OTEL_METRICS_EXPORTER", "none")
                .env("OTEL_LOGS_EXPORTER", "none")
                // Others ask a cloud's metadata address.
                .env("OTEL_NODE_RESOURCE_DETECTORS", "env,host,os,process"),
            Vendor::SkyWalking => command
                .env("SW_AGENT_COLLECTOR_BACKEND_SERVICES", NOBODY)
                .env("SW_AGENT_NAME", "conformance"),
            Vendor::Zipkin => &mut command,
        };
        if let Some((name, value)) = self.setting {
            command.env(name, value);
        }
        command
    }
}
