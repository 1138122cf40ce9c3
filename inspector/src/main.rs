//! `handspan-inspector`: see `--help`.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use handspan_inspector::{Inspector, Settings};
use serde_json::json;

/// A local intake with a page: what did my app send, and does it join?
///
/// The first line on stdout is {"listening":"http://…"}: the page's address, the app's intake, and the
/// backends' OTLP endpoint and Datadog agent.
#[derive(Debug, Parser)]
#[command(version, verbatim_doc_comment)]
struct Arguments {
    /// Where to listen; port 0 takes any free one. An address that other machines reach needs --token
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4319")]
    listen: SocketAddr,

    /// Reading and altering need this token: open /?token=TOKEN, or send "Authorization: Bearer TOKEN".
    /// What apps and backends use (intake, spans, agent, GET /config.json) stays open
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,

    /// One more name that a request's Host may have, besides localhost, *.localhost and the address
    #[arg(long = "allow-host", value_name = "NAME")]
    allow_hosts: Vec<String>,

    /// The first remote document, a JSON object; read once, the page can change it afterwards
    #[arg(long, value_name = "FILE")]
    remote_document: Option<PathBuf>,

    /// A folder that gets each accepted intake body, decompressed, as *.json
    #[arg(long, value_name = "DIR")]
    events_dir: Option<PathBuf>,

    /// A folder with the published schemas of RUM events (github.com/DataDog/rum-events-format, `schemas`): the page shows what
    /// each event gets wrong
    #[arg(long, value_name = "DIR", env = "HANDSPAN_SCHEMAS")]
    schemas: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments {
        listen,
        token,
        allow_hosts,
        remote_document,
        events_dir,
        schemas,
    } = Arguments::parse();
    let settings = Settings {
        listen,
        token,
        allow_hosts,
        remote_document,
        events_dir,
        schemas,
        ..Settings::default()
    };
    match run(settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("handspan-inspector: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: Settings) -> Result<(), String> {
    let inspector = Inspector::start(settings)
        .await
        .map_err(|failure| failure.to_string())?;
    let line = json!({"listening": inspector.url()});
    // Whoever started it may have closed the pipe; serving goes on.
    let _ = writeln!(io::stdout(), "{line}").and_then(|()| io::stdout().flush());
    inspector.serve().await.map_err(|error| error.to_string())
}
