//! One phone: the real engine on a clock that jumps from event to event.

use std::sync::Arc;

use handspan_core::config::{Settings, from_json};
use handspan_core::engine::{Command, Effect, Engine, Saved, StoredId};
use handspan_core::limits;
use handspan_core::seams::clock::Now;
use handspan_core::seams::entropy::{SeededEntropy, uuid_v4};
use handspan_core::seams::transport::HttpAnswer;

use super::day::{Dice, Visit, visits};
use super::server::{self, Deed, Exchange, RELEASES, Server, YESTERDAY};
use super::tally::{Answer, Tally};
use super::{DAY, SECOND};

/// Midnight of the simulated day, milliseconds since 1970.
const MIDNIGHT: u64 = 1_795_219_200_000;

/// How long every phone was on before that.
const UPTIME: u64 = 3 * DAY;

const URL: &str = "https://config.shop.example/handspan.json";

/// Phones of a hundred that are new that day: they have no document yet.
const NEW: u64 = 3;

/// Time in the background after which the app's return asks for the document.
const AWAY_MS: u64 = 30 * SECOND;

/// What all phones have in common.
pub(super) struct App {
    settings: Arc<Settings>,
    /// What a phone keeps that has yesterday's document.
    kept: Vec<u8>,
}

impl App {
    pub(super) fn new() -> Result<Self, String> {
        let text = format!(
            r#"{{"client_token":"pub1","application_id":"6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1","version":"2.1",
                "first_party_hosts":{{"shop.example":["datadog","tracecontext"]}},"intakes":[{{"type":"datadog"}}],
                "remote_configuration_url":"{URL}"}}"#
        );
        let refused =
            |refusal: &dyn std::fmt::Display| format!("the app's configuration: {refusal}");
        let (configuration, refusals) = from_json(&text).map_err(|refusal| refused(&refusal))?;
        let (settings, more) = configuration.validate().map_err(|error| refused(&error))?;
        if let Some(refusal) = refusals.iter().chain(&more).next() {
            return Err(refused(refusal));
        }
        let mut app = Self {
            settings: Arc::new(settings),
            kept: Vec::new(),
        };
        // Yesterday, in short: the engine pulls and says what to keep.
        let (server, mut tally) = (Server::new(), Tally::new());
        let entropy = Arc::new(SeededEntropy::new(0));
        let mut phone = Phone::new(&app, &server, entropy, &mut tally);
        phone.start();
        phone.tell(Command::Pulled(Ok(HttpAnswer {
            status: 200,
            headers: vec![("etag".to_owned(), format!("\"v{YESTERDAY}\""))],
            body: server.document(YESTERDAY).to_vec(),
        })));
        app.kept = phone.kept.ok_or("the engine keeps no document")?;
        Ok(app)
    }
}

pub(super) struct Phone<'a> {
    app: &'a App,
    server: &'a Server,
    tally: &'a mut Tally,
    entropy: Arc<SeededEntropy>,
    /// Made by the engine at the first start of all.
    install_id: StoredId,
    engine: Option<Engine>,
    kept: Option<Vec<u8>>,
    /// Milliseconds of the day.
    now: u64,
    /// The exchange under way, and when it is over.
    under_way: Option<(u64, Exchange)>,
    /// The next request tries again what one has asked for already.
    again: bool,
    /// Version in force, as the engine last said.
    version: u64,
    /// When the app first came to the foreground after each release, and when the phone had it.
    came: [Option<u64>; RELEASES.len()],
    /// Has the server answered with each release, or a newer one?
    told: [bool; RELEASES.len()],
    had: [Option<u64>; RELEASES.len()],
}

impl<'a> Phone<'a> {
    pub(super) fn new(
        app: &'a App,
        server: &'a Server,
        entropy: Arc<SeededEntropy>,
        tally: &'a mut Tally,
    ) -> Self {
        let is_new = Dice(&entropy).percent(NEW);
        Self {
            install_id: match is_new {
                true => StoredId::None,
                false => StoredId::Known(uuid_v4(entropy.as_ref())),
            },
            kept: (!is_new && !app.kept.is_empty()).then(|| app.kept.clone()),
            app,
            server,
            tally,
            engine: None,
            now: 0,
            under_way: None,
            again: false,
            version: 0,
            came: [None; RELEASES.len()],
            told: [false; RELEASES.len()],
            had: [None; RELEASES.len()],
            entropy,
        }
    }

    /// The whole day.
    pub(super) fn live(mut self) {
        let visits = visits(&Dice(&self.entropy));
        self.tally.person(&visits);
        let mut left_at = None;
        for Visit { from, to, cold } in visits {
            self.pass(from);
            let away = left_at.map_or(u64::MAX, |left| from - left);
            if cold || self.engine.is_none() {
                self.comes();
                self.start();
            } else {
                if away > AWAY_MS {
                    self.comes();
                }
                self.tell(Command::Foreground);
            }
            self.pass(to);
            self.tell(Command::Background);
            left_at = Some(to);
        }
        self.pass(DAY - 1);
        self.ends();
        self.tally.spread(self.came, self.told, self.had);
    }

    /// Somebody opens the app after a while: the server should hear of it.
    fn comes(&mut self) {
        self.again = false;
        self.tally.asks(self.now);
        for (came, release) in self.came.iter_mut().zip(RELEASES) {
            if release.at <= self.now {
                came.get_or_insert(self.now);
            }
        }
    }

    /// A new process.
    fn start(&mut self) {
        self.ends();
        let settings = Arc::clone(&self.app.settings);
        let entropy = Arc::clone(&self.entropy);
        self.engine = Some(Engine::new(
            settings,
            "folder",
            limits::STORE_BYTES,
            entropy,
        ));
        self.tell(Command::ColdStart {
            document: self.kept.clone(),
            install_id: self.install_id.clone(),
        });
    }

    /// The process ends without a word. What it had under way is gone with it.
    fn ends(&mut self) {
        self.under_way = None;
        if let Some(engine) = self.engine.take() {
            self.tally.refused += engine.status().remote.refused;
        }
    }

    fn tell(&mut self, command: Command) {
        let now = Now {
            wall_ms: MIDNIGHT + self.now,
            mono_ms: UPTIME + self.now,
        };
        let Some(engine) = &mut self.engine else {
            return;
        };
        for effect in engine.handle(command, now) {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Pull { etag, .. } => self.pull(etag.as_deref()),
            Effect::Save(Saved::Remote, bytes) => self.kept = Some(bytes),
            Effect::Save(Saved::InstallId, bytes) => {
                self.install_id = StoredId::Known(String::from_utf8_lossy(&bytes).into_owned());
            }
            Effect::Publish {
                enabled,
                remote_version,
                trace,
                ..
            } => {
                let version = remote_version
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(0);
                self.published(version, enabled, trace.trace_rate.percent());
            }
            // Nothing is recorded: there is nothing to store and to send.
            _ => {}
        }
    }

    fn pull(&mut self, if_none_match: Option<&str>) {
        if self.under_way.is_some() {
            self.tally.broken += 1;
        }
        let dice = Dice(&self.entropy);
        let exchange = self.server.answer(self.now, if_none_match, &dice);
        let kind = Answer::of(&exchange.answer);
        let up = request_bytes(if_none_match);
        self.tally
            .request(self.now, self.again, kind, up, exchange.bytes);
        self.again = true;
        self.under_way = Some((self.now + exchange.takes_ms, exchange));
    }

    fn answered(&mut self, exchange: Exchange) {
        for (told, release) in self.told.iter_mut().zip(RELEASES) {
            *told |= exchange
                .version
                .is_some_and(|version| version >= release.version);
        }
        self.tell(Command::Pulled(exchange.answer));
    }

    /// Something else is in force.
    fn published(&mut self, version: u64, enabled: bool, trace_rate: f64) {
        // A bad document must not undo a kill switch, nor a new start, nor anything but a newer version.
        let is_off = RELEASES
            .iter()
            .any(|release| release.version == version && release.deed == Deed::Kill);
        if enabled == is_off || version < self.version {
            self.tally.broken += 1;
        }
        self.version = version;
        for (had, release) in self.had.iter_mut().zip(RELEASES) {
            if release.version > version || had.is_some() {
                continue;
            }
            *had = Some(self.now);
            if release.version == version && release.deed != Deed::Kill {
                self.tally.rolled_out(trace_rate == server::ROLLED_OUT_RATE);
            }
        }
    }

    /// Lets time pass: answers come in and timers fire when they are due.
    fn pass(&mut self, until: u64) {
        loop {
            let answered_at = self.under_way.as_ref().map(|(at, _)| *at);
            let wake_at = self.engine.as_ref().and_then(Engine::wake_at);
            let wake_at = wake_at.map(|at| at.saturating_sub(UPTIME).max(self.now));
            let next = answered_at.into_iter().chain(wake_at).min();
            let Some(next) = next.filter(|next| *next <= until) else {
                break;
            };
            self.now = next;
            match self.under_way.take_if(|(at, _)| *at == next) {
                Some((_, exchange)) => self.answered(exchange),
                None => self.tell(Command::Tick),
            }
        }
        self.now = until;
    }
}

/// Bytes of a request, as HTTP/1.1 writes it.
fn request_bytes(if_none_match: Option<&str>) -> u64 {
    let head = "GET /handspan.json HTTP/1.1\r\nhost: config.shop.example\r\naccept: application/json\r\n\
        user-agent: handspan/0.1.0 (android; 2.1)\r\n\r\n";
    let tag = if_none_match.map_or(0, |tag| "if-none-match: \r\n".len() + tag.len());
    (head.len() + tag) as u64
}
