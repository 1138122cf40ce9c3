//! From events to the bytes of a batch and back, through the cipher where there is one.

use std::ops::Range;

use super::StorageError;
use crate::batch::{self, BatchDefect, BatchId, Header};
use crate::limits::EVENT_BYTES;
use crate::seams::cipher::Cipher;

/// What a batch holds.
#[derive(Debug)]
pub struct Contents {
    /// What it says of itself.
    pub header: Header,
    bytes: Vec<u8>,
    events: Vec<Range<usize>>,
}

impl Contents {
    /// Its events, oldest first, as they were appended. Those that are damaged are not among them.
    pub fn events(&self) -> Vec<&[u8]> {
        self.events
            .iter()
            .filter_map(|range| self.bytes.get(range.clone()))
            .collect()
    }

    /// Reads the whole frames of a batch, and leaves out what the cipher does not open.
    pub(super) fn read(
        mut bytes: Vec<u8>,
        cipher: Option<&dyn Cipher>,
    ) -> Result<Self, BatchDefect> {
        let content = batch::read(&bytes)?;
        let header = content.header;
        let mut events = content.ranges;
        if header.encrypted {
            events = events
                .into_iter()
                .filter_map(|range| open(&mut bytes, range, &header.id, cipher?))
                .collect();
        }
        Ok(Self {
            header,
            bytes,
            events,
        })
    }
}

/// Where in `bytes` the plain event lies that was encrypted at `range`.
fn open(
    bytes: &mut [u8],
    range: Range<usize>,
    id: &BatchId,
    cipher: &dyn Cipher,
) -> Option<Range<usize>> {
    let start = range.start;
    let plain = cipher.open(&id.0, bytes.get_mut(range)?)?;
    Some(start + plain.start..start + plain.end)
}

/// Is this the key of the batch? One event that opens says so.
pub(super) fn opens(content: &batch::BatchContent<'_>, cipher: Option<&dyn Cipher>) -> bool {
    let id = &content.header.id.0;
    let open =
        |event: &&[u8]| cipher.is_some_and(|cipher| cipher.open(id, &mut event.to_vec()).is_some());
    !content.header.encrypted || content.events.is_empty() || content.events.iter().any(open)
}

/// Frames of these events, sealed one by one where there is a cipher.
pub(super) fn frames(
    id: &BatchId,
    events: &[&[u8]],
    cipher: Option<&dyn Cipher>,
) -> Result<Vec<u8>, StorageError> {
    let mut frames = Vec::new();
    for event in events {
        let whole = (1..=EVENT_BYTES).contains(&event.len())
            && match cipher {
                Some(cipher) => cipher
                    .seal(&id.0, event)
                    .is_some_and(|sealed| batch::frame(&mut frames, &sealed)),
                None => batch::frame(&mut frames, event),
            };
        if !whole {
            return Err(StorageError::BadEvent { bytes: event.len() });
        }
    }
    Ok(frames)
}
