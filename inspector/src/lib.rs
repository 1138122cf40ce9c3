//! The Handspan inspector: a local intake with a page. What did my app send, and does it join?
//!
//! ```text
//! app ── RUM, logs ─▶ exchange ─▶ intake ─▶ event, check ─┐                       ┌─▶ api, session_api, stream ─▶ page
//! backends, app ─ OTLP ─▶ exchange ─▶ intake ─▶ otlp ─────┼─▶ store ─▶ verdict, ──┤
//! backends ── Datadog ─▶ intake ─▶ datadog_agent ─────────┘   session, explanation └─▶ tests
//! app ◀── remote document ── remote_api ─▶ remote_history
//! ```
//!
//! `exchange` answers as a `fault` says where one is set, by `spoil` where HTTP has no words for it, and keeps the tries of each
//! batch (`uploads`). Every request passes `guard` first; every refusal has a reason (`refusal`) and is counted. Nothing is kept
//! on disk unless an events folder is named; memory is bounded (`store`).
//!
//! The binary is `handspan-inspector`; tests embed the same thing with [`Inspector::start`].

mod api;
mod body;
mod check;
mod datadog_agent;
mod event;
mod exchange;
mod explanation;
mod fault;
mod formats;
mod guard;
mod idempotency;
mod ids;
mod intake;
mod loose;
mod msgpack;
mod otlp;
mod page;
mod refusal;
mod remote_api;
mod remote_document;
mod remote_history;
mod serve;
mod server;
mod session;
mod session_api;
mod shared;
mod span;
mod spoil;
mod store;
mod stream;
mod telemetry;
mod trace;
mod uploads;
mod verdict;
mod view;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::check::Checks;
use crate::guard::Guard;
use crate::remote_document::RemoteDocument;
use crate::shared::Shared;

/// How an inspector runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0 takes any free one. An address that is not loopback needs a `token`.
    pub listen: SocketAddr,
    /// With a token, reading and altering need it; apps' and backends' endpoints stay open. 8 to 200
    /// characters of `A-Z a-z 0-9 - . _ ~`, which need no escaping in an address or a cookie.
    pub token: Option<String>,
    /// Names that may stand in `Host` besides localhost and the address: a machine's own name, a proxy's.
    pub allow_hosts: Vec<String>,
    /// A file holding the first remote document; read once.
    pub remote_document: Option<PathBuf>,
    /// A folder, made where missing, that gets each accepted intake body, decompressed, as `*.json`.
    pub events_dir: Option<PathBuf>,
    /// A folder with the published schemas of RUM events (`rum/view-schema.json` and so on): each event is checked by them.
    pub schemas: Option<PathBuf>,
    /// How long a request's head may take to come, then its body, and how long an answer waits for its reader.
    /// Who takes longer is given up. Default 20 seconds.
    pub patience: Duration,
}

impl Default for Settings {
    /// Any free loopback port, nothing else.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: None,
            allow_hosts: Vec::new(),
            remote_document: None,
            events_dir: None,
            schemas: None,
            patience: Duration::from_secs(20),
        }
    }
}

/// Why an inspector did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFailure {
    /// Others could reach it, and nothing would guard what it shows.
    #[error(
        "{0} can be reached from other machines: give --token TOKEN as well, or listen on 127.0.0.1"
    )]
    TokenNeeded(SocketAddr),
    /// The token would not survive an address or a cookie, or is too easy to guess.
    #[error("a token is 8 to 200 characters of A-Z a-z 0-9 - . _ ~")]
    BadToken,
    /// The address is taken, or not this machine's.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The first remote document cannot be read, or is none.
    #[error("the remote document {path} cannot be used: {detail}")]
    RemoteDocument {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The folder has no schemas, or one of them is none.
    #[error("the schemas in {path} cannot be used: {detail}")]
    Schemas {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The events folder cannot be made.
    #[error("the events folder {path} cannot be made: {source}")]
    EventsDir {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A running inspector; dropping it stops it.
#[derive(Debug)]
pub struct Inspector {
    address: SocketAddr,
    serving: JoinHandle<io::Result<()>>,
}

impl Inspector {
    /// Starts listening and serves on the current tokio runtime.
    ///
    /// # Errors
    /// A [`StartFailure`]; nothing listens then.
    pub async fn start(settings: Settings) -> Result<Self, StartFailure> {
        let Settings {
            listen,
            token,
            allow_hosts,
            remote_document,
            events_dir,
            schemas,
            patience,
        } = settings;
        if !listen.ip().is_loopback() && token.is_none() {
            return Err(StartFailure::TokenNeeded(listen));
        }
        if token.as_deref().is_some_and(|token| !is_usable(token)) {
            return Err(StartFailure::BadToken);
        }
        let document = remote_document.map(read_document).transpose()?;
        if let Some(path) = &events_dir {
            std::fs::create_dir_all(path).map_err(|source| StartFailure::EventsDir {
                path: path.clone(),
                source,
            })?;
        }
        let checks = schemas.map(read_schemas).transpose()?.unwrap_or_default();
        let failed = |source| StartFailure::Listen {
            address: listen,
            source,
        };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared::new(
            Guard::new(address, token, allow_hosts),
            document,
            checks,
            events_dir,
            patience,
        ));
        let router = server::router(shared);
        let serving = tokio::spawn(serve::serve(listener, router, serve::CONNECTIONS, patience));
        Ok(Self { address, serving })
    }

    /// The address really listened on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until the runtime ends.
    ///
    /// # Errors
    /// What made the listener fail.
    pub async fn serve(mut self) -> io::Result<()> {
        (&mut self.serving)
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
    }
}

impl Drop for Inspector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn is_usable(token: &str) -> bool {
    (8..=200).contains(&token.len())
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn read_schemas(path: PathBuf) -> Result<Checks, StartFailure> {
    Checks::with_schemas(&path).map_err(|detail| StartFailure::Schemas { path, detail })
}

fn read_document(path: PathBuf) -> Result<RemoteDocument, StartFailure> {
    let unusable = |detail| StartFailure::RemoteDocument {
        path: path.clone(),
        detail,
    };
    let bytes = std::fs::read(&path).map_err(|error| unusable(error.to_string()))?;
    RemoteDocument::parse(bytes.into()).map_err(|refusal| unusable(refusal.detail().to_owned()))
}
