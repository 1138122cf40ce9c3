//! What an app notes of itself for whoever asks after its death: the page cache outlives a killed process.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::time::{ClockId, clock_gettime};

/// Bytes of a number, and of the two numbers that are noted of a call.
const NUMBER: u64 = 8;
const ENTRY: u64 = 2 * NUMBER;

/// Being written. First how many calls are known to be stored, then of each call when it returned and how long the core's thread
/// had run by then.
#[derive(Debug)]
pub struct Journal(File);

/// Read back.
#[derive(Debug)]
pub struct Noted {
    /// Calls 0 to this had been stored, as the core itself said.
    pub stored: u64,
    /// The calls, in order.
    pub returned: Vec<Returned>,
}

/// A call that had returned.
#[derive(Debug, Clone, Copy)]
pub struct Returned {
    /// When, nanoseconds of the monotonic clock.
    pub at_ns: u64,
    /// How long the core's thread had run by then, at least.
    pub worked_ns: u64,
}

impl Journal {
    /// A journal without an entry.
    pub fn create(path: &Path) -> io::Result<Self> {
        let journal = Self(File::create(path)?);
        journal.stored(0)?;
        Ok(journal)
    }

    /// Notes how many calls are stored.
    pub fn stored(&self, calls: u64) -> io::Result<()> {
        self.0.write_all_at(&calls.to_le_bytes(), 0)
    }

    /// Notes that the call of this number, counted from 0, has returned, and how long the core's thread had run.
    pub fn returned(&self, call: u64, worked_ns: u64) -> io::Result<()> {
        let entry = [now_ns().to_le_bytes(), worked_ns.to_le_bytes()].concat();
        self.0.write_all_at(&entry, NUMBER + call * ENTRY)
    }

    /// Reads one; an entry cut short by the kill was not noted.
    pub fn read(path: &Path) -> io::Result<Noted> {
        let bytes = std::fs::read(path)?;
        let (numbers, _) = bytes.as_chunks::<{ NUMBER as usize }>();
        let mut numbers = numbers.iter().map(|number| u64::from_le_bytes(*number));
        let stored = numbers.next().unwrap_or(0);
        let mut returned = Vec::new();
        while let (Some(at_ns), Some(worked_ns)) = (numbers.next(), numbers.next()) {
            returned.push(Returned { at_ns, worked_ns });
        }
        Ok(Noted { stored, returned })
    }
}

/// The monotonic clock, the same in every process.
pub fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}
