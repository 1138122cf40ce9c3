//! What an app notes of itself for whoever asks after its death: the page cache outlives a killed process.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::time::{ClockId, clock_gettime};

const ENTRY: u64 = 8;

/// Being written. First how many calls are known to be stored, then of each call when it returned.
#[derive(Debug)]
pub struct Journal(File);

/// Read back.
#[derive(Debug)]
pub struct Noted {
    /// Calls 0 to this had been stored, as the core itself said.
    pub stored: u64,
    /// When each call returned, nanoseconds of the monotonic clock.
    pub returned_ns: Vec<u64>,
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

    /// Notes that the call of this number, counted from 0, has returned.
    pub fn returned(&self, call: u64) -> io::Result<()> {
        self.0
            .write_all_at(&now_ns().to_le_bytes(), (call + 1) * ENTRY)
    }

    /// Reads one; an entry cut short by the kill was not noted.
    pub fn read(path: &Path) -> io::Result<Noted> {
        let bytes = std::fs::read(path)?;
        let mut entries = bytes
            .chunks_exact(ENTRY as usize)
            .filter_map(|entry| entry.try_into().ok())
            .map(u64::from_le_bytes);
        Ok(Noted {
            stored: entries.next().unwrap_or(0),
            returned_ns: entries.collect(),
        })
    }
}

/// The monotonic clock, the same in every process.
pub fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}
