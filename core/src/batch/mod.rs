//! What a batch looks like in bytes: a header with its id, then one frame an event.
//!
//! ```text
//! header  "HSBATCH\0" [version u16] [id 16 bytes] [created, wall ms u64]
//!         [track u8] [priority u8] [encrypted u8] [crc32 of all before u32]
//! frame   [length u32] [crc32 of payload u32] [payload]      … again for each event
//! ```
//!
//! That is version 2, which is written. In version 1, still read, the three bytes before the checksum are missing: RUM
//! events of the usual priority, not encrypted. `fixtures/` keeps a file of each.
//!
//! Numbers are little-endian. A batch has its id from creation, and an id is never used for other content:
//! a batch that is sent again after a lost answer is then known to the intake.
//! [`read`] passes over frames that are damaged; what follows the last whole one is a torn tail.

use std::ops::Range;

mod frame;
mod header;
mod id;
mod lane;

pub use frame::{frame, read};
pub use header::Header;
pub use id::BatchId;
pub use lane::{Lane, Priority, Track};

/// What [`read`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchContent<'a> {
    /// What the batch says of itself.
    pub header: Header,
    /// The events, oldest first, as they were framed.
    pub events: Vec<&'a [u8]>,
    /// Where they lie in the batch's bytes.
    pub ranges: Vec<Range<usize>>,
    /// Frames among them that are damaged and were passed over; at least so many where a length was damaged.
    pub damaged: u32,
    /// Bytes up to the end of the last whole frame: cut the file here before appending.
    pub intact_len: usize,
    /// Whether bytes follow after `intact_len`: the process died, or the disk was full, in the middle of a write.
    pub torn: bool,
}

/// Why bytes are no batch of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchDefect {
    /// Not even a whole header: the process died while it made the file. It holds no event.
    #[error("shorter than a batch header ({length} bytes)")]
    Short {
        /// Bytes there are.
        length: usize,
    },
    /// The first bytes are not ours.
    #[error("does not begin like a batch file")]
    NotABatch,
    /// Written by another release whose format this one does not know.
    #[error("batch format version {version} is unknown to this release")]
    UnknownVersion {
        /// The version that the header names.
        version: u16,
    },
    /// The header's checksum does not fit: the id cannot be trusted.
    #[error("the batch header is damaged")]
    DamagedHeader,
    /// A track, a priority or an encryption that no release of this format has written.
    #[error("the batch is of a kind that is unknown to this release")]
    UnknownKind,
}
