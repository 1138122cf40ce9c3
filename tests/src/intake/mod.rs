//! A stand-in for Datadog's intake that is as strict as the real one, and says more: what a real intake throws away behind
//! a 202 is listed here.
//!
//! It takes `POST /api/v2/rum?ddsource=…`, and the same behind a proxy's `ddforward`. [`rules`] is what it checks,
//! [`http`] how it listens. A batch that comes again under its `DD-IDEMPOTENCY-KEY` is taken once.

mod http;
mod rules;

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

pub use http::{Answer, Received};
pub use rules::{AHEAD_MS, EVENT_BYTES, LATE_MS, PAYLOAD_BYTES, Payload};

/// What has arrived.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// Every request and the status that it was answered with, in order.
    pub requests: Vec<(Received, u16)>,
    /// What was wrong with those that were refused.
    pub refused: Vec<(u16, &'static str)>,
    /// Events of batches that were taken, each batch once.
    pub events: Vec<Value>,
    /// What a real intake would have thrown away behind its 202.
    pub discarded: Vec<(&'static str, String)>,
    /// Batches that came again and were taken before.
    pub duplicates: u64,
    /// By `DD-IDEMPOTENCY-KEY`: a digest of the payload.
    keys: BTreeMap<String, u64>,
    forced: VecDeque<Answer>,
    payload_bytes: Option<usize>,
    kept_in: Option<PathBuf>,
}

/// A running stand-in; it ends when it is dropped.
#[derive(Debug)]
pub struct StrictIntake {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    seen: Mutex<Seen>,
    arrived: Condvar,
    ended: AtomicBool,
}

impl StrictIntake {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// The system gives no port or no thread.
    pub fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let serving = Arc::clone(&shared);
        let serving = std::thread::Builder::new()
            .name("strict-intake".to_owned())
            .spawn(move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    if serving.ended.load(Ordering::Acquire) {
                        return;
                    }
                    serving.serve(&stream);
                }
            })?;
        Ok(Self {
            address,
            shared,
            serving: Some(serving),
        })
    }

    /// As an app writes it: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next requests get these answers, whatever they hold, and nothing of them is taken.
    pub fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.seen().forced.extend(answers);
    }

    /// Takes payloads of so many bytes instead of [`PAYLOAD_BYTES`].
    pub fn limit_payloads(&self, bytes: usize) {
        self.shared.seen().payload_bytes = Some(bytes);
    }

    /// Writes every payload that is taken into a folder, decompressed, as `*.json`: for a check against published schemas.
    pub fn keep_in(&self, folder: PathBuf) {
        self.shared.seen().kept_in = Some(folder);
    }

    /// What has arrived until now.
    pub fn seen(&self) -> Seen {
        self.shared.seen().clone()
    }

    /// Waits until so many requests have been answered; gives what has arrived by then, or by the `limit`.
    pub fn wait_for(&self, requests: usize, limit: Duration) -> Seen {
        let seen = self.shared.seen();
        let waited = self
            .shared
            .arrived
            .wait_timeout_while(seen, limit, |seen| seen.requests.len() < requests);
        let (seen, _) = waited.unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }
}

impl Drop for StrictIntake {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        // The thread waits for a connection: this is its last one.
        let _ = TcpStream::connect(self.address);
        if let Some(serving) = self.serving.take() {
            let _ = serving.join();
        }
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: &TcpStream) {
        let Ok(received) = http::receive(stream) else {
            return;
        };
        let mut seen = self.seen();
        let answer = seen.judge(&received);
        seen.requests.push((received, answer.status));
        drop(seen);
        // Who went away gets no answer.
        let _ = http::answer(stream, &answer);
        self.arrived.notify_all();
    }
}

impl Seen {
    fn judge(&mut self, received: &Received) -> Answer {
        if let Some(forced) = self.forced.pop_front() {
            return forced;
        }
        match self.take(received) {
            // What the real one says: a request id and nothing else.
            Ok(()) => Answer::status(202)
                .with("content-type", "application/json")
                .saying(
                    json!({"request_id": received.header("dd-request-id")})
                        .to_string()
                        .into_bytes(),
                ),
            Err((status, why)) => {
                self.refused.push((status, why));
                Answer::status(status)
                    .with("content-type", "application/json")
                    .saying(json!({"status": "error", "code": status, "errors": [why]}).to_string())
            }
        }
    }

    fn take(&mut self, received: &Received) -> Result<(), rules::Refusal> {
        rules::check_head(received)?;
        let plain = rules::payload(received, self.payload_bytes.unwrap_or(PAYLOAD_BYTES))?;
        let payload = rules::events(&plain, rules::now_ms())?;
        let key = received.header("dd-idempotency-key").unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        plain.hash(&mut hasher);
        let digest = hasher.finish();
        match self.keys.insert(key.to_owned(), digest) {
            None => {
                self.keep(key, &plain);
                self.events.extend(payload.events);
                self.discarded.extend(payload.discarded);
                Ok(())
            }
            Some(known) if known == digest => {
                self.duplicates += 1;
                Ok(())
            }
            Some(_) => Err((400, "another batch under the same DD-IDEMPOTENCY-KEY")),
        }
    }

    fn keep(&self, key: &str, plain: &[u8]) {
        let Some(folder) = &self.kept_in else {
            return;
        };
        let written = std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(folder.join(file_name(key)), plain));
        if let Err(error) = written {
            eprintln!(
                "a payload could not be kept in {}: {error}",
                folder.display()
            );
        }
    }
}

/// A name that is safe in a folder; keys are UUIDs.
fn file_name(key: &str) -> String {
    let safe: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{safe}.json")
}
