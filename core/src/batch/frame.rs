//! One frame an event, and how a batch is read back.

use std::ops::Range;

use super::{BatchContent, BatchDefect, header};
use crate::limits::{EVENT_BYTES, SEALING_BYTES};

/// Bytes before a payload: its length and its checksum.
const PREFIX_BYTES: usize = 4 + 4;

/// Adds a frame that holds `payload`.
///
/// False, and nothing added, for a payload that [`read`] would not believe: one of no bytes (a run of zero bytes, as a power
/// loss leaves them, would look like such frames) or one over [`EVENT_BYTES`] and what encryption adds.
pub fn frame(frames: &mut Vec<u8>, payload: &[u8]) -> bool {
    let Some(length) = believable(payload.len()) else {
        return false;
    };
    frames.reserve(PREFIX_BYTES + payload.len());
    frames.extend_from_slice(&length.to_le_bytes());
    frames.extend_from_slice(&crc32fast::hash(payload).to_le_bytes());
    frames.extend_from_slice(payload);
    true
}

/// Reads a batch up to its first frame that is not whole. Never panics, whatever the bytes.
///
/// # Errors
/// [`BatchDefect`] when the header cannot be trusted: then there is no id, and nothing to send.
pub fn read(bytes: &[u8]) -> Result<BatchContent<'_>, BatchDefect> {
    let (header, mut rest) = header::split(bytes)?;
    let mut events = Vec::new();
    let mut intact_len = bytes.len() - rest.len();
    while let Some((payload, after)) = split_frame(rest) {
        events.push(payload);
        intact_len += PREFIX_BYTES + payload.len();
        rest = after;
    }
    Ok(BatchContent {
        header,
        events,
        intact_len,
        torn: !rest.is_empty(),
    })
}

impl BatchContent<'_> {
    /// Where the events lie in the batch's bytes.
    pub fn ranges(&self) -> Vec<Range<usize>> {
        let framed: usize = self
            .events
            .iter()
            .map(|event| PREFIX_BYTES + event.len())
            .sum();
        let mut end = self.intact_len.saturating_sub(framed);
        self.events
            .iter()
            .map(|event| {
                let start = end + PREFIX_BYTES;
                end = start + event.len();
                start..end
            })
            .collect()
    }
}

fn split_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    believable(length)?;
    let (payload, rest) = rest.split_at_checked(length)?;
    (crc32fast::hash(payload) == u32::from_le_bytes(*crc)).then_some((payload, rest))
}

fn believable(length: usize) -> Option<u32> {
    if length == 0 || length > EVENT_BYTES + SEALING_BYTES {
        None
    } else {
        u32::try_from(length).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{BatchId, Header, Lane, Priority, Track};
    use super::*;

    const HEADER: Header = Header {
        id: BatchId([9; 16]),
        created_wall_ms: 1_700_000_000_000,
        lane: Lane {
            track: Track::Logs,
            priority: Priority::High,
        },
        encrypted: false,
    };
    const HEADER_BYTES: usize = Header::BYTES;

    fn batch(payloads: &[&[u8]]) -> Vec<u8> {
        let mut bytes = HEADER.to_bytes();
        for payload in payloads {
            frame(&mut bytes, payload);
        }
        bytes
    }

    /// Where each part ends: the header, then each frame.
    fn ends(payloads: &[&[u8]]) -> Vec<usize> {
        (0..=payloads.len())
            .map(|count| batch(&payloads[..count]).len())
            .collect()
    }

    const EVENTS: [&[u8]; 3] = [b"{\"type\":\"resource\"}", b"x", "{\"ü\":1}".as_bytes()];

    const FIXTURE_EVENTS: [&[u8]; 2] = [
        b"{\"type\":\"resource\",\"n\":1}",
        "{\"type\":\"résumé\",\"n\":2}".as_bytes(),
    ];

    #[test]
    fn a_batch_of_version_1_is_read_for_good() {
        let content = read(include_bytes!("fixtures/v1.batch")).unwrap();
        let header = Header {
            lane: Lane::RUM,
            ..HEADER
        };
        assert_eq!(content.header, header);
        assert_eq!(
            (&content.events[..], content.torn),
            (&FIXTURE_EVENTS[..], false)
        );
    }

    #[test]
    fn what_is_written_is_version_2_byte_for_byte() {
        assert_eq!(batch(&FIXTURE_EVENTS), include_bytes!("fixtures/v2.batch"));
    }

    #[test]
    fn every_kind_of_batch_says_what_it_is() {
        for track in [Track::Rum, Track::Logs, Track::Spans] {
            for priority in [Priority::Usual, Priority::High] {
                for encrypted in [false, true] {
                    let lane = Lane { track, priority };
                    let header = Header {
                        lane,
                        encrypted,
                        ..HEADER
                    };
                    assert_eq!(read(&header.to_bytes()).unwrap().header, header);
                }
            }
        }
        for position in HEADER_BYTES - 7..HEADER_BYTES - 4 {
            let mut newer = HEADER.to_bytes();
            newer[position] = 9;
            let crc = crc32fast::hash(&newer[..HEADER_BYTES - 4]).to_le_bytes();
            newer[HEADER_BYTES - 4..].copy_from_slice(&crc);
            assert_eq!(read(&newer), Err(BatchDefect::UnknownKind));
        }
    }

    #[test]
    fn reads_what_was_framed() {
        let bytes = batch(&EVENTS);
        let content = read(&bytes).unwrap();
        assert_eq!(content.header, HEADER);
        assert_eq!(content.events, EVENTS);
        assert_eq!(content.intact_len, bytes.len());
        assert!(!content.torn);
        let at: Vec<&[u8]> = content
            .ranges()
            .into_iter()
            .map(|range| &bytes[range])
            .collect();
        assert_eq!(at, EVENTS);
    }

    #[test]
    fn a_cut_at_any_byte_loses_only_the_frame_it_hits() {
        let bytes = batch(&EVENTS);
        let ends = ends(&EVENTS);
        for cut in 0..bytes.len() {
            let cut_bytes = &bytes[..cut];
            if cut < HEADER_BYTES {
                assert_eq!(read(cut_bytes), Err(BatchDefect::Short { length: cut }));
                continue;
            }
            let content = read(cut_bytes).unwrap();
            let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
            assert_eq!(content.events, EVENTS[..whole], "cut at {cut}");
            assert_eq!(content.intact_len, ends[whole]);
            assert_eq!(content.torn, cut != ends[whole]);
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_ends_the_batch_before_it() {
        let bytes = batch(&EVENTS);
        let ends = ends(&EVENTS);
        for position in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[position] ^= 1 << bit;
                let result = read(&flipped);
                if position < HEADER_BYTES {
                    let expected = match position {
                        0..8 => BatchDefect::NotABatch,
                        8..10 => {
                            let version = u16::from_le_bytes([flipped[8], flipped[9]]);
                            BatchDefect::UnknownVersion { version }
                        }
                        _ => BatchDefect::DamagedHeader,
                    };
                    assert_eq!(result, Err(expected));
                    continue;
                }
                let whole = ends.iter().filter(|end| **end <= position).count() - 1;
                let content = result.unwrap();
                assert_eq!(
                    content.events,
                    EVENTS[..whole],
                    "bit {bit} of byte {position}"
                );
                assert_eq!(content.intact_len, ends[whole]);
                assert!(content.torn);
            }
        }
    }

    #[test]
    fn zeros_after_a_power_loss_are_no_events() {
        let mut bytes = batch(&EVENTS);
        let intact = bytes.len();
        bytes.extend([0; 4096]);
        let content = read(&bytes).unwrap();
        assert_eq!(
            (content.events.len(), content.intact_len, content.torn),
            (3, intact, true)
        );
    }

    #[test]
    #[cfg_attr(miri, ignore = "megabytes take an interpreter minutes")]
    fn a_payload_that_could_not_be_read_back_is_not_framed() {
        let mut frames = Vec::new();
        assert!(!frame(&mut frames, b""));
        let largest = vec![b'x'; EVENT_BYTES + SEALING_BYTES];
        assert!(!frame(&mut frames, &[&largest[..], b"x"].concat()));
        assert!(frames.is_empty());
        assert_eq!(read(&batch(&[&largest])).unwrap().events, [&largest[..]]);
    }

    #[test]
    fn foreign_bytes_are_called_foreign() {
        assert_eq!(read(b"PK\x03\x04"), Err(BatchDefect::NotABatch));
        assert_eq!(read(b""), Err(BatchDefect::Short { length: 0 }));
        let mut newer = batch(&EVENTS);
        newer[8] = 3;
        assert_eq!(
            read(&newer),
            Err(BatchDefect::UnknownVersion { version: 3 })
        );
    }

    proptest! {
        #[test]
        fn any_payloads_come_back(payloads: Vec<Vec<u8>>) {
            let kept: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).filter(|bytes| !bytes.is_empty()).collect();
            let bytes = batch(&payloads.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let content = read(&bytes).unwrap();
            prop_assert_eq!(content.events, kept);
            prop_assert!(!content.torn);
        }

        #[test]
        fn garbage_never_panics(garbage: Vec<u8>) {
            let _ = read(&garbage);
        }

        #[test]
        fn garbage_after_a_header_never_panics(garbage in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = HEADER.to_bytes();
            bytes.extend(&garbage);
            let content = read(&bytes).unwrap();
            prop_assert!(content.intact_len <= bytes.len());
            prop_assert_eq!(content.torn, content.intact_len != bytes.len());
        }
    }
}
