//! What the handlers of one inspector share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use tokio::sync::{Semaphore, broadcast};

use crate::check::Checks;
use crate::fault::Fault;
use crate::guard::Guard;
use crate::refusal::{Reason, Refusal};
use crate::remote_document::RemoteDocument;
use crate::remote_history::RemoteHistory;
use crate::store::Store;
use crate::uploads::Uploads;

/// How many updates a slow stream may be behind before it is told to load everything again.
const STREAM_LAG: usize = 1024;

/// How many live streams are given out at a time.
const STREAMS: usize = 32;

/// How many bodies are taken in at a time; each may have 5 MB. Others wait.
const BODIES: usize = 32;

/// How many bodies are decoded, or lists made, at a time: each may take the memory of a decompressed body.
const WORKERS: usize = 2;

/// What open pages are told. It names things and holds none: what a slow reader holds back stays small.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Update {
    /// The request of this number is new or looks different.
    Request(u64),
    /// The session of this number is new or looks different.
    Session(u64),
    /// The counts of what is not shown changed.
    Stats,
    /// A batch was tried, or the fault changed.
    Uploads,
    /// The remote document was set, pulled, or told of by a session.
    Remote,
    /// Everything may look different.
    All,
}

/// The state of one running inspector.
#[derive(Debug)]
pub(crate) struct Shared {
    store: Mutex<Store>,
    document: Mutex<Option<RemoteDocument>>,
    fault: Mutex<Option<Fault>>,
    uploads: Mutex<Uploads>,
    history: Mutex<RemoteHistory>,
    updates: broadcast::Sender<Update>,
    pub(crate) checks: Arc<Checks>,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) bodies: Semaphore,
    workers: Semaphore,
    pub(crate) guard: Guard,
    events_dir: Option<PathBuf>,
    /// How long a body may take to come.
    pub(crate) patience: Duration,
    bodies_kept: AtomicU64,
}

impl Shared {
    pub(crate) fn new(
        guard: Guard,
        document: Option<RemoteDocument>,
        checks: Checks,
        events_dir: Option<PathBuf>,
        patience: Duration,
    ) -> Self {
        let mut history = RemoteHistory::default();
        document.iter().for_each(|document| history.serve(document));
        Self {
            store: Mutex::default(),
            document: Mutex::new(document),
            fault: Mutex::default(),
            uploads: Mutex::default(),
            history: Mutex::new(history),
            updates: broadcast::channel(STREAM_LAG).0,
            checks: Arc::new(checks),
            streams: Arc::new(Semaphore::new(STREAMS)),
            bodies: Semaphore::new(BODIES),
            workers: Semaphore::new(WORKERS),
            guard,
            events_dir,
            patience,
            bodies_kept: AtomicU64::new(0),
        }
    }

    /// Does what takes long on a thread that nothing else waits for, a few at a time.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        task: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let failed = |detail: String| Refusal::new(Reason::InternalError, detail);
        let _place = self
            .workers
            .acquire()
            .await
            .map_err(|error| failed(error.to_string()))?;
        tokio::task::spawn_blocking(task)
            .await
            .unwrap_or_else(|error| Err(failed(error.to_string())))
    }

    /// The store, locked: never held over an await.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The remote document, locked: never held over an await.
    pub(crate) fn document(&self) -> MutexGuard<'_, Option<RemoteDocument>> {
        self.document.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault that the next requests meet, locked: never held over an await.
    pub(crate) fn fault(&self) -> MutexGuard<'_, Option<Fault>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The batches and their tries, locked: never held over an await.
    pub(crate) fn uploads(&self) -> MutexGuard<'_, Uploads> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who pulled the remote document, locked: never held over an await.
    pub(crate) fn history(&self) -> MutexGuard<'_, RemoteHistory> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells every open stream; it is no matter if there is none.
    pub(crate) fn announce(&self, updates: impl IntoIterator<Item = Update>) {
        for update in updates {
            let _ = self.updates.send(update);
        }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Update> {
        self.updates.subscribe()
    }

    /// Counts refusals.
    pub(crate) fn count_refused(&self, reasons: impl IntoIterator<Item = (Reason, usize)>) {
        let mut counted = false;
        {
            let mut store = self.store();
            for (reason, times) in reasons.into_iter().filter(|&(_, times)| times > 0) {
                store.refuse(reason, times);
                counted = true;
            }
        }
        self.announce(counted.then_some(Update::Stats));
    }

    /// The answer; a refusal is counted on its way out.
    pub(crate) fn answer(&self, result: Result<Response, Refusal>) -> Response {
        result.unwrap_or_else(|refusal| {
            self.count_refused([(refusal.reason, 1)]);
            refusal.into_response()
        })
    }

    /// Writes an accepted body into the events folder, whole or not at all, before its sender is answered.
    pub(crate) async fn keep_body(&self, body: &Bytes) {
        let Some(folder) = &self.events_dir else {
            return;
        };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis();
        let name = format!(
            "{now}-{:06}",
            self.bodies_kept.fetch_add(1, Ordering::Relaxed)
        );
        let part = folder.join(format!("{name}.part"));
        let written = match tokio::fs::write(&part, body).await {
            Ok(()) => tokio::fs::rename(&part, folder.join(format!("{name}.json"))).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            eprintln!(
                "handspan-inspector: a body could not be written to {}: {error}",
                folder.display()
            );
            self.count_refused([(Reason::EventsDirFailed, 1)]);
        }
    }
}
