//! A Kotlin app is killed half a second after its request finished: nothing is lost, nothing is shown twice.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::process::{self, Service};
use crate::tools::java;
use crate::{http, paths};

/// How long a server or an app may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between the end of the request and the kill. The app holds its batch for a minute, so it dies before the upload.
const ALIVE: Duration = Duration::from_millis(500);

/// Runs the Kotlin sample app, which the demo has built.
pub(crate) fn check() -> anyhow::Result<()> {
    let folder = paths::target().join("kill");
    paths::fresh(&folder)?;
    let start = |name: &str, command: &mut Command| {
        Service::start(command, &folder.join(format!("{name}.log")), PATIENCE)
    };
    let inspector = start(
        "inspector",
        Command::new(paths::built("handspan-inspector")).args(["--listen", "127.0.0.1:0"]),
    )?;
    let backend = start(
        "backend",
        Command::new(paths::built("handspan-embedded-backend"))
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &inspector.address)
            .env("OTEL_SERVICE_NAME", "embedded-backend")
            // Milliseconds: the span must be there before the apps have run.
            .env("OTEL_BSP_SCHEDULE_DELAY", "100"),
    )?;
    let embedded = format!("http://embedded.localhost:{}", backend.port());
    let settings = json!({
        "inspector": inspector.address,
        "storage_dir": folder.join("storage"),
        "urls": { "embedded": embedded },
    });
    let app = |arguments: &[&str]| app(&settings, arguments);

    let url = format!("{embedded}/hello?case=kotlin-killed");
    process::kill_after(
        &mut app(&["--one-request", &url, "--then-wait"]),
        "finished",
        ALIVE,
        &folder.join("killed.log"),
        PATIENCE,
    )?;
    let shown = || -> anyhow::Result<Vec<Value>> {
        let requests = http::get_json(&format!("{}/api/requests", inspector.address))?;
        Ok(requests.as_array().cloned().unwrap_or_default())
    };
    ensure!(
        shown()?.is_empty(),
        "the app had sent its request before it was killed"
    );

    let resend = |log: &Path| process::output(&mut app(&["--send-stored"]), log, PATIENCE);
    resend(&folder.join("second.log")).context("the start after the kill")?;
    let found = shown()?;
    ensure!(
        found.len() == 1,
        "{} requests are shown after the next start, not 1",
        found.len()
    );
    resend(&folder.join("third.log")).context("one more start")?;
    ensure!(shown()?.len() == 1, "one more start has sent it again");
    let verdict = found.first().and_then(|request| request.get("verdict"));
    ensure!(
        verdict.and_then(Value::as_str) == Some("joined"),
        "the request of the killed app has not joined: {found:?}"
    );
    Ok(())
}

fn app(settings: &Value, arguments: &[&str]) -> Command {
    let mut command = Command::new(java::java());
    command
        .arg(format!("-Djna.library.path={}", paths::built("").display()))
        .arg("-jar")
        .arg(paths::root().join("sample-apps/kotlin/target/handspan-sample.jar"))
        .args(arguments)
        .env("HANDSPAN_DEMO", settings.to_string());
    command
}
