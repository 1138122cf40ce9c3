//! The first bytes of a batch.

use super::{BatchDefect, BatchId, Lane, Priority, Track};

const MAGIC: [u8; 8] = *b"HSBATCH\0";
/// The version that is written.
const VERSION: u16 = 2;
/// Bytes before what the versions differ in: magic, version, id, creation time.
const COMMON_BYTES: usize = 8 + 2 + 16 + 8;

/// What a batch says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The batch's id from creation.
    pub id: BatchId,
    /// When it was made: milliseconds since 1970 by the phone's wall clock.
    pub created_wall_ms: u64,
    /// What is in it.
    pub lane: Lane,
    /// Are its events encrypted, each by itself?
    pub encrypted: bool,
}

impl Header {
    /// Bytes of a header that is written today.
    pub const BYTES: usize = COMMON_BYTES + 3 + 4;

    /// The first bytes of a new batch.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::BYTES);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.id.0);
        bytes.extend_from_slice(&self.created_wall_ms.to_le_bytes());
        bytes.push(self.lane.track.number());
        bytes.push(self.lane.priority.number());
        bytes.push(self.encrypted.into());
        let crc = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        bytes
    }
}

/// The header, and what follows it.
pub(super) fn split(bytes: &[u8]) -> Result<(Header, &[u8]), BatchDefect> {
    let short = BatchDefect::Short {
        length: bytes.len(),
    };
    // Foreign bytes are called foreign even when they are few.
    let common = bytes.len().min(MAGIC.len());
    if bytes.get(..common) != MAGIC.get(..common) {
        return Err(BatchDefect::NotABatch);
    }
    let Some((_, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(short);
    };
    let Some((version, rest)) = rest.split_first_chunk::<2>() else {
        return Err(short);
    };
    // Before the checksum: another version may well have another header.
    let more = match u16::from_le_bytes(*version) {
        1 => 0,
        2 => 3,
        version => return Err(BatchDefect::UnknownVersion { version }),
    };
    let Some((id, rest)) = rest.split_first_chunk::<16>() else {
        return Err(short);
    };
    let Some((created, rest)) = rest.split_first_chunk::<8>() else {
        return Err(short);
    };
    let Some((kind, rest)) = rest.split_at_checked(more) else {
        return Err(short);
    };
    let Some((crc, rest)) = rest.split_first_chunk::<4>() else {
        return Err(short);
    };
    let covered = bytes.get(..COMMON_BYTES + more).unwrap_or_default();
    if crc32fast::hash(covered) != u32::from_le_bytes(*crc) {
        return Err(BatchDefect::DamagedHeader);
    }
    let (lane, encrypted) = kind_of(kind).ok_or(BatchDefect::UnknownKind)?;
    let header = Header {
        id: BatchId(*id),
        created_wall_ms: u64::from_le_bytes(*created),
        lane,
        encrypted,
    };
    Ok((header, rest))
}

/// Track, priority and encryption; version 1 had one kind only.
fn kind_of(bytes: &[u8]) -> Option<(Lane, bool)> {
    let &[track, priority, encrypted] = bytes else {
        return bytes.is_empty().then_some((Lane::RUM, false));
    };
    let lane = Lane {
        track: Track::from_number(track)?,
        priority: Priority::from_number(priority)?,
    };
    (encrypted <= 1).then_some((lane, encrypted == 1))
}
