//! The one `handspan` thread: a tokio current-thread runtime that runs the engine and performs its effects.

mod appends;
mod exchange;
mod store;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::config::Settings;
use crate::engine::{Command, Effect, Engine, Saved, StoredId};
use crate::instance::counters::Counters;
use crate::instance::queue::{Message, Queued};
use crate::instance::shared::Shared;
use crate::instance::snapshot::RemoteWord;
use crate::seams::clock::Now;
use crate::seams::storage::{Storage, StorageError};
use crate::upload::UploadFacts;

use appends::{Appends, Group};
pub(crate) use exchange::halve;

/// An idle phone keeps no thread of ours but the one.
const ASIDE_KEEP_ALIVE: Duration = Duration::from_secs(1);
/// Messages that are taken from the queue before their events are written: a busy app must not hold up the writing.
const MESSAGES_A_TURN: usize = 256;

/// Starts the thread. It opens the folder itself: the app's thread does no I/O.
pub(crate) fn spawn(
    settings: Settings,
    shared: Arc<Shared>,
    messages: UnboundedReceiver<Queued>,
) -> std::io::Result<()> {
    // Names are resolved by a blocking call, and batches are compressed: neither may hold up the writing, nor each other.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(2)
        .thread_keep_alive(ASIDE_KEEP_ALIVE)
        .thread_name("handspan-aside")
        .build()?;
    std::thread::Builder::new()
        .name("handspan".to_owned())
        .spawn(move || {
            crate::seams::logger::install();
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                runtime.block_on(Worker::new(settings, Arc::clone(&shared)).run(messages));
            }));
            shared.stopped.store(true, Ordering::Relaxed);
            if outcome.is_err() {
                Counters::add(&shared.counters.internal_errors, 1);
            }
        })?;
    Ok(())
}

struct Worker {
    engine: Engine,
    storage: Box<dyn Storage>,
    settings: Arc<Settings>,
    facts: Arc<UploadFacts>,
    shared: Arc<Shared>,
    appends: Appends,
    flushes: Vec<std::sync::mpsc::Sender<bool>>,
    /// Who waits until what was told is stored.
    stores: Vec<std::sync::mpsc::Sender<()>>,
    /// An upload is on its way: its answer will come through the queue.
    is_exchanging: bool,
    /// The same of a pull.
    is_pulling: bool,
}

impl Worker {
    fn new(settings: Settings, shared: Arc<Shared>) -> Self {
        let (storage, store_bytes) = store::open(&settings, &shared);
        let entropy = Arc::clone(&shared.seams.entropy);
        let settings = Arc::new(settings);
        let engine = Engine::new(Arc::clone(&settings), storage.kind(), store_bytes, entropy);
        let facts = Arc::new(UploadFacts {
            client_token: settings.configuration.client_token.clone(),
            source: settings.configuration.source.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        });
        Self {
            engine,
            storage,
            settings,
            facts,
            shared,
            appends: Appends::default(),
            flushes: Vec::new(),
            stores: Vec::new(),
            is_exchanging: false,
            is_pulling: false,
        }
    }

    async fn run(mut self, mut messages: UnboundedReceiver<Queued>) {
        self.recover();
        self.end_turn();
        loop {
            let wait = self
                .engine
                .wake_at()
                .map(|at| at.saturating_sub(self.now().mono_ms));
            let received = match wait {
                None => messages.recv().await,
                Some(wait) => {
                    // A phone that slept wakes late: the tick after it looks at the real clock again.
                    match tokio::time::timeout(Duration::from_millis(wait), messages.recv()).await {
                        Ok(received) => received,
                        Err(_) => {
                            let calls = self.shared.calls();
                            self.handle(Command::CallsUnderWay(calls), self.now());
                            self.handle(Command::Tick, self.now());
                            self.end_turn();
                            continue;
                        }
                    }
                }
            };
            let Some(queued) = received else { return };
            let mut stop = self.receive(queued);
            for _ in 1..MESSAGES_A_TURN {
                if stop.is_some() || self.appends.is_full() {
                    break;
                }
                let Ok(queued) = messages.try_recv() else {
                    break;
                };
                stop = self.receive(queued);
            }
            self.end_turn();
            if let Some(done) = stop {
                let shared = Arc::clone(&self.shared);
                // Lets the folder go before anybody hears that it is free.
                drop(self);
                shared.stopped.store(true, Ordering::Relaxed);
                // Whoever stopped us may have gone.
                let _ = done.send(());
                return;
            }
        }
    }

    /// Writes what the messages of this turn have recorded, and tells how things stand.
    fn end_turn(&mut self) {
        let failed = catch_unwind(AssertUnwindSafe(|| self.write()));
        self.run_engine(failed.unwrap_or_else(|_| self.internal_error()), self.now());
        self.publish();
        self.answer_flushes();
        if !self.engine.waits_for_mapper() {
            for stored in self.stores.drain(..) {
                // Whoever asked may have stopped waiting.
                let _ = stored.send(());
            }
        }
    }

    /// Folds one message in; answers whom to tell if it was the last.
    fn receive(&mut self, mut queued: Queued) -> Option<std::sync::mpsc::Sender<()>> {
        let now = self.now();
        match queued.take()? {
            Message::Finish { call, stamp, at } => self.handle(Command::Finish(call, stamp), at),
            Message::Rum { command, stamp, at } => self.handle(Command::Rum(command, stamp), at),
            Message::Mapped(id, mapped) => self.handle(Command::Mapped(id, mapped), now),
            Message::Clear => self.handle(Command::Clear, now),
            Message::Consent(consent) => self.handle(Command::Consent(consent), now),
            Message::Flush(done) => {
                self.handle(Command::Flush, now);
                self.flushes.push(done);
            }
            Message::Conditions(conditions) => self.handle(Command::Conditions(conditions), now),
            Message::Background(true, at) => self.handle(Command::Background, at),
            Message::Background(false, at) => self.handle(Command::Foreground, at),
            Message::Uploading {
                bytes,
                events,
                superseded,
            } => self.handle(
                Command::Uploading {
                    bytes,
                    events,
                    superseded,
                },
                now,
            ),
            Message::NothingToSend => {
                self.is_exchanging = false;
                self.handle(Command::NothingToSend, now);
            }
            Message::Uploaded(answer) => {
                self.is_exchanging = false;
                self.handle(Command::Uploaded(answer), now);
            }
            Message::Pulled(answer) => {
                self.is_pulling = false;
                self.handle(Command::Pulled(answer), now);
            }
            Message::Stored(done) => {
                self.handle(Command::Store, now);
                self.stores.push(done);
            }
            Message::Stop(done) => {
                self.handle(Command::Shutdown, now);
                return Some(done);
            }
        }
        None
    }

    fn recover(&mut self) {
        let now = self.now();
        match self.storage.list() {
            Ok(batches) => {
                let recovery = self.storage.recovery();
                for why in &recovery.reasons {
                    log::warn!("handspan: a file is set aside: {why}");
                }
                self.handle(Command::Torn(recovery.torn.into()), now);
                self.handle(Command::Damaged(recovery.damaged.into()), now);
                if let Some(why) = recovery.unread_reason {
                    let why = format!(
                        "{} files are left for the next start: {why}",
                        recovery.unread
                    );
                    log::warn!("handspan: {why}");
                    self.handle(Command::StorageFailed { why }, now);
                }
                self.handle(Command::Locked(recovery.locked), now);
                let unreadable = recovery.set_aside.into();
                self.handle(
                    Command::Recovered {
                        batches,
                        unreadable,
                    },
                    now,
                );
            }
            Err(error) => store::refuse(&self.shared, &self.settings, &error),
        }
        let document = self.load(Saved::Remote).ok().flatten();
        let install_id = self.load_id(Saved::InstallId);
        if self.settings.configuration.track_anonymous_user {
            let stored = self.load_id(Saved::AnonymousId);
            self.handle(Command::AnonymousId(stored), now);
        }
        self.handle(
            Command::ColdStart {
                document,
                install_id,
            },
            now,
        );
    }

    fn load_id(&mut self, saved: Saved) -> StoredId {
        match self.load(saved) {
            Ok(id) => id
                .and_then(|id| String::from_utf8(id).ok())
                .map_or(StoredId::None, StoredId::Known),
            Err(error) if error.condemns() => StoredId::None,
            Err(_) => StoredId::Unread,
        }
    }

    fn load(&mut self, saved: Saved) -> Result<Option<Vec<u8>>, StorageError> {
        self.storage
            .load(saved.name())
            .inspect_err(|error| store::refuse(&self.shared, &self.settings, error))
    }

    fn handle(&mut self, command: Command, now: Now) {
        self.run_engine(vec![command], now);
    }

    /// Runs the engine and what it asks for, until nothing is left. A panic of ours costs one command.
    fn run_engine(&mut self, commands: Vec<Command>, now: Now) {
        self.run_commands(commands, now);
        if self.engine.is_sending() && !self.is_exchanging {
            // The panic took the exchange with it: nobody would answer, and nothing more would be sent.
            let answer = Err(exchange::internal_error());
            self.run_commands(vec![Command::Uploaded(answer)], now);
        }
        if self.engine.is_pulling() && !self.is_pulling {
            let answer = Err(exchange::internal_error());
            self.run_commands(vec![Command::Pulled(answer)], now);
        }
    }

    fn run_commands(&mut self, commands: Vec<Command>, now: Now) {
        let mut commands = VecDeque::from(commands);
        while let Some(command) = commands.pop_front() {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let effects = self.engine.handle(command, now);
                effects
                    .into_iter()
                    .flat_map(|effect| self.perform(effect))
                    .collect::<Vec<_>>()
            }));
            commands.extend(outcome.unwrap_or_else(|_| self.internal_error()));
        }
    }

    fn internal_error(&self) -> Vec<Command> {
        Counters::add(&self.shared.counters.internal_errors, 1);
        Vec::new()
    }

    /// Appends what waits for it; what could not be appended.
    fn write(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        for Group { batch, events } in self.appends.take() {
            let mut slices: Vec<&[u8]> = events.iter().map(Vec::as_slice).collect();
            let Some(why) = failed(self.storage.append(&batch, &slices)) else {
                continue;
            };
            // What is too much together may fit one by one.
            slices.retain(|event| self.storage.append(&batch, &[event]).is_err());
            if !slices.is_empty() {
                commands.push(Command::AppendFailed {
                    batch,
                    events: count(&slices),
                    why,
                });
            }
        }
        commands
    }

    /// Lets the app's threads see how the engine is doing.
    fn publish(&self) {
        self.shared.engine.store(Arc::new(self.engine.status()));
    }

    /// Performs one effect; what came of it, if the engine must know at once.
    fn perform(&mut self, effect: Effect) -> Vec<Command> {
        let mut commands = match &effect {
            Effect::Append { .. } | Effect::Create(_) | Effect::Map(_) | Effect::Unmap(_) => {
                Vec::new()
            }
            // What deals with batches finds them as the engine knows them.
            _ => self.write(),
        };
        commands.extend(self.perform_now(effect));
        commands
    }

    fn perform_now(&mut self, effect: Effect) -> Option<Command> {
        match effect {
            Effect::Create(batch) => {
                let why = failed(self.storage.create(&batch))?;
                let batch = batch.id;
                Some(Command::CreateFailed { batch, why })
            }
            Effect::Append { batch, payload } => {
                self.appends.add(batch, payload);
                None
            }
            Effect::Upload {
                batch,
                intake,
                request_id,
                timeout_ms,
            } => self
                .upload(&batch, intake, request_id, timeout_ms)
                .unwrap_or_else(|error| Some(exchange::not_made(batch, &error))),
            Effect::Halve {
                batch,
                halves,
                delivered,
                instead_for,
            } => {
                let storage = self.storage.as_mut();
                let instead_for = instead_for.as_deref();
                Some(
                    match halve(storage, &batch, halves, &delivered, instead_for) {
                        Ok(halves) => Command::Halved { batch, halves },
                        Err(error) => exchange::not_made(batch, &error),
                    },
                )
            }
            Effect::MarkDelivered { batch, intake_key } => {
                storage_failed(self.storage.mark_delivered(&batch, &intake_key))
            }
            Effect::Delete { batch } => storage_failed(self.storage.delete(&batch)),
            Effect::PromotePending => storage_failed(self.storage.promote_pending()),
            Effect::DeletePending => storage_failed(self.storage.delete_pending()),
            Effect::DeleteAll => {
                let ids = [Saved::InstallId, Saved::AnonymousId].map(Saved::name);
                storage_failed(self.storage.delete_all(&ids))
            }
            Effect::Map(event) => {
                self.shared.mappers.add(event);
                None
            }
            Effect::Unmap(ids) => {
                self.shared.mappers.withdraw(&ids);
                None
            }
            Effect::Pull { url, etag } => {
                self.pull(&url, etag.as_deref());
                None
            }
            Effect::Save(saved, bytes) => storage_failed(self.storage.save(saved.name(), &bytes)),
            Effect::LogLevel(level) => {
                crate::seams::logger::set_level(level);
                None
            }
            Effect::Publish {
                trace,
                enabled,
                captures_resources,
                remote_version,
                at_start,
            } => {
                let remote = RemoteWord {
                    enabled,
                    captures_resources,
                    version: remote_version,
                };
                self.shared
                    .update(|snapshot| snapshot.with_trace(&trace, remote.clone(), at_start));
                None
            }
        }
    }

    fn answer_flushes(&mut self) {
        let answer = if self.engine.is_idle() {
            true
        } else if self.engine.is_held_back(self.now()) {
            false
        } else {
            return;
        };
        for flush in self.flushes.drain(..) {
            // Whoever asked may have stopped waiting.
            let _ = flush.send(answer);
        }
    }

    fn now(&self) -> Now {
        self.shared.seams.clock.now()
    }
}

/// Why an effect on the storage failed, if it did.
fn failed(outcome: Result<(), StorageError>) -> Option<String> {
    let why = outcome.err()?.to_string();
    log::warn!("handspan: {why}");
    Some(why)
}

/// The same where no event is lost by it.
fn storage_failed(outcome: Result<(), StorageError>) -> Option<Command> {
    let why = failed(outcome)?;
    Some(Command::StorageFailed { why })
}

fn count(events: &[&[u8]]) -> u32 {
    u32::try_from(events.len()).unwrap_or(u32::MAX)
}
