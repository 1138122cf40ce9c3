//! An OTLP export in protobuf, read in place: only what a span needs is taken out, so that a body of countless
//! empty messages takes no more memory than it has bytes.

use crate::ids::{SpanId, TraceId};
use crate::otlp::{REJECTED, Spans, from_ids};
use crate::refusal::{Reason, Refusal};
use crate::span::bounded;

/// A field of a message, by wire type.
enum Field<'a> {
    Fixed64(u64),
    Bytes(&'a [u8]),
    /// A varint or a fixed32: nothing here is read from one.
    Other,
}

/// The bytes are not protobuf.
struct Broken;

/// Reads a protobuf `ExportTraceServiceRequest`; field numbers are those of opentelemetry-proto.
pub(crate) fn read_protobuf(body: &[u8]) -> Result<Spans, Refusal> {
    let mut spans = Spans::default();
    let read = children(body, 1, |group| {
        let mut service = String::new();
        children(group, 1, |resource| {
            children(resource, 1, |attribute| {
                service_name(attribute, &mut service)
            })
        })?;
        children(group, 2, |scope| {
            children(scope, 2, |span| read_span(span, &service, &mut spans))
        })
    });
    match read {
        Ok(()) => Ok(spans),
        Err(Broken) => Err(Refusal::new(
            Reason::BadOtlp,
            "no ExportTraceServiceRequest: the protobuf is broken",
        )),
    }
}

/// The `ExportTraceServiceResponse`: empty where every span was taken, else a partial success.
pub(crate) fn protobuf_answer(rejected: usize) -> Vec<u8> {
    if rejected == 0 {
        return Vec::new();
    }
    let mut partial = vec![0x08];
    write_varint(rejected as u64, &mut partial);
    partial.push(0x12);
    write_varint(REJECTED.len() as u64, &mut partial);
    partial.extend_from_slice(REJECTED.as_bytes());
    let mut answer = vec![0x0a];
    write_varint(partial.len() as u64, &mut answer);
    answer.extend(partial);
    answer
}

fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes the name out of the attribute `service.name`, where this is it.
fn service_name(attribute: &[u8], service: &mut String) -> Result<(), Broken> {
    let mut is_name = false;
    children(attribute, 1, |key| {
        is_name = key == b"service.name";
        Ok(())
    })?;
    if !is_name || !service.is_empty() {
        return Ok(());
    }
    children(attribute, 2, |value| {
        children(value, 1, |text| {
            *service = bounded(&String::from_utf8_lossy(text));
            Ok(())
        })
    })
}

fn read_span(span: &[u8], service: &str, spans: &mut Spans) -> Result<(), Broken> {
    let (mut trace_id, mut span_id, mut parent_id, mut name) = (&[][..], &[][..], &[][..], &[][..]);
    let (mut start, mut end) = (0, 0);
    fields(span, |number, field| {
        match (number, field) {
            (1, Field::Bytes(bytes)) => trace_id = bytes,
            (2, Field::Bytes(bytes)) => span_id = bytes,
            (4, Field::Bytes(bytes)) => parent_id = bytes,
            (5, Field::Bytes(bytes)) => name = bytes,
            (7, Field::Fixed64(time)) => start = time,
            (8, Field::Fixed64(time)) => end = time,
            _ => {}
        }
        Ok(())
    })?;
    spans.push(from_ids(
        TraceId::from_bytes(trace_id),
        SpanId::from_bytes(span_id),
        SpanId::from_bytes(parent_id),
        service,
        &String::from_utf8_lossy(name),
        (start, end),
    ));
    Ok(())
}

/// Visits the messages or strings that stand under one field number.
fn children<'a>(
    message: &'a [u8],
    wanted: u64,
    mut visit: impl FnMut(&'a [u8]) -> Result<(), Broken>,
) -> Result<(), Broken> {
    fields(message, |number, field| match field {
        Field::Bytes(bytes) if number == wanted => visit(bytes),
        _ => Ok(()),
    })
}

fn fields<'a>(
    mut rest: &'a [u8],
    mut visit: impl FnMut(u64, Field<'a>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    while !rest.is_empty() {
        let key = varint(&mut rest)?;
        let field = match key & 7 {
            0 => {
                varint(&mut rest)?;
                Field::Other
            }
            1 => {
                let (bytes, after) = rest.split_first_chunk().ok_or(Broken)?;
                rest = after;
                Field::Fixed64(u64::from_le_bytes(*bytes))
            }
            2 => {
                let length = usize::try_from(varint(&mut rest)?).map_err(|_| Broken)?;
                let (bytes, after) = rest.split_at_checked(length).ok_or(Broken)?;
                rest = after;
                Field::Bytes(bytes)
            }
            5 => {
                rest = rest.split_at_checked(4).ok_or(Broken)?.1;
                Field::Other
            }
            _ => return Err(Broken),
        };
        visit(key >> 3, field)?;
    }
    Ok(())
}

fn varint(rest: &mut &[u8]) -> Result<u64, Broken> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(Broken)?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Broken)
}
