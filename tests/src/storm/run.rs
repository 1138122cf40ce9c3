//! One app's life, death and what was left of it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::intake::{Intake, Mood};
use super::journal::{Journal, Returned, now_ns};
use super::thread::Thread;

/// When the kill comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// Any time while it records, seals and uploads.
    Recording,
    /// Around the age at which the batch is sealed.
    Seal,
    /// While a batch is on its way, or taken and not yet answered.
    Upload,
    /// While the intake fails in every way.
    Failures,
    /// While batches that are too large are cut in two.
    Halves,
    /// While it records, and then twice while a new process recovers.
    Recovery,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Recording,
        Self::Seal,
        Self::Upload,
        Self::Failures,
        Self::Halves,
        Self::Recovery,
    ];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Seal => "seal",
            Self::Upload => "upload",
            Self::Failures => "failing intake",
            Self::Halves => "halves after 413",
            Self::Recovery => "recovery, twice",
        }
    }

    fn mood(self) -> Mood {
        match self {
            Self::Recording | Self::Seal | Self::Recovery => Mood::Takes,
            Self::Upload => Mood::Holds,
            Self::Failures => Mood::Fails,
            Self::Halves => Mood::Small(100),
        }
    }
}

/// What came of one run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// When it was killed.
    pub moment: Moment,
    /// Calls that had returned.
    pub returned: u64,
    /// Of those, how many arrived.
    pub arrived: u64,
    /// Calls that the core had called stored, and that did not arrive. Must be 0.
    pub stored_lost: u64,
    /// How long before the kill the oldest lost call had returned, milliseconds.
    pub oldest_lost_ms: f64,
    /// How much of that time the core's thread ran, milliseconds: the rest it waited for a processor or for the disk.
    pub worked_ms: f64,
    /// Events that were taken under two batch ids, or twice in one. Must be 0.
    pub doubles: u64,
    /// Batches that came again under their id with other events. Must be 0.
    pub changed: u64,
    /// Batches that came again and were recognised.
    pub recognised: u64,
    /// Batches taken.
    pub batches: u64,
}

/// Age at which the app seals, the shortest that the configuration takes.
const SEAL_MS: u64 = 100;
/// Longest life.
const LIFE_MS: u64 = 350;
/// A new process reads its folder within this.
const RECOVERY_MS: u64 = 30;
/// What one `send` waits for its flush, and more.
const SENDS: u32 = 20;

/// Lets the app live, kills it at the moment, and lets others send what it left. `draw` gives random numbers.
pub fn run(app: &Path, moment: Moment, draw: &mut dyn FnMut() -> u64) -> Result<Outcome, String> {
    let said = |error: std::io::Error| error.to_string();
    let folder = tempfile::tempdir().map_err(said)?;
    let journal = folder.path().join("journal");
    let intake = Intake::start(moment.mood()).map_err(said)?;
    let configuration = serde_json::json!({
        "client_token": "pub1",
        "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
        "storage_dir": folder.path().join("storage"),
        "first_party_hosts": {"shop.example": ["datadog", "tracecontext"]},
        "intakes": [{"type": "datadog", "url": intake.url()}],
        "batch_max_age_ms": SEAL_MS,
    })
    .to_string();
    let start = |mode: &[&str]| {
        Command::new(app)
            .arg(&configuration)
            .args(mode)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(said)
    };

    let mut killed = start(&["storm", &journal.to_string_lossy()])?;
    says(&mut killed, "recording")?;
    match moment {
        Moment::Seal => {
            let seal = SEAL_MS * (1 + draw() % 3);
            pause_us((seal - 4) * 1_000 + draw() % 8_000);
        }
        Moment::Upload => {
            let arrived = intake.arrivals.recv_timeout(Duration::from_secs(20));
            arrived.map_err(|_| "no upload has begun within 20 s")?;
            pause_us(draw() % 5_000);
        }
        _ => pause_us(1_000 + draw() % (LIFE_MS * 1_000)),
    }
    let worked_ns = Thread::of_core(killed.id()).and_then(|thread| thread.worked_ns());
    let worked_ns = worked_ns.map_err(said)?;
    let killed_ns = now_ns();
    kill(killed)?;

    if moment == Moment::Recovery {
        for _ in 0..2 {
            let recovering = start(&["send"])?;
            pause_us(draw() % (RECOVERY_MS * 1_000));
            kill(recovering)?;
        }
    }
    intake.be(match moment {
        // Its halves go on being halved.
        Moment::Halves => Mood::Small(100),
        _ => Mood::Takes,
    });
    send_all(&start)?;

    let noted = Journal::read(&journal).map_err(said)?;
    let taken = intake.taken();
    let mut times: HashMap<u64, u64> = HashMap::new();
    for call in taken.batches.values().flatten() {
        *times.entry(*call).or_default() += 1;
    }
    let lost = |call: &u64| !times.contains_key(call);
    let returned = noted.returned.len() as u64;
    let oldest_lost = (0..returned).find(lost);
    let oldest_lost = oldest_lost.and_then(|call| noted.returned.get(call as usize));
    let since = |then: fn(&Returned) -> u64, now: u64| {
        oldest_lost.map_or(0.0, |call| now.saturating_sub(then(call)) as f64 / 1e6)
    };
    Ok(Outcome {
        moment,
        returned,
        arrived: (0..returned).filter(|call| !lost(call)).count() as u64,
        stored_lost: (0..noted.stored).filter(lost).count() as u64,
        oldest_lost_ms: since(|call| call.at_ns, killed_ns),
        worked_ms: since(|call| call.worked_ns, worked_ns),
        doubles: times.values().filter(|&&count| count > 1).count() as u64,
        changed: taken.changed,
        recognised: taken.recognised,
        batches: taken.batches.len() as u64,
    })
}

fn send_all(start: &dyn Fn(&[&str]) -> Result<Child, String>) -> Result<(), String> {
    for _ in 0..SENDS {
        let mut sending = start(&["send"])?;
        let answer = line(&mut sending)?;
        sending.wait().map_err(|error| error.to_string())?;
        if answer == "sent" {
            return Ok(());
        }
    }
    Err(format!("{SENDS} starts could not send what was left"))
}

fn says(app: &mut Child, word: &str) -> Result<(), String> {
    let said = line(app)?;
    (said == word)
        .then_some(())
        .ok_or_else(|| format!("the app said {said:?} instead of {word:?}"))
}

fn line(app: &mut Child) -> Result<String, String> {
    let output = app.stdout.take().ok_or("the app has no output")?;
    let mut line = String::new();
    BufReader::new(output)
        .read_line(&mut line)
        .map_err(|error| error.to_string())?;
    Ok(line.trim_end().to_owned())
}

fn kill(mut app: Child) -> Result<(), String> {
    app.kill() // SIGKILL
        .and_then(|()| app.wait())
        .map(drop)
        .map_err(|error| error.to_string())
}

/// The moment is random, so it is waited for, not awaited.
fn pause_us(microseconds: u64) {
    std::thread::sleep(Duration::from_micros(microseconds));
}
