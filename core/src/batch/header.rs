//! The first bytes of a batch.

use super::{BatchDefect, BatchId};

const MAGIC: [u8; 8] = *b"HSBATCH\0";
const VERSION: u16 = 1;

/// Bytes of a header.
pub const HEADER_BYTES: usize = 8 + 2 + 16 + 8 + 4;

/// The header of a new batch. `created_wall_ms` is in milliseconds since 1970.
pub fn header(id: &BatchId, created_wall_ms: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&id.0);
    bytes.extend_from_slice(&created_wall_ms.to_le_bytes());
    let crc = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

/// Id and creation time, and what follows the header.
pub(super) fn split(bytes: &[u8]) -> Result<(BatchId, u64, &[u8]), BatchDefect> {
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
    let version = u16::from_le_bytes(*version);
    if version != VERSION {
        return Err(BatchDefect::UnknownVersion { version });
    }
    let Some((id, rest)) = rest.split_first_chunk::<16>() else {
        return Err(short);
    };
    let Some((created, rest)) = rest.split_first_chunk::<8>() else {
        return Err(short);
    };
    let Some((crc, rest)) = rest.split_first_chunk::<4>() else {
        return Err(short);
    };
    let covered = bytes.get(..HEADER_BYTES - 4).unwrap_or_default();
    if crc32fast::hash(covered) != u32::from_le_bytes(*crc) {
        return Err(BatchDefect::DamagedHeader);
    }
    Ok((BatchId(*id), u64::from_le_bytes(*created), rest))
}
