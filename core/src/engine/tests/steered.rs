//! A phone that a remote document steers: the real engine, a small disk that outlives its processes, and a server that the test
//! plays. The clock jumps from timer to timer.

use std::collections::HashMap;

use super::*;
use crate::engine::{EngineStatus, RemoteStatus};
use crate::seams::entropy::Entropy;
use crate::trace::TraceSettings;

pub(super) const URL: &str = "https://config.example/app.json";
pub(super) const SECOND: u64 = 1_000;
pub(super) const HOUR: u64 = 3_600 * SECOND;
pub(super) const DAY: u64 = 24 * HOUR;

/// What the app's threads see.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub(super) trace: Arc<TraceSettings>,
    pub(super) enabled: bool,
    pub(super) captures_resources: bool,
    pub(super) version: Option<Arc<str>>,
    pub(super) at_start: bool,
}

/// A request for the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pull {
    pub(super) at_ms: u64,
    pub(super) etag: Option<String>,
}

pub(super) struct Steered {
    pub(super) engine: Engine,
    extra: String,
    processes: u64,
    /// Of this process: every process begins at 0.
    pub(super) mono_ms: u64,
    pub(super) wall_ms: u64,
    pub(super) disk: HashMap<Saved, Vec<u8>>,
    /// Names of the effects since somebody looked.
    pub(super) effects: Vec<&'static str>,
    pub(super) pulls: Vec<Pull>,
    pub(super) published: Option<Published>,
    /// Random numbers, all the same; none: of a seed.
    random: Option<u64>,
}

/// Chance that always says the same, so that a test knows how long a random delay is.
#[derive(Debug)]
struct Always(u64);

impl Entropy for Always {
    fn next_u64(&self) -> u64 {
        self.0
    }
}

pub(super) fn ok(etag: &str, body: &str) -> Command {
    Command::Pulled(Ok(HttpAnswer {
        status: 200,
        headers: vec![("etag".to_owned(), etag.to_owned())],
        body: body.as_bytes().to_vec(),
    }))
}

pub(super) fn status(status: u16, headers: &[(&str, &str)]) -> Command {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Command::Pulled(Ok(HttpAnswer {
        status,
        headers,
        body: Vec::new(),
    }))
}

pub(super) fn timeout() -> Command {
    Command::Pulled(Err(TransportError::Timeout))
}

impl Steered {
    /// An app that has just started for the first time, with these members beside its URL.
    pub(super) fn with(extra: &str) -> Self {
        Self::on_disk(extra, HashMap::new(), None)
    }

    pub(super) fn new() -> Self {
        Self::with("")
    }

    /// The same where chance always says this.
    pub(super) fn by_chance_of(random: u64) -> Self {
        Self::on_disk("", HashMap::new(), Some(random))
    }

    fn on_disk(extra: &str, disk: HashMap<Saved, Vec<u8>>, random: Option<u64>) -> Self {
        let mut phone = Self {
            engine: engine(extra, 0, random),
            extra: extra.to_owned(),
            processes: 0,
            mono_ms: 0,
            wall_ms: WALL_MS,
            disk,
            effects: Vec::new(),
            pulls: Vec::new(),
            published: None,
            random,
        };
        phone.start();
        phone
    }

    /// The process dies without a word, and the app starts again.
    pub(super) fn dies_and_starts(&mut self) {
        self.dies_and_starts_as(&self.extra.clone());
    }

    /// The same, as another release of the app.
    pub(super) fn dies_and_starts_as(&mut self, extra: &str) {
        self.processes += 1;
        self.extra = extra.to_owned();
        self.engine = engine(extra, self.processes, self.random);
        self.mono_ms = 0;
        self.published = None;
        self.effects.clear();
        self.start();
    }

    /// The app ends as it should, and starts again.
    pub(super) fn ends_and_starts(&mut self) {
        self.tell(Command::Shutdown);
        self.dies_and_starts();
    }

    fn start(&mut self) {
        let install_id = self.disk.get(&Saved::InstallId);
        let install_id = install_id.map_or(StoredId::None, |id| {
            StoredId::Known(String::from_utf8(id.clone()).unwrap())
        });
        self.tell(Command::ColdStart {
            document: self.disk.get(&Saved::Remote).cloned(),
            install_id,
        });
    }

    pub(super) fn tell(&mut self, command: Command) {
        let now = Now {
            wall_ms: self.wall_ms,
            mono_ms: self.mono_ms,
        };
        let effects = self.engine.handle(command, now);
        self.effects.extend(names(&effects));
        for effect in effects {
            match effect {
                Effect::Save(saved, bytes) => {
                    self.disk.insert(saved, bytes);
                }
                Effect::Pull { url, etag } => {
                    assert_eq!(&*url, URL);
                    self.pulls.push(Pull {
                        at_ms: self.mono_ms,
                        etag: etag.as_deref().map(str::to_owned),
                    });
                }
                Effect::Publish {
                    trace,
                    enabled,
                    captures_resources,
                    remote_version,
                    at_start,
                } => {
                    self.published = Some(Published {
                        trace,
                        enabled,
                        captures_resources,
                        version: remote_version,
                        at_start,
                    });
                }
                _ => {}
            }
        }
    }

    /// Lets time pass: timers fire when they are due.
    pub(super) fn pass(&mut self, ms: u64) {
        let until = self.mono_ms + ms;
        while let Some(due) = self.engine.wake_at().filter(|due| *due <= until) {
            // A timer that was due before fires now.
            self.step_to(due.max(self.mono_ms));
            self.tell(Command::Tick);
        }
        self.step_to(until);
    }

    fn step_to(&mut self, mono_ms: u64) {
        self.wall_ms += mono_ms - self.mono_ms;
        self.mono_ms = mono_ms;
    }

    /// To the background for so long, and back.
    pub(super) fn away(&mut self, ms: u64) {
        self.tell(Command::Background);
        self.pass(ms);
        self.tell(Command::Foreground);
    }

    pub(super) fn call(&mut self) {
        let call = FinishedCall {
            method: "GET".into(),
            url: "https://a.example/".into(),
            ..Default::default()
        };
        self.tell(Command::Finish(Box::new(call), session()));
    }

    pub(super) fn effects(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.effects)
    }

    pub(super) fn status(&self) -> EngineStatus {
        self.engine.status()
    }

    pub(super) fn remote(&self) -> RemoteStatus {
        self.status().remote
    }

    /// Trace rate in percent as the app's threads see it; the app's own is 100.
    pub(super) fn trace_rate(&self) -> f64 {
        self.published
            .as_ref()
            .map_or(100.0, |published| published.trace.trace_rate.percent())
    }

    pub(super) fn is_on(&self) -> bool {
        self.published
            .as_ref()
            .is_none_or(|published| published.enabled)
    }
}

fn engine(extra: &str, seed: u64, random: Option<u64>) -> Engine {
    let intakes = if extra.contains("\"intakes\"") {
        ""
    } else {
        r#","intakes":[{"type":"datadog"}]"#
    };
    let settings = settings(&format!(
        r#"{intakes},"remote_configuration_url":"{URL}"{extra}"#
    ));
    let entropy: Arc<dyn Entropy> = match random {
        Some(random) => Arc::new(Always(random)),
        None => Arc::new(SeededEntropy::new(seed)),
    };
    Engine::new(settings, "memory", limits::STORE_BYTES, entropy)
}
