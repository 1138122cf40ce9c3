//! An intake that honours `DD-IDEMPOTENCY-KEY`, and is in one of several moods.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use flate2::read::GzDecoder;

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// 202.
    Takes,
    /// Takes the batch and never answers.
    Holds,
    /// In turn: 503, cuts the connection after taking the batch, cuts it in the middle of the batch, 202.
    Fails,
    /// 413 for a batch of more events than this.
    Small(usize),
}

/// What it has taken.
#[derive(Debug, Default, Clone)]
pub struct Taken {
    /// Batch id, and the numbers of the calls in it.
    pub batches: HashMap<String, Vec<u64>>,
    /// Batches that came again under the id that they had.
    pub recognised: u64,
    /// Batches that came again under their id with other events.
    pub changed: u64,
}

struct Shared {
    mood: Mutex<Mood>,
    taken: Mutex<Taken>,
    requests: Mutex<(u64, Sender<()>)>,
    closed: AtomicBool,
}

/// A server on loopback; it ends with its owner.
pub struct Intake {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Something for each batch that has begun to arrive.
    pub arrivals: Receiver<()>,
}

impl Intake {
    /// Starts one.
    pub fn start(mood: Mood) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (arrived, arrivals) = channel();
        let shared = Arc::new(Shared {
            mood: Mutex::new(mood),
            taken: Mutex::default(),
            requests: Mutex::new((0, arrived)),
            closed: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.closed.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let shared = Arc::clone(&serving);
                // A connection that breaks off is an app that was killed.
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Ok(Self {
            address,
            shared,
            arrivals,
        })
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From the next batch on.
    pub fn be(&self, mood: Mood) {
        *lock(&self.shared.mood) = mood;
    }

    /// What it has taken so far.
    pub fn taken(&self) -> Taken {
        lock(&self.shared.taken).clone()
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        // Wakes the listener, which then sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn serve(&self, stream: TcpStream) -> Option<()> {
        // A held connection of a dead app must not hold its thread for ever.
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .ok()?;
        let mut writer = stream.try_clone().ok()?;
        let mut reader = BufReader::new(stream);
        loop {
            let (key, length) = head(&mut reader)?;
            let turn = {
                let mut requests = lock(&self.requests);
                requests.0 += 1;
                // Nobody may be waiting.
                let _ = requests.1.send(());
                requests.0
            };
            let mood = *lock(&self.mood);
            if mood == Mood::Fails && turn % 4 == 3 {
                let mut half = vec![0; length / 2];
                reader.read_exact(&mut half).ok()?;
                return None;
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let calls = calls(&body)?;
            let status = match mood {
                Mood::Fails if turn % 4 == 1 => "503 Service Unavailable",
                Mood::Small(most) if calls.len() > most => "413 Content Too Large",
                _ => {
                    self.take(key, calls);
                    "202 Accepted"
                }
            };
            match mood {
                Mood::Fails if turn % 4 == 2 => return None,
                Mood::Holds => {
                    // Until the app is gone.
                    drop(reader.read(&mut [0]));
                    return None;
                }
                _ => write!(writer, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").ok()?,
            }
        }
    }

    fn take(&self, key: String, calls: Vec<u64>) {
        let mut taken = lock(&self.taken);
        match taken.batches.get(&key) {
            Some(known) => {
                let changed = *known != calls;
                taken.recognised += 1;
                taken.changed += u64::from(changed);
            }
            None => {
                taken.batches.insert(key, calls);
            }
        }
    }
}

/// Batch id and length of the next request; none when there is none, or it is none of ours.
fn head(reader: &mut impl BufRead) -> Option<(String, usize)> {
    let (mut key, mut length) = (None, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            return Some((key?, length?));
        }
        if let Some((name, value)) = line.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "dd-idempotency-key" => key = Some(value.trim().to_owned()),
                "content-length" => length = value.trim().parse().ok(),
                _ => {}
            }
        }
    }
}

/// The numbers of the calls in a batch: each event is a line. What is no call is the view that they are in.
fn calls(body: &[u8]) -> Option<Vec<u64>> {
    let mut text = String::new();
    GzDecoder::new(body).read_to_string(&mut text).ok()?;
    text.lines()
        .filter(|line| line.contains("call="))
        .map(|line| {
            let (_, rest) = line.split_once("call=")?;
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            rest.get(..end)?.parse().ok()
        })
        .collect()
}
