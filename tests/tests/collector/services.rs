//! Services under real tracers, and requests to them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// `bin` of the environment with ddtrace and Flask.
const PYTHON: &str = "HANDSPAN_PYTHON_DDTRACE";
/// Folder with OpenTelemetry's packages for Node.
const NODE: &str = "HANDSPAN_NODE_OTEL";

/// A service; it ends with the pipe to its standard input.
pub(crate) struct Service {
    child: Child,
    /// Host and port.
    pub(crate) authority: String,
}

impl Service {
    /// Flask under `ddtrace-run`, with what it takes for its agent at `agent`.
    pub(crate) fn under_ddtrace(agent: &str) -> Self {
        let bin = folder(PYTHON);
        let mut command = Command::new(bin.join("ddtrace-run"));
        command
            .arg(bin.join("python"))
            .arg(source("python-ddtrace/app.py"))
            .env("DD_TRACE_AGENT_URL", agent)
            .env("DD_SERVICE", "under-ddtrace")
            .env("DD_INSTRUMENTATION_TELEMETRY_ENABLED", "false")
            .env("DD_REMOTE_CONFIGURATION_ENABLED", "false");
        Self::start(command)
    }

    /// Node under OpenTelemetry's auto-instrumentation, exporting to the receiver at `otlp`.
    pub(crate) fn under_opentelemetry(otlp: &str) -> Self {
        let register =
            "node_modules/@opentelemetry/auto-instrumentations-node/build/src/register.js";
        let mut command = Command::new("node");
        command
            .arg("--require")
            .arg(folder(NODE).join(register))
            .arg(source("node-otel/server.js"))
            .env("OTEL_SERVICE_NAME", "under-opentelemetry")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", otlp)
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
            .env("OTEL_METRICS_EXPORTER", "none")
            .env("OTEL_LOGS_EXPORTER", "none")
            // Others ask a cloud's metadata address.
            .env("OTEL_NODE_RESOURCE_DETECTORS", "env,host,os,process")
            .env("OTEL_BSP_SCHEDULE_DELAY", "100");
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let said: Value = serde_json::from_str(&line).unwrap();
        let address = said["listening"].as_str().unwrap();
        Self {
            child,
            authority: address.trim_start_matches("http://").to_owned(),
        }
    }

    /// GETs a path with these headers; gives the status.
    pub(crate) fn get<'a>(
        &self,
        path: &str,
        headers: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> u16 {
        let mut stream = TcpStream::connect(&self.authority).unwrap();
        let mut head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
            self.authority
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        write!(stream, "{head}\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder(variable: &str) -> PathBuf {
    std::env::var_os(variable).expect(variable).into()
}

fn source(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/backends")).join(path)
}
