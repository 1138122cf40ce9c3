//! The tracers.

use std::path::Path;
use std::process::Command;

use super::kits::{Kit, folder};
use super::tracers::{Tracer, Vendor};
use crate::tools::java;

/// Datadog and W3C Trace Context.
const DATADOG: &[&str] = &["datadog", "tracecontext"];
const W3C: &[&str] = &["tracecontext"];
const B3: &[&str] = &["b3", "b3multi"];
const SW8: &[&str] = &["sw8"];

/// The setting that adds B3 to what Datadog's tracers read.
const DATADOG_B3: (&str, &str) = (
    "DD_TRACE_PROPAGATION_STYLE_EXTRACT",
    "datadog,tracecontext,b3,b3multi,baggage",
);
/// The same for those (Node, Java, Go) to which `b3` is another name of `b3multi`.
const DATADOG_B3_SINGLE: (&str, &str) = (
    "DD_TRACE_PROPAGATION_STYLE_EXTRACT",
    "datadog,tracecontext,b3 single header,b3multi,baggage",
);
/// The same for OpenTelemetry. B3 first: the last one that finds something decides, and B3 has no `tracestate`.
const OTEL_B3: (&str, &str) = ("OTEL_PROPAGATORS", "b3,tracecontext,baggage");

/// Every tracer, in the order of the page.
pub(super) fn all() -> Vec<Tracer> {
    [
        python_tracers(),
        node_tracers(),
        jvm_tracers(),
        go_tracers(),
        rust_tracers(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What tracers of a vendor have in common.
const USUAL: Tracer = Tracer {
    id: "",
    language: "",
    name: "",
    how: "",
    vendor: Vendor::Datadog,
    reads: DATADOG,
    baggage: true,
    with_b3: Some(DATADOG_B3),
    tested: false,
    kit: Kit::Go,
    command: |bin| Command::new(bin),
};
const OTEL: Tracer = Tracer {
    vendor: Vendor::OpenTelemetry,
    reads: W3C,
    with_b3: Some(OTEL_B3),
    ..USUAL
};
const SKYWALKING: Tracer = Tracer {
    vendor: Vendor::SkyWalking,
    reads: SW8,
    baggage: false,
    with_b3: None,
    ..USUAL
};
const ZIPKIN: Tracer = Tracer {
    vendor: Vendor::Zipkin,
    reads: B3,
    baggage: false,
    with_b3: None,
    ..USUAL
};

fn python_tracers() -> Vec<Tracer> {
    let in_python = |usual| Tracer {
        language: "Python",
        ..usual
    };
    vec![
        Tracer {
            id: "python-ddtrace",
            name: "ddtrace",
            how: "Flask under `ddtrace-run`",
            tested: true,
            kit: Kit::Python("python-ddtrace", "tests/backends/python-ddtrace"),
            command: |bin| python(bin, &["ddtrace-run"], "ddtrace"),
            ..in_python(USUAL)
        },
        Tracer {
            id: "python-opentelemetry",
            name: "opentelemetry-distro",
            how: "Flask under `opentelemetry-instrument`",
            kit: Kit::Python(
                "conformance-python-opentelemetry",
                "tests/conformance/python/opentelemetry",
            ),
            command: |bin| python(bin, &["opentelemetry-instrument"], "opentelemetry"),
            ..in_python(OTEL)
        },
        Tracer {
            id: "python-skywalking",
            name: "apache-skywalking",
            how: "Flask under `sw-python run`",
            kit: Kit::Python(
                "conformance-python-skywalking",
                "tests/conformance/python/skywalking",
            ),
            command: |bin| python(bin, &["sw-python", "run"], "skywalking"),
            ..in_python(SKYWALKING)
        },
    ]
}

fn node_tracers() -> Vec<Tracer> {
    let node_js = |usual| Tracer {
        language: "Node",
        ..usual
    };
    vec![
        Tracer {
            id: "node-dd-trace",
            name: "dd-trace",
            how: "Node's `http` after `-r dd-trace/init`",
            kit: Kit::Node(
                "conformance-node-dd-trace",
                "tests/conformance/node/dd-trace",
            ),
            with_b3: Some(DATADOG_B3_SINGLE),
            command: |packages| node(packages, Some("dd-trace/init"), "dd-trace"),
            ..node_js(USUAL)
        },
        Tracer {
            id: "node-opentelemetry",
            name: "@opentelemetry/auto-instrumentations-node",
            how: "Node's `http` after `-r @opentelemetry/auto-instrumentations-node/register`",
            tested: true,
            kit: Kit::Node("node-otel", "tests/backends/node-otel"),
            command: |packages| {
                let register = "@opentelemetry/auto-instrumentations-node/register";
                node(packages, Some(register), "opentelemetry")
            },
            ..node_js(OTEL)
        },
        Tracer {
            id: "node-skywalking",
            name: "skywalking-backend-js",
            how: "Node's `http`, the agent started by the service",
            tested: true,
            kit: Kit::Node(
                "conformance-node-skywalking",
                "tests/conformance/node/skywalking",
            ),
            command: |packages| node(packages, None, "skywalking"),
            ..node_js(SKYWALKING)
        },
    ]
}

fn jvm_tracers() -> Vec<Tracer> {
    let on_jvm = |usual| Tracer {
        language: "Java",
        kit: Kit::JavaAgents,
        ..usual
    };
    vec![
        Tracer {
            id: "java-dd-agent",
            name: "com.datadoghq:dd-java-agent",
            how: "a servlet on Tomcat under `-javaagent`",
            with_b3: Some(DATADOG_B3_SINGLE),
            command: |built| jvm(built, Some("dd-java-agent.jar"), "datadog"),
            ..on_jvm(USUAL)
        },
        Tracer {
            id: "java-opentelemetry",
            name: "io.opentelemetry.javaagent:opentelemetry-javaagent",
            how: "a servlet on Tomcat under `-javaagent`",
            command: |built| jvm(built, Some("opentelemetry-javaagent.jar"), "opentelemetry"),
            ..on_jvm(OTEL)
        },
        Tracer {
            id: "java-brave",
            name: "io.zipkin.brave:brave",
            how: "a servlet on Tomcat behind Brave's filter",
            tested: true,
            kit: Kit::Java,
            command: |built| jvm(built, None, "brave"),
            ..on_jvm(ZIPKIN)
        },
        Tracer {
            id: "java-skywalking",
            name: "org.apache.skywalking:apm-agent-core",
            how: "no service: its reader of headers, `ContextCarrier`, called by a servlet",
            kit: Kit::Java,
            command: |built| jvm(built, None, "skywalking"),
            ..on_jvm(SKYWALKING)
        },
    ]
}

fn go_tracers() -> Vec<Tracer> {
    let go = |usual| Tracer {
        language: "Go",
        kit: Kit::Go,
        ..usual
    };
    vec![
        Tracer {
            id: "go-dd-trace",
            name: "github.com/DataDog/dd-trace-go/v2",
            how: "`net/http` wrapped by `contrib/net/http`",
            with_b3: Some(DATADOG_B3_SINGLE),
            command: |bin| Command::new(bin.join("datadog")),
            ..go(USUAL)
        },
        Tracer {
            id: "go-opentelemetry",
            name: "go.opentelemetry.io/otel/sdk",
            how: "`net/http` wrapped by `otelhttp`, propagators by `autoprop`",
            command: |bin| Command::new(bin.join("opentelemetry")),
            ..go(OTEL)
        },
        Tracer {
            id: "go-zipkin",
            name: "github.com/openzipkin/zipkin-go",
            how: "`net/http` behind its middleware",
            command: |bin| Command::new(bin.join("zipkin")),
            ..go(ZIPKIN)
        },
        Tracer {
            id: "go-go2sky",
            name: "github.com/SkyAPM/go2sky",
            how: "`net/http` behind its middleware",
            command: |bin| Command::new(bin.join("go2sky")),
            ..go(SKYWALKING)
        },
    ]
}

fn rust_tracers() -> Vec<Tracer> {
    let in_rust = |usual| Tracer {
        language: "Rust",
        kit: Kit::Rust,
        ..usual
    };
    vec![
        Tracer {
            id: "rust-datadog",
            name: "datadog-opentelemetry",
            how: "its propagator and its spans, called by a small server",
            command: |bin| program(bin, "datadog"),
            ..in_rust(USUAL)
        },
        Tracer {
            id: "rust-opentelemetry",
            name: "opentelemetry_sdk",
            how: "its propagators and its spans, called by a small server",
            command: |bin| program(bin, "opentelemetry"),
            ..in_rust(OTEL)
        },
    ]
}

fn python(bin: &Path, launcher: &[&str], reader: &str) -> Command {
    let mut words = launcher.iter();
    let mut command = Command::new(bin.join(words.next().unwrap_or(&"python")));
    command
        .args(words)
        .arg(bin.join("python"))
        .arg(folder("python/service.py"))
        .arg(reader);
    command
}

fn node(packages: &Path, require: Option<&str>, reader: &str) -> Command {
    let modules = packages.join("node_modules");
    let mut command = Command::new("node");
    if let Some(module) = require {
        command.args(["--require", module]);
    }
    command
        .arg(folder("node/service.js"))
        .arg(reader)
        .env("NODE_PATH", modules);
    command
}

fn jvm(built: &Path, agent: Option<&str>, reader: &str) -> Command {
    let mut command = Command::new(java::java());
    if let Some(agent) = agent {
        command.arg(format!(
            "-javaagent:{}",
            built.join("agents").join(agent).display()
        ));
    }
    command
        .arg("-classpath")
        .arg(built.join("lib/*"))
        .args(["dev.handspan.conformance.Service", reader]);
    command
}

fn program(bin: &Path, reader: &str) -> Command {
    let mut command = Command::new(bin.join("handspan-conformance"));
    command.arg(reader);
    command
}
