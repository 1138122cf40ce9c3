//! How long a thread has run, as Linux counts it: a queue that waits for a processor is the machine's doing, not the core's.

use std::io;
use std::path::PathBuf;

/// The thread that the core runs on (its name is the public part of it).
const CORE_THREAD: &str = "handspan";

/// A thread of a process.
#[derive(Debug)]
pub struct Thread(PathBuf);

impl Thread {
    /// The core's thread in a process.
    pub fn of_core(process: u32) -> io::Result<Self> {
        for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
            let folder = task?.path();
            if std::fs::read_to_string(folder.join("comm"))?.trim_end() == CORE_THREAD {
                return Ok(Self(folder.join("schedstat")));
            }
        }
        Err(io::Error::other(format!(
            "process {process} has no thread {CORE_THREAD}"
        )))
    }

    /// Nanoseconds that it has run, to the scheduler's tick: the first number of `schedstat`.
    pub fn worked_ns(&self) -> io::Result<u64> {
        let text = std::fs::read_to_string(&self.0)?;
        let first = text.split_whitespace().next();
        let worked = first.and_then(|number| number.parse().ok());
        worked.ok_or_else(|| io::Error::other(format!("schedstat reads {text:?}")))
    }
}
