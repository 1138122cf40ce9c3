//! The way from the app's threads to the `handspan` thread: bounded in bytes, never waited on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::batch::Track;
use crate::config::Consent;
use crate::limits;
use crate::rum::call::FinishedCall;
use crate::rum::command::RumCommand;
use crate::rum::mapper::Mapped;
use crate::rum::session::Stamp;
use crate::seams::clock::Now;
use crate::seams::transport::{HttpAnswer, TransportError};
use crate::upload::UploadConditions;

/// What the thread is told.
pub(crate) enum Message {
    /// A call has ended.
    Finish {
        call: Box<FinishedCall>,
        stamp: Stamp,
        at: Now,
    },
    /// Something else has happened.
    Rum {
        command: Box<RumCommand>,
        stamp: Stamp,
        at: Now,
    },
    /// What a mapper made of the event of this id.
    Mapped(u64, Option<Box<Mapped>>),
    /// Delete what is stored, and the ids of this install.
    Clear,
    /// The user has decided.
    Consent(Consent),
    /// Send everything; answer whether it was taken.
    Flush(mpsc::Sender<bool>),
    /// The state of the phone has changed.
    Conditions(UploadConditions),
    /// The app has gone to the background (true) or come back, and when.
    Background(bool, Now),
    /// The request of the upload under way is made, and leaves.
    Uploading {
        bytes: u64,
        events: u32,
        superseded: u32,
    },
    /// The batch holds nothing for the intake that it was to be sent to.
    NothingToSend,
    /// The intake has answered the upload under way.
    Uploaded(Result<HttpAnswer, TransportError>),
    /// The remote document's server has answered.
    Pulled(Result<HttpAnswer, TransportError>),
    /// Answer when what was told before is stored.
    Stored(mpsc::Sender<()>),
    /// Write what is there and end; answer when done.
    Stop(mpsc::Sender<()>),
}

impl Message {
    /// What it is counted under when it can't be taken.
    pub(crate) fn track(&self) -> Track {
        match self {
            Self::Rum { command, .. } => command.track(),
            _ => Track::Rum,
        }
    }
}

/// A message and the bytes that it holds in the queue, until it is dropped.
pub(crate) struct Queued {
    message: Option<Message>,
    bytes: usize,
    waiting: Arc<AtomicUsize>,
}

impl Queued {
    /// The message; it is there once.
    pub(crate) fn take(&mut self) -> Option<Message> {
        self.message.take()
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The sending end.
pub(crate) struct Queue {
    sender: UnboundedSender<Queued>,
    waiting: Arc<AtomicUsize>,
}

impl Queue {
    pub(crate) fn new() -> (Self, UnboundedReceiver<Queued>) {
        let (sender, receiver) = unbounded_channel();
        (
            Self {
                sender,
                waiting: Arc::default(),
            },
            receiver,
        )
    }

    /// Adds a message, or says why it was dropped: the newest goes when the queue is full.
    pub(crate) fn push(&self, message: Message, bytes: usize) -> Result<(), &'static str> {
        let before = self.waiting.fetch_add(bytes, Ordering::Relaxed);
        let queued = Queued {
            message: Some(message),
            bytes,
            waiting: Arc::clone(&self.waiting),
        };
        if before.saturating_add(bytes) > limits::QUEUE_BYTES {
            return Err("queue_full");
        }
        self.sender.send(queued).map_err(|_| "stopped")
    }

    /// Adds a message whatever the queue holds: for the few that must arrive, and weigh nothing.
    pub(crate) fn force(&self, message: Message) {
        let queued = Queued {
            message: Some(message),
            bytes: 0,
            waiting: Arc::clone(&self.waiting),
        };
        // Nobody receives after a stop: then there is nothing left to tell.
        let _ = self.sender.send(queued);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message::Consent(Consent::Granted)
    }

    #[test]
    fn the_newest_is_dropped_when_the_bytes_are_full_and_room_comes_back() {
        let (queue, mut receiver) = Queue::new();
        assert_eq!(queue.push(message(), limits::QUEUE_BYTES - 10), Ok(()));
        assert_eq!(queue.push(message(), 11), Err("queue_full"));
        assert_eq!(queue.push(message(), 10), Ok(()));
        drop(receiver.try_recv());
        assert_eq!(queue.push(message(), 11), Ok(()));
    }

    #[test]
    fn after_the_thread_has_gone_a_message_is_refused_not_lost_in_silence() {
        let (queue, receiver) = Queue::new();
        drop(receiver);
        assert_eq!(queue.push(message(), 1), Err("stopped"));
    }
}
