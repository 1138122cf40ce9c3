//! A host program over the core alone, without Kotlin or Swift: what every platform's layer does, in one place.
//!
//! It reads `HANDSPAN_DEMO` (where the demo's servers are), sends one request a case, prints a JSON line on each, waits
//! until its events are sent, and ends.

mod call;
mod cases;
mod client;
mod demo;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use handspan_core::config::{Configuration, HostRule, IntakeRule};
use handspan_core::instance::Handspan;

use demo::Demo;

/// How long to wait for the intake at the end. A phone app never waits; the demo wants to show the events at once.
const FLUSH: Duration = Duration::from_secs(15);

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let demo = Demo::from_environment()?;
    let core = Handspan::start(configuration(&demo)).context("start the core")?;
    let app = call::App {
        core: Arc::clone(&core),
        client: client::new()?,
    };
    for case in cases::all(&demo)? {
        println!("{}", case.run(&app).await?);
    }
    if !core.flush(FLUSH) {
        bail!(
            "the intake did not take everything within {} s: {:?}",
            FLUSH.as_secs(),
            core.status()
        );
    }
    core.shutdown();
    Ok(())
}

fn configuration(demo: &Demo) -> Configuration {
    let host = |name: &str, formats: &[&str]| {
        let formats = formats.iter().map(|&format| format.to_owned()).collect();
        (
            name.to_owned(),
            HostRule {
                formats,
                sample_rate: None,
            },
        )
    };
    Configuration {
        client_token: "pub00000000000000000000000000000000".to_owned(),
        application_id: "5f3d3c3e-6d7e-4b1c-9f0a-000000000003".to_owned(),
        service: Some("sample-rust".to_owned()),
        env: Some("demo".to_owned()),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        storage_dir: Some(demo.storage_dir.clone()),
        first_party_hosts: [
            host("shop.localhost", &["datadog", "tracecontext"]),
            host("pay.localhost", &["datadog", "tracecontext"]),
            host("embedded.localhost", &["tracecontext"]),
        ]
        .into(),
        intakes: vec![IntakeRule {
            kind: "datadog".to_owned(),
            url: Some(demo.inspector.clone()),
            ..IntakeRule::default()
        }],
        remote_configuration_url: demo
            .remote
            .then(|| format!("{}/config.json", demo.inspector)),
        batch_max_age_ms: 1_000,
        inspect: true,
        ..Configuration::default()
    }
}
