//! What the worker sends and asks for, and what it makes of a batch for that.

use std::future::Future;
use std::sync::Arc;

use super::{Worker, count};
use crate::batch::BatchId;
use crate::config::Settings;
use crate::engine::Command;
use crate::instance::counters::Counters;
use crate::instance::queue::Message;
use crate::remote;
use crate::seams::storage::{Contents, NewBatch, Storage, StorageError, StoredBatch};
use crate::seams::transport::{HttpAnswer, HttpRequest, TransportError};
use crate::upload::{UploadFacts, request, without_superseded};

impl Worker {
    /// Begins to send a batch. Its request is made aside: compressing it takes milliseconds, and what is recorded meanwhile is to
    /// be stored at once.
    pub(super) fn upload(
        &mut self,
        batch: &BatchId,
        intake: usize,
        request_id: String,
        timeout_ms: u64,
    ) -> Result<Option<Command>, StorageError> {
        let contents = self.storage.read(batch)?;
        if contents.events().is_empty() {
            let why = "no event got into it, or none can be read".to_owned();
            return Ok(Some(Command::BatchUnreadable { batch: *batch, why }));
        }
        let upload = Upload {
            settings: Arc::clone(&self.settings),
            facts: Arc::clone(&self.facts),
            intake,
            batch: *batch,
            request_id,
            timeout_ms,
            contents,
        };
        let shared = Arc::clone(&self.shared);
        let exchange = async move {
            let Ok(made) = tokio::task::spawn_blocking(move || upload.make()).await else {
                Counters::add(&shared.counters.internal_errors, 1);
                return Message::Uploaded(Err(internal_error()));
            };
            let Some(made) = made else {
                return Message::NothingToSend;
            };
            shared.queue.force(Message::Uploading {
                bytes: made.request.body.len() as u64,
                events: made.events,
                superseded: made.superseded,
            });
            Message::Uploaded(shared.seams.transport.send(made.request).await)
        };
        self.exchange(exchange, Message::Uploaded);
        self.is_exchanging = true;
        Ok(None)
    }

    pub(super) fn pull(&mut self, url: &str, etag: Option<&str>) {
        let request = remote::request(url, etag, &self.settings.configuration);
        let transport = Arc::clone(&self.shared.seams.transport);
        let exchange = async move { Message::Pulled(transport.send(request).await) };
        self.exchange(exchange, Message::Pulled);
        self.is_pulling = true;
    }

    /// Starts an exchange on this thread's runtime; its answer comes back through the queue, also after a panic: nothing
    /// else is sent while one is under way.
    fn exchange(
        &self,
        exchange: impl Future<Output = Message> + Send + 'static,
        answer: fn(Result<HttpAnswer, TransportError>) -> Message,
    ) {
        let exchange = tokio::spawn(exchange);
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let message = exchange.await.unwrap_or_else(|_| {
                Counters::add(&shared.counters.internal_errors, 1);
                answer(Err(internal_error()))
            });
            shared.queue.force(message);
        });
    }
}

/// A batch of which a request is to be made.
struct Upload {
    settings: Arc<Settings>,
    facts: Arc<UploadFacts>,
    intake: usize,
    batch: BatchId,
    request_id: String,
    timeout_ms: u64,
    contents: Contents,
}

/// The request, and what the engine wants to know of it.
struct Made {
    request: HttpRequest,
    events: u32,
    superseded: u32,
}

impl Upload {
    /// None where it holds nothing for this intake.
    fn make(&self) -> Option<Made> {
        let events = self.contents.events();
        let (sent, superseded) = without_superseded(&events);
        let track = self.contents.header.lane.track;
        let request = request(
            self.settings.intakes.get(self.intake)?,
            &self.facts,
            &self.batch,
            track,
            &self.request_id,
            &sent,
        )?;
        Some(Made {
            request: HttpRequest {
                timeout_ms: self.timeout_ms,
                ..request
            },
            events: count(&events),
            superseded,
        })
    }
}

/// The answer to an exchange that a panic of ours took along.
pub(super) fn internal_error() -> TransportError {
    TransportError::Network("internal error".to_owned())
}

/// What an exchange that could not even be begun makes of its batch. Only one that is gone, or whose bytes are damaged, is
/// lost; what the system refuses today (no file descriptor, no permission, no space) it may grant tomorrow.
pub(super) fn not_made(batch: BatchId, error: &StorageError) -> Command {
    log::warn!("handspan: {error}");
    let why = error.to_string();
    if error.condemns() {
        Command::BatchUnreadable { batch, why }
    } else {
        Command::ReadFailed { batch, why }
    }
}

/// Makes two batches of one, and only then deletes it, or marks it as done for the intake that gets them: what a crash leaves
/// in between, the next start removes. Or an error, and the whole alone.
pub(crate) fn halve(
    storage: &mut dyn Storage,
    batch: &BatchId,
    halves: [BatchId; 2],
    delivered: &[String],
    instead_for: Option<&str>,
) -> Result<Vec<StoredBatch>, StorageError> {
    let contents = storage.read(batch)?;
    let events = contents.events();
    let (first, second) = events.split_at(events.len() / 2);
    let mut make = || {
        let mut made = Vec::new();
        for (events, id) in [first, second].into_iter().zip(halves) {
            // An earlier try may have left it.
            storage.delete(&id)?;
            let half = NewBatch {
                id,
                created_wall_ms: contents.header.created_wall_ms,
                lane: contents.header.lane,
                pending_consent: false,
            };
            storage.create(&half)?;
            storage.append(&id, events)?;
            for key in delivered {
                storage.mark_delivered(&id, key)?;
            }
            made.push(StoredBatch {
                id,
                bytes: events.iter().map(|event| event.len() as u64).sum(),
                events: count(events),
                created_wall_ms: half.created_wall_ms,
                lane: half.lane,
                pending_consent: false,
                delivered: delivered.to_vec(),
            });
        }
        match instead_for {
            Some(intake_key) => storage.mark_delivered(batch, intake_key)?,
            None => storage.delete(batch)?,
        }
        Ok(made)
    };
    let made = make();
    if made.is_err() {
        for id in halves {
            // Should it stay, the next try or the next start removes it.
            drop(storage.delete(&id));
        }
    }
    made
}

#[cfg(test)]
#[path = "exchange_test.rs"]
mod tests;
