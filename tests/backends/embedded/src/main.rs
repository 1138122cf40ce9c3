//! A small HTTP service, in one of two roles:
//!
//! - traced by the OpenTelemetry SDK for Rust, with its default settings (W3C trace context, OTLP over HTTP);
//! - with `--third-party` untraced: somebody else's host, which remembers the headers that it was sent, so that one can
//!   ask afterwards whether anything of ours went there (`GET /__seen`).
//!
//! It listens on a free port of 127.0.0.1, says so on its first line of standard output, and ends when its standard
//! input closes: whoever started it cannot leave it behind, not even by being killed.

mod routes;
mod seen;
mod tracing;

use std::io::{Read, Write};

use anyhow::{Context, bail};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let app = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => tracing::layer(routes::router(), &tracing::provider()?),
        [role] if role == "--third-party" => seen::layer(routes::router()),
        _ => bail!("usage: handspan-embedded-backend [--third-party]"),
    };
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .context("listen on 127.0.0.1")?;
    let mut stdout = std::io::stdout();
    writeln!(
        stdout,
        "{}",
        serde_json::json!({ "listening": format!("http://{}", listener.local_addr()?) })
    )?;
    stdout.flush()?;
    std::thread::spawn(end_with_standard_input);
    axum::serve(listener, app).await.context("serve")
}

fn end_with_standard_input() {
    // An error means the same as the end: nobody holds the other side any more.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    std::process::exit(0);
}
