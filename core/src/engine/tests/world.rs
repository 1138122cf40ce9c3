//! A phone, its network and an intake over weeks: the real engine, store and requests on a clock that jumps from event to event.

use std::collections::HashMap;
use std::io::Read;

use super::*;
use crate::batch::Track;
use crate::seams::entropy::Entropy;
use crate::seams::storage::{MemoryStorage, Storage};
use crate::upload::{UploadConditions, UploadFacts, request, without_superseded};
use crate::worker::halve;

pub(super) const SECOND: u64 = 1_000;
pub(super) const MINUTE: u64 = 60 * SECOND;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;

/// An intake that knows a batch by its id.
#[derive(Default)]
pub(super) struct Server {
    /// Bodies by `DD-IDEMPOTENCY-KEY`.
    batches: HashMap<String, Vec<u8>>,
    /// How often each event has come, batches that were known not counted.
    pub(super) events: HashMap<u64, u32>,
    pub(super) telemetry: u64,
    pub(super) requests: u64,
    /// Of them those whose batch was there already.
    pub(super) repeated: u64,
    pub(super) bytes: u64,
}

impl Server {
    fn take(&mut self, key: &str, body: &[u8]) {
        if let Some(known) = self.batches.get(key) {
            assert_eq!(known, body, "one id, one content");
            self.repeated += 1;
            return;
        }
        let mut text = String::new();
        flate2::read::GzDecoder::new(body)
            .read_to_string(&mut text)
            .unwrap();
        for line in text.lines() {
            match number(line) {
                Some(number) => *self.events.entry(number).or_default() += 1,
                None => self.telemetry += 1,
            }
        }
        self.batches.insert(key.to_owned(), body.to_vec());
    }

    pub(super) fn twice(&self) -> usize {
        self.events.values().filter(|&&count| count > 1).count()
    }
}

/// Which call an event tells of.
fn number(event: &str) -> Option<u64> {
    let (_, rest) = event.split_once("https://a.example/")?;
    rest.split('"').next()?.parse().ok()
}

/// What becomes of a request.
pub(super) struct Exchange {
    pub(super) arrives: bool,
    pub(super) answer: Result<HttpAnswer, TransportError>,
    pub(super) takes_ms: u64,
}

impl Exchange {
    pub(super) fn answered(status: u16) -> Self {
        Self {
            arrives: (200..300).contains(&status),
            answer: Ok(HttpAnswer {
                status,
                headers: Vec::new(),
                body: Vec::new(),
            }),
            takes_ms: 150,
        }
    }

    pub(super) fn lost(error: TransportError, arrives: bool, takes_ms: u64) -> Self {
        Self {
            arrives,
            answer: Err(error),
            takes_ms,
        }
    }
}

/// What all processes of the app together have counted.
#[derive(Default, Debug)]
pub(super) struct Totals {
    pub(super) dropped: HashMap<&'static str, u64>,
    /// Events that the core itself made.
    pub(super) made: u64,
    pub(super) wake_ups: u64,
    pub(super) retries: u64,
    pub(super) processes: u64,
}

impl Totals {
    pub(super) fn lost(&self) -> u64 {
        self.dropped.values().sum()
    }
}

pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) store: MemoryStorage,
    pub(super) server: Server,
    /// Behind a second intake, where there is one: it takes so many events at once, and no more.
    pub(super) small_server: Server,
    pub(super) takes_at_most: usize,
    pub(super) totals: Totals,
    pub(super) mono_ms: u64,
    /// Calls recorded, in all processes and in this one.
    pub(super) calls: u64,
    calls_here: u64,
    /// When each was recorded.
    pub(super) recorded_ms: Vec<u64>,
    under_way: Option<(u64, Result<HttpAnswer, TransportError>)>,
    network: Box<dyn FnMut(u64) -> Exchange>,
    configuration: String,
    store_bytes: u64,
    /// The most that was ever there.
    pub(super) most_batches: u64,
    pub(super) most_bytes: u64,
}

impl World {
    /// `network` decides at a monotonic time what becomes of a request.
    pub(super) fn new(
        extra: &str,
        store_bytes: u64,
        network: impl FnMut(u64) -> Exchange + 'static,
    ) -> Self {
        let intakes = r#"[{"type":"datadog"}]"#;
        Self::with(intakes, extra, store_bytes, network)
    }

    fn with(
        intakes: &str,
        extra: &str,
        store_bytes: u64,
        network: impl FnMut(u64) -> Exchange + 'static,
    ) -> Self {
        let configuration = format!(r#","intakes":{intakes},"telemetry":true{extra}"#);
        Self {
            engine: engine(&configuration, store_bytes, 0),
            store: MemoryStorage::new(usize::MAX),
            server: Server::default(),
            small_server: Server::default(),
            takes_at_most: usize::MAX,
            totals: Totals {
                processes: 1,
                ..Totals::default()
            },
            mono_ms: 0,
            calls: 0,
            calls_here: 0,
            recorded_ms: Vec::new(),
            under_way: None,
            network: Box::new(network),
            configuration,
            store_bytes,
            most_batches: 0,
            most_bytes: 0,
        }
    }

    /// The same with a second intake.
    pub(super) fn with_small_server(
        takes_at_most: usize,
        network: impl FnMut(u64) -> Exchange + 'static,
    ) -> Self {
        let intakes = r#"[{"type":"datadog"},{"type":"proxy","url":"https://proxy.example/rum"}]"#;
        Self {
            takes_at_most,
            ..Self::with(intakes, "", limits::STORE_BYTES, network)
        }
    }

    fn now(&self) -> Now {
        Now {
            wall_ms: WALL_MS + self.mono_ms,
            mono_ms: self.mono_ms,
        }
    }

    pub(super) fn call(&mut self) {
        let call = FinishedCall {
            method: "GET".into(),
            url: format!("https://a.example/{}", self.calls),
            status_code: Some(200),
            ..FinishedCall::default()
        };
        self.calls += 1;
        self.calls_here += 1;
        self.recorded_ms.push(self.mono_ms);
        self.tell(Command::Finish(Box::new(call), session()));
    }

    pub(super) fn conditions(&mut self, conditions: UploadConditions) {
        self.tell(Command::Conditions(conditions));
    }

    /// Tells the engine and does what it asks for; then everything must still be accounted for.
    pub(super) fn tell(&mut self, command: Command) {
        let mut commands = vec![command];
        while let Some(command) = commands.pop() {
            for effect in self.engine.handle(command, self.now()) {
                commands.extend(self.perform(effect));
            }
        }
        let status = self.engine.status();
        let rum = status.track(Track::Rum);
        let came_in = self.calls_here + rum.made + rum.recovered;
        assert_eq!(came_in, rum.accounted_for(), "{rum:?}");
        self.most_batches = self.most_batches.max(rum.waiting.batches);
        self.most_bytes = self.most_bytes.max(rum.waiting.bytes);
    }

    fn perform(&mut self, effect: Effect) -> Option<Command> {
        match effect {
            Effect::Create(batch) => self.store.create(&batch).unwrap(),
            Effect::Append { batch, payload } => {
                self.store.append(&batch, &[&payload]).unwrap();
            }
            Effect::Upload {
                batch,
                intake,
                request_id,
                timeout_ms,
            } => return Some(self.upload(batch, intake, &request_id, timeout_ms)),
            Effect::MarkDelivered { batch, intake_key } => {
                self.store.mark_delivered(&batch, &intake_key).unwrap();
            }
            Effect::Delete { batch } => self.store.delete(&batch).unwrap(),
            Effect::Halve {
                batch,
                halves,
                delivered,
                instead_for,
            } => {
                let key = instead_for.as_deref();
                let halves = halve(&mut self.store, &batch, halves, &delivered, key).unwrap();
                return Some(Command::Halved { batch, halves });
            }
            other => panic!("{other:?}"),
        }
        None
    }

    fn upload(&mut self, id: BatchId, intake: usize, request_id: &str, timeout_ms: u64) -> Command {
        let content = self.store.read(&id).unwrap();
        let stored = content.events();
        let (events, superseded) = without_superseded(&stored);
        let facts = UploadFacts {
            client_token: "pub1".to_owned(),
            source: "android".to_owned(),
            version: "0.1.0".to_owned(),
        };
        let is_small = intake == 1;
        let intake = &self.engine.settings.intakes[intake];
        let track = content.header.lane.track;
        let Some(made) = request(intake, &facts, &id, track, request_id, &events) else {
            return Command::NothingToSend;
        };
        let mut exchange = (self.network)(self.mono_ms);
        if exchange.arrives && is_small && events.len() > self.takes_at_most {
            exchange = Exchange::answered(413);
        }
        let server = if is_small {
            &mut self.small_server
        } else {
            &mut self.server
        };
        server.requests += 1;
        server.bytes += made.body.len() as u64;
        if exchange.arrives {
            server.take(&id.to_string(), &made.body);
        }
        let (takes_ms, answer) = if exchange.takes_ms > timeout_ms {
            (timeout_ms, Err(TransportError::Timeout))
        } else {
            (exchange.takes_ms, exchange.answer)
        };
        self.under_way = Some((self.mono_ms + takes_ms, answer));
        Command::Uploading {
            bytes: made.body.len() as u64,
            events: u32::try_from(stored.len()).unwrap(),
            superseded,
        }
    }

    /// Lets time pass: answers come in and timers fire when they are due.
    pub(super) fn pass(&mut self, ms: u64) {
        let until = self.mono_ms + ms;
        loop {
            let answered_at = self.under_way.as_ref().map(|(at, _)| *at);
            let wake_at = self.engine.wake_at().map(|at| at.max(self.mono_ms));
            let next = answered_at.into_iter().chain(wake_at).min();
            let Some(next) = next.filter(|next| *next <= until) else {
                break;
            };
            self.mono_ms = next;
            match self.under_way.take_if(|(at, _)| *at == next) {
                Some((_, answer)) => self.tell(Command::Uploaded(answer)),
                None => self.tell(Command::Tick),
            }
        }
        self.mono_ms = until;
    }

    /// The process dies, with whatever is under way, and starts again.
    pub(super) fn restart(&mut self) {
        self.count();
        self.totals.processes += 1;
        self.under_way = None;
        self.calls_here = 0;
        self.engine = engine(&self.configuration, self.store_bytes, self.totals.processes);
        let batches = self.store.list().unwrap();
        self.tell(Command::Recovered {
            batches,
            unreadable: 0,
        });
        self.tell(first_start());
    }

    /// Adds what this process has counted to what the earlier ones have.
    pub(super) fn count(&mut self) {
        let status = self.engine.status();
        for (reason, count) in status.dropped() {
            *self.totals.dropped.entry(reason).or_default() += count;
        }
        self.totals.wake_ups += status.wake_ups;
        let rum = status.track(Track::Rum);
        self.totals.made += rum.made;
        self.totals.retries += rum.retries;
    }

    /// Events that have not arrived.
    pub(super) fn missing(&self) -> u64 {
        let arrived = self.server.events.len() as u64 + self.server.telemetry;
        self.calls + self.totals.made - arrived
    }

    pub(super) fn says(&self, what: &str, days: u64) {
        let server = &self.server;
        let totals = &self.totals;
        println!(
            "{what}: {} calls in {days} days and {} processes; {} events arrived, {} twice; dropped {:?}; {} requests ({} \
             repeated, {} failed), {} bytes on the wire, {} an event; {} wake-ups; at most {} batches and {} bytes waiting",
            self.calls,
            totals.processes,
            server.events.len(),
            server.twice(),
            totals.dropped,
            server.requests,
            server.repeated,
            totals.retries,
            server.bytes,
            server.bytes / (server.events.len() as u64 + server.telemetry).max(1),
            totals.wake_ups,
            self.most_batches,
            self.most_bytes,
        );
    }
}

fn engine(configuration: &str, store_bytes: u64, seed: u64) -> Engine {
    let entropy = Arc::new(SeededEntropy::new(seed + 100));
    Engine::new(settings(configuration), "memory", store_bytes, entropy)
}

/// Chance, the same in every run.
pub(super) struct Dice(SeededEntropy);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    pub(super) fn below(&self, bound: u64) -> u64 {
        self.0.next_u64() % bound
    }

    pub(super) fn percent(&self, percent: u64) -> bool {
        self.below(100) < percent
    }
}
