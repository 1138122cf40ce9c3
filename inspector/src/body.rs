//! Reading a request body: at most so many bytes, on the wire and decompressed.

use std::io::{self, Read};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::refusal::{Reason, Refusal};
use crate::shared::Shared;

/// What the intake takes in one payload, in bytes.
pub(crate) const WIRE_LIMIT: usize = 5 << 20;

/// What a payload may become, in bytes: ten times what a real batch holds, far below what a zip bomb needs.
pub(crate) const DECOMPRESSED_LIMIT: usize = 32 << 20;

/// What `decode` makes of the body, decompressed as `Content-Encoding` says; refused where it is over a limit,
/// broken, or too slow.
pub(crate) async fn read<T: Send + 'static>(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
    decode: impl FnOnce(Bytes) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let _place = shared
        .bodies
        .acquire()
        .await
        .map_err(|error| Refusal::new(Reason::InternalError, error.to_string()))?;
    let wire = read_wire(body, (WIRE_LIMIT, Reason::BodyTooLarge), shared.patience).await?;
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("identity")
        .trim()
        .to_ascii_lowercase();
    shared
        .work(move || decode(decompress(&encoding, wire)?))
        .await
}

/// The bytes as they travelled, at most `limit`, all within `patience`; `reason` names which limit it was.
pub(crate) async fn read_wire(
    body: Body,
    (limit, reason): (usize, Reason),
    patience: Duration,
) -> Result<Bytes, Refusal> {
    let Ok(read) = tokio::time::timeout(patience, axum::body::to_bytes(body, limit)).await else {
        return Err(Refusal::new(
            Reason::BodyTooSlow,
            format!("the body did not come within {patience:?}"),
        ));
    };
    read.map_err(|error| {
        let source = std::error::Error::source(&error)
            .map(ToString::to_string)
            .unwrap_or_default();
        if source.contains("length limit") {
            Refusal::new(reason, format!("the body is over {limit} bytes"))
        } else {
            Refusal::new(Reason::BodyIncomplete, "the body ended before its time")
        }
    })
}

fn decompress(encoding: &str, wire: Bytes) -> Result<Bytes, Refusal> {
    match encoding {
        "" | "identity" => Ok(wire),
        "gzip" | "x-gzip" => inflate(MultiGzDecoder::new(wire.as_ref())),
        // RFC 9110 says zlib; many clients send the bare deflate stream.
        "deflate" if has_zlib_header(&wire) => inflate(ZlibDecoder::new(wire.as_ref())),
        "deflate" => inflate(DeflateDecoder::new(wire.as_ref())),
        other => Err(Refusal::new(
            Reason::UnsupportedEncoding,
            format!(
                "{} is none of identity, gzip, deflate",
                crate::span::bounded(other)
            ),
        )),
    }
}

fn has_zlib_header(bytes: &[u8]) -> bool {
    match bytes {
        [method, flags, ..] => {
            method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0
        }
        _ => false,
    }
}

fn inflate(decoder: impl Read) -> Result<Bytes, Refusal> {
    let mut plain = Vec::new();
    let limit = DECOMPRESSED_LIMIT as u64;
    let read = io::copy(&mut decoder.take(limit + 1), &mut plain);
    match read {
        Err(error) => Err(Refusal::new(Reason::BadCompression, error.to_string())),
        Ok(length) if length > limit => Err(Refusal::new(
            Reason::DecompressedTooLarge,
            format!("the body becomes more than {limit} bytes"),
        )),
        Ok(_) => Ok(plain.into()),
    }
}
