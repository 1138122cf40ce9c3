//! One frame an event, and how a batch is read back.

use super::{BatchContent, BatchDefect, header};
use crate::limits::{EVENT_BYTES, SEALING_BYTES};

/// Bytes before a payload: its length and its checksum.
const PREFIX_BYTES: usize = 4 + 4;
/// How often the bytes of a batch may be gone through in search of frames behind damage: bytes chosen to look like frames
/// everywhere must not cost seconds.
const SEARCH_PASSES: usize = 8;

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

/// Reads the whole frames of a batch. Never panics, whatever the bytes.
///
/// A frame that is damaged costs itself: reading goes on at the next whole one. Without one behind it, it is a torn tail.
///
/// # Errors
/// [`BatchDefect`] when the header cannot be trusted: then there is no id, and nothing to send.
pub fn read(bytes: &[u8]) -> Result<BatchContent<'_>, BatchDefect> {
    let (header, rest) = header::split(bytes)?;
    let mut intact_len = bytes.len() - rest.len();
    let (mut events, mut ranges) = (Vec::new(), Vec::new());
    let mut damaged = 0;
    let mut search_bytes = bytes.len().saturating_mul(SEARCH_PASSES);
    let mut at = intact_len;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(payload) = whole_frame(rest) {
            let start = at + PREFIX_BYTES;
            at = start + payload.len();
            events.push(payload);
            ranges.push(start..at);
            intact_len = at;
        } else if let Some((frames, skipped)) = next_whole(rest, &mut search_bytes) {
            damaged += frames;
            at += skipped;
        } else {
            break;
        }
    }
    Ok(BatchContent {
        header,
        events,
        ranges,
        damaged,
        intact_len,
        torn: intact_len != bytes.len(),
    })
}

/// Where the next whole frame begins behind a damaged one, and how many are damaged up to there.
fn next_whole(bytes: &[u8], search_bytes: &mut usize) -> Option<(u32, usize)> {
    // Mostly a payload is damaged, and lengths lead from frame to frame.
    let (mut damaged, mut at) = (0, 0);
    while let Some((_, payload)) = bytes.get(at..).and_then(split_frame) {
        damaged += 1;
        at += PREFIX_BYTES + payload.len();
        if bytes.get(at..).and_then(whole_frame).is_some() {
            return Some((damaged, at));
        }
    }
    // Else a length is: any byte may begin the next frame. How many were damaged up to it is not known: at least this one.
    let found = (1..bytes.len()).find(|&at| {
        let Some((crc, payload)) = bytes.get(at..).and_then(split_frame) else {
            return false;
        };
        let Some(left) = search_bytes.checked_sub(payload.len()) else {
            return false;
        };
        *search_bytes = left;
        crc32fast::hash(payload) == crc
    });
    found.map(|at| (1, at))
}

/// The payload at the beginning of these bytes, if it is as it was framed.
fn whole_frame(bytes: &[u8]) -> Option<&[u8]> {
    let (crc, payload) = split_frame(bytes)?;
    (crc32fast::hash(payload) == crc).then_some(payload)
}

/// Its checksum and the payload, whether they fit or not.
fn split_frame(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    believable(length)?;
    Some((u32::from_le_bytes(*crc), rest.get(..length)?))
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
        assert_eq!(ranged(&content, &bytes), EVENTS);
    }

    fn ranged<'a>(content: &BatchContent<'_>, bytes: &'a [u8]) -> Vec<&'a [u8]> {
        let ranges = content.ranges.iter().cloned();
        ranges.map(|range| &bytes[range]).collect()
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
    fn a_flipped_bit_anywhere_costs_the_frame_that_it_hits() {
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
                let hit = ends.iter().filter(|end| **end <= position).count() - 1;
                let mut left = EVENTS.to_vec();
                left.remove(hit);
                let content = result.unwrap();
                assert_eq!(content.events, left, "bit {bit} of byte {position}");
                assert_eq!(ranged(&content, &flipped), left);
                let last = hit == EVENTS.len() - 1;
                assert_eq!(
                    (content.damaged, content.torn),
                    (u32::from(!last), last),
                    "bit {bit} of byte {position}"
                );
                let intact = if last { ends[hit] } else { bytes.len() };
                assert_eq!(content.intact_len, intact);
            }
        }
    }

    #[test]
    fn several_damaged_frames_are_each_counted_and_the_rest_is_read() {
        let payloads: [&[u8]; 6] = [b"one", b"two", b"three", b"four", b"five", b"six"];
        let mut bytes = batch(&payloads);
        for hit in [0, 2, 3, 5] {
            bytes[ends(&payloads)[hit] + PREFIX_BYTES] ^= 1;
        }
        let content = read(&bytes).unwrap();
        assert_eq!(content.events, [b"two", &b"five"[..]]);
        assert_eq!((content.damaged, content.torn), (3, true));
        assert_eq!(content.intact_len, ends(&payloads)[5]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "megabytes take an interpreter minutes")]
    fn bytes_that_look_like_frames_everywhere_are_gone_through_a_few_times() {
        let mut bytes = HEADER.to_bytes();
        for _ in 0..250_000 {
            bytes.extend(900_000_u32.to_le_bytes());
        }
        let content = read(&bytes).unwrap();
        assert_eq!((content.events.len(), content.torn), (0, true));
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
