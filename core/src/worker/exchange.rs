//! What the worker sends and asks for, and what it makes of a batch for that.

use std::sync::Arc;

use super::{Worker, count};
use crate::batch::BatchId;
use crate::engine::Command;
use crate::instance::counters::Counters;
use crate::instance::queue::Message;
use crate::limits;
use crate::seams::storage::{NewBatch, StorageError, StoredBatch};
use crate::seams::transport::{HttpAnswer, HttpRequest, TransportError};
use crate::upload::{request, without_superseded};

impl Worker {
    /// Sends a batch, unless it holds nothing for this intake. The error says why it can't be read back.
    pub(super) fn upload(
        &mut self,
        batch: &BatchId,
        intake: usize,
        request_id: &str,
        timeout_ms: u64,
    ) -> Result<Command, String> {
        let contents = self
            .storage
            .read(batch)
            .map_err(|error| error.to_string())?;
        let events = contents.events();
        if events.is_empty() {
            return Err("no event got into it, or none can be read".to_owned());
        }
        let intake = self.settings.intakes.get(intake).ok_or("no such intake")?;
        let (sent, superseded) = without_superseded(&events);
        let track = contents.header.lane.track;
        let request = request(intake, &self.facts, batch, track, request_id, &sent);
        let Some(request) = request else {
            return Ok(Command::NothingToSend);
        };
        let request = HttpRequest {
            timeout_ms,
            ..request
        };
        let bytes = request.body.len() as u64;
        self.exchange(request, Message::Uploaded);
        Ok(Command::Uploading {
            bytes,
            events: count(&events),
            superseded,
        })
    }

    /// Makes two batches of one, and only then deletes it: what a crash leaves in between, the next start removes.
    pub(super) fn halve(
        &mut self,
        batch: &BatchId,
        delivered: &[String],
    ) -> Result<Vec<StoredBatch>, String> {
        let said = |error: StorageError| error.to_string();
        let contents = self.storage.read(batch).map_err(said)?;
        let events = contents.events();
        let (first, second) = events.split_at(events.len() / 2);
        let mut halves = Vec::new();
        for (events, id) in [(first, batch.half(false)), (second, batch.half(true))] {
            let half = NewBatch {
                id,
                created_wall_ms: contents.header.created_wall_ms,
                lane: contents.header.lane,
                pending_consent: false,
            };
            self.storage
                .create(&half)
                .and_then(|()| self.storage.append(&id, events))
                .map_err(said)?;
            for key in delivered {
                self.storage.mark_delivered(&id, key).map_err(said)?;
            }
            halves.push(StoredBatch {
                id,
                bytes: events.iter().map(|event| event.len() as u64).sum(),
                events: count(events),
                created_wall_ms: half.created_wall_ms,
                lane: half.lane,
                pending_consent: false,
                delivered: delivered.to_vec(),
            });
        }
        self.storage.delete(batch).map_err(said)?;
        Ok(halves)
    }

    pub(super) fn pull(&self, url: String) {
        let request = HttpRequest {
            method: "GET",
            url,
            headers: vec![("accept".to_owned(), "application/json".to_owned())],
            body: Vec::new(),
            timeout_ms: limits::HTTP_TIMEOUT_MS,
            max_answer_bytes: limits::REMOTE_BYTES,
        };
        self.exchange(request, Message::Pulled);
    }

    /// Starts an exchange on this thread's runtime; its answer comes back through the queue, also after a panic: nothing
    /// else is sent while one is under way.
    fn exchange(
        &self,
        request: HttpRequest,
        answer: fn(Result<HttpAnswer, TransportError>) -> Message,
    ) {
        let transport = Arc::clone(&self.shared.seams.transport);
        let exchange = tokio::spawn(async move { transport.send(request).await });
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let outcome = exchange.await.unwrap_or_else(|_| {
                Counters::add(&shared.counters.internal_errors, 1);
                Err(TransportError::Network("internal error".to_owned()))
            });
            shared.queue.force(answer(outcome));
        });
    }
}
