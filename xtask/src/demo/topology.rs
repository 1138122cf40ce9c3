//! The servers of the demo: the inspector, two backends under real tracers, one with a tracer inside, a third party.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use rustix::net::{AddressFamily, SocketType};
use serde_json::json;

use crate::process::{self, Service};
use crate::tools::{Policy, node, python};
use crate::{paths, progress};

/// How long a server may take to start; a cold Python under a tracer needs seconds.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often OpenTelemetry's batch processors export, in milliseconds; a person is waiting.
const EXPORT_DELAY: &str = "200";

/// The backends that need more than Rust, as far as they are there.
pub(crate) struct Backends {
    /// `bin` of the environment with ddtrace and Flask.
    python: Option<PathBuf>,
    /// The `node` program, and the folder with OpenTelemetry's packages.
    node: Option<(PathBuf, PathBuf)>,
    /// What is not there, and why.
    pub(crate) left_out: Vec<String>,
}

impl Backends {
    /// Installs what the lock files name into `target/tools`.
    pub(crate) fn fetch(policy: Policy) -> Self {
        let folder = source();
        let mut left_out = Vec::new();
        let python = python::environment(
            "python-ddtrace",
            &folder.join("python-ddtrace/requirements.lock"),
            policy,
        );
        let node = node::node(policy).and_then(|program| {
            Ok((
                program,
                node::packages("node-otel", &folder.join("node-otel"), policy)?,
            ))
        });
        Self {
            python: part("the Python backend under ddtrace", python, &mut left_out),
            node: part("the Node backend under OpenTelemetry", node, &mut left_out),
            left_out,
        }
    }
}

fn part<T>(what: &str, found: anyhow::Result<T>, left_out: &mut Vec<String>) -> Option<T> {
    found
        .map_err(|error| {
            left_out.push(format!(
                "{what}: {error:#}; the Rust backend stands in for it"
            ))
        })
        .ok()
}

fn source() -> PathBuf {
    paths::root().join("tests/backends")
}

/// Everything that runs while the apps do. All of it ends when this is dropped.
pub(crate) struct Topology {
    pub(crate) inspector: Service,
    shop: Service,
    pay: Service,
    embedded: Service,
    pub(crate) third_party: Service,
    closed: Closed,
    /// Where apps keep their batches.
    storage: PathBuf,
    /// Where each program's output goes.
    pub(crate) logs: PathBuf,
}

impl Topology {
    /// Starts all servers on free ports of 127.0.0.1. `events` is where the inspector writes what it receives.
    pub(crate) fn start(
        backends: &Backends,
        events: Option<&Path>,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let logs = folder.join("logs");
        let start = |name: &str, command: &mut Command| {
            let service = Service::start(command, &logs.join(format!("{name}.log")), PATIENCE)?;
            progress::note(&format!("{name}: {}", service.address));
            anyhow::Ok(service)
        };
        let mut command = process::ending_with_us(&paths::built("handspan-inspector"));
        command.args(["--listen", "127.0.0.1:0"]);
        if let Some(events) = events {
            command.arg("--events-dir").arg(events);
        }
        let inspector = start("inspector", &mut command)?;
        let traces = inspector.address.as_str();
        Ok(Self {
            shop: start("shop", &mut shop(backends, traces))?,
            pay: start("pay", &mut pay(backends, traces))?,
            embedded: start("embedded", &mut embedded("embedded-backend", traces))?,
            third_party: start(
                "third-party",
                Command::new(paths::built(EMBEDDED)).arg("--third-party"),
            )?,
            closed: Closed::new()?,
            storage: folder.join("storage"),
            logs,
            inspector,
        })
    }

    /// What an app reads in the variable `HANDSPAN_DEMO`. The names all mean 127.0.0.1: to the apps they are hosts of
    /// their own and of others, as on the net.
    pub(crate) fn for_app(&self, app: &str) -> String {
        let url = |host: &str, port: &str| format!("http://{host}.localhost:{port}");
        json!({
            "inspector": self.inspector.address,
            "storage_dir": self.storage.join(app),
            "urls": {
                "shop": url("shop", self.shop.port()),
                "pay": url("pay", self.pay.port()),
                "embedded": url("embedded", self.embedded.port()),
                "third": url("ads", self.third_party.port()),
                "closed": url("shop", &self.closed.port.to_string()),
            },
        })
        .to_string()
    }
}

const EMBEDDED: &str = "handspan-embedded-backend";

/// Python under Datadog's tracer, default settings; telemetry and remote configuration would leave the machine.
fn shop(backends: &Backends, traces: &str) -> Command {
    let Some(bin) = &backends.python else {
        return embedded("shop-backend", traces);
    };
    let mut command = Command::new(bin.join("ddtrace-run"));
    command
        .arg(bin.join("python"))
        .arg(source().join("python-ddtrace/app.py"))
        .env("DD_TRACE_AGENT_URL", traces)
        .env("DD_SERVICE", "shop-backend")
        .env("DD_INSTRUMENTATION_TELEMETRY_ENABLED", "false")
        .env("DD_REMOTE_CONFIGURATION_ENABLED", "false");
    command
}

/// Node under OpenTelemetry's auto-instrumentation, default settings. Of its resource detectors only those that do not
/// ask a cloud's metadata address.
fn pay(backends: &Backends, traces: &str) -> Command {
    let Some((node, packages)) = &backends.node else {
        return embedded("pay-backend", traces);
    };
    let mut command = Command::new(node);
    command
        .arg("--require")
        .arg(
            packages.join(
                "node_modules/@opentelemetry/auto-instrumentations-node/build/src/register.js",
            ),
        )
        .arg(source().join("node-otel/server.js"))
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .env("OTEL_METRICS_EXPORTER", "none")
        .env("OTEL_LOGS_EXPORTER", "none")
        .env(
            "OTEL_NODE_RESOURCE_DETECTORS",
            "env,host,os,process,serviceinstance",
        );
    opentelemetry(&mut command, "pay-backend", traces);
    command
}

/// Rust with the OpenTelemetry SDK inside.
fn embedded(service: &str, traces: &str) -> Command {
    let mut command = Command::new(paths::built(EMBEDDED));
    opentelemetry(&mut command, service, traces);
    command
}

fn opentelemetry(command: &mut Command, service: &str, traces: &str) {
    command
        .env("OTEL_SERVICE_NAME", service)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", traces)
        .env("OTEL_BSP_SCHEDULE_DELAY", EXPORT_DELAY);
}

/// A port that is taken and does not listen: connections to it are refused for as long as this lives.
struct Closed {
    port: u16,
    _socket: OwnedFd,
}

impl Closed {
    fn new() -> anyhow::Result<Self> {
        let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None)
            .context("a socket")?;
        rustix::net::bind(&socket, &SocketAddr::from(([127, 0, 0, 1], 0)))
            .context("take a port")?;
        let address = rustix::net::getsockname(&socket)
            .and_then(SocketAddr::try_from)
            .context("the port taken")?;
        Ok(Self {
            port: address.port(),
            _socket: socket,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_port_refuses() {
        let closed = Closed::new().unwrap();
        let error = std::net::TcpStream::connect(("127.0.0.1", closed.port)).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    }
}
