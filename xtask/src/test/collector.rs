//! The real OpenTelemetry Collector, with services under real tracers beside the phone.

use super::{Checks, Outcome};
use crate::tools::{Policy, collector, node, python};
use crate::{build, paths, process};

pub(crate) fn run() -> anyhow::Result<Outcome> {
    let program = collector::program()?;
    let backends = paths::root().join("tests/backends");
    let python = python::environment(
        "python-ddtrace",
        &backends.join("python-ddtrace/requirements.lock"),
        Policy::Install,
    )?;
    let node = node::packages("node-otel", &backends.join("node-otel"), Policy::Install)?;
    let mut checks = Checks::new();
    checks.run("the Collector", || {
        let mut command = build::cargo();
        // The packages of the part `rust`, so that nothing is compiled with other features than there.
        command
            .args(["test", "--workspace", "--exclude", "handspan-bindgen"])
            .args(["--locked", "--test", "collector", "--", "--ignored"])
            .env("HANDSPAN_COLLECTOR", &program)
            .env("HANDSPAN_PYTHON_DDTRACE", &python)
            .env("HANDSPAN_NODE_OTEL", &node);
        process::run(&mut command)
    });
    Ok(checks.outcome())
}
