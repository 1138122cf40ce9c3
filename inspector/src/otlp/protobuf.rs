//! An OTLP export in protobuf, read in place: only what a span needs is taken out, so that a body of countless
//! empty messages takes no more memory than it has bytes.

use serde_json::Value;

use crate::ids::{SpanId, TraceId};
use crate::otlp::attributes::{Attributes, LISTED};
use crate::otlp::phone::{FAILED, Item, SCOPE};
use crate::otlp::{REJECTED, Signal, Spans, from_ids};
use crate::refusal::{Reason, Refusal};
use crate::span::bounded;

/// A field of a message, by wire type.
enum Field<'a> {
    Fixed64(u64),
    Bytes(&'a [u8]),
    Varint(u64),
    /// A fixed32: nothing here is read from one.
    Other,
}

/// The bytes are not protobuf.
struct Broken;

/// Reads a protobuf export request; field numbers are those of opentelemetry-proto, which traces and logs share down to
/// the scope.
pub(crate) fn read_protobuf(signal: Signal, body: &[u8]) -> Result<Spans, Refusal> {
    let mut spans = Spans::default();
    let read = children(body, 1, |group| {
        let mut resource = Attributes::default();
        children(group, 1, |one| {
            children(one, 1, |attribute| read_attribute(attribute, &mut resource))
        })?;
        let resource = resource.read();
        children(group, 2, |scope| {
            let mut is_phones = false;
            children(scope, 1, |one| {
                children(one, 1, |name| {
                    is_phones = name == SCOPE.as_bytes();
                    Ok(())
                })
            })?;
            children(scope, 2, |item| match (signal, is_phones) {
                (Signal::Traces, _) => read_span(item, &resource, is_phones, &mut spans),
                (Signal::Logs, true) => read_record(item, &resource, &mut spans),
                (Signal::Logs, false) => Ok(()),
            })
        })
    });
    match read {
        Ok(()) => Ok(spans),
        Err(Broken) => Err(Refusal::new(
            Reason::BadOtlp,
            "no export request: the protobuf is broken",
        )),
    }
}

/// The answer, the same of both signals: empty where everything was taken, else a partial success.
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

fn read_attribute(attribute: &[u8], into: &mut Attributes) -> Result<(), Broken> {
    let mut name = String::new();
    children(attribute, 1, |key| {
        name = String::from_utf8_lossy(key).into_owned();
        Ok(())
    })?;
    children(attribute, 2, |value| {
        into.add(&name, read_value(value)?);
        Ok(())
    })
}

/// Null where it is of a kind that nothing here reads.
fn read_value(value: &[u8]) -> Result<Value, Broken> {
    let mut read = Value::Null;
    fields(value, |number, field| {
        match (number, field) {
            (1, Field::Bytes(bytes)) => read = text(bytes).into(),
            (2, Field::Varint(number)) => read = (number != 0).into(),
            (3, Field::Varint(number)) => read = number.cast_signed().into(),
            (4, Field::Fixed64(bits)) => read = f64::from_bits(bits).into(),
            (5, Field::Bytes(list)) => read = Value::Array(read_texts(list)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

/// The texts of a list; what else is in it nothing here reads.
fn read_texts(list: &[u8]) -> Result<Vec<Value>, Broken> {
    let mut texts = Vec::new();
    children(list, 1, |value| {
        children(value, 1, |bytes| {
            if texts.len() < LISTED {
                texts.push(text(bytes).into());
            }
            Ok(())
        })
    })?;
    Ok(texts)
}

fn text(bytes: &[u8]) -> String {
    bounded(&String::from_utf8_lossy(bytes))
}

fn read_span(
    span: &[u8],
    resource: &Attributes,
    is_phones: bool,
    spans: &mut Spans,
) -> Result<(), Broken> {
    let (mut trace_id, mut span_id, mut parent_id, mut name) = (&[][..], &[][..], &[][..], &[][..]);
    let (mut start, mut end, mut code) = (0, 0, 0);
    let mut attributes = Attributes::default();
    fields(span, |number, field| {
        match (number, field) {
            (1, Field::Bytes(bytes)) => trace_id = bytes,
            (2, Field::Bytes(bytes)) => span_id = bytes,
            (4, Field::Bytes(bytes)) => parent_id = bytes,
            (5, Field::Bytes(bytes)) => name = bytes,
            (7, Field::Fixed64(time)) => start = time,
            (8, Field::Fixed64(time)) => end = time,
            (9, Field::Bytes(attribute)) if is_phones => {
                read_attribute(attribute, &mut attributes)?;
            }
            (15, Field::Bytes(status)) if is_phones => {
                fields(status, |number, field| {
                    if let (3, Field::Varint(value)) = (number, field) {
                        code = value;
                    }
                    Ok(())
                })?;
            }
            _ => {}
        }
        Ok(())
    })?;
    let (trace_id, span_id) = (TraceId::from_bytes(trace_id), SpanId::from_bytes(span_id));
    let parent_id = SpanId::from_bytes(parent_id);
    let read = from_ids(
        trace_id,
        span_id,
        parent_id,
        resource.get("service.name").unwrap_or_default(),
        &String::from_utf8_lossy(name),
        (start, end),
    );
    if is_phones && read.is_some() {
        spans.push_phone(Item {
            trace_id,
            span_id,
            parent_id,
            text: text(name),
            failed: code == FAILED,
            start_ns: start,
            end_ns: end,
            attributes,
            resource: resource.clone(),
            ..Item::default()
        });
    } else {
        spans.push(read);
    }
    Ok(())
}

fn read_record(record: &[u8], resource: &Attributes, spans: &mut Spans) -> Result<(), Broken> {
    let mut item = Item {
        event_name: Some(String::new()),
        resource: resource.clone(),
        ..Item::default()
    };
    fields(record, |number, field| {
        match (number, field) {
            (1, Field::Fixed64(time)) => item.start_ns = time,
            (3, Field::Bytes(severity)) => item.severity = text(severity),
            (5, Field::Bytes(body)) => {
                item.text = read_value(body)?.as_str().unwrap_or_default().to_owned();
            }
            (6, Field::Bytes(attribute)) => read_attribute(attribute, &mut item.attributes)?,
            (9, Field::Bytes(bytes)) => item.trace_id = TraceId::from_bytes(bytes),
            (10, Field::Bytes(bytes)) => item.span_id = SpanId::from_bytes(bytes),
            (12, Field::Bytes(name)) => {
                item.event_name = Some(text(name));
            }
            _ => {}
        }
        Ok(())
    })?;
    spans.push_phone(item);
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
            0 => Field::Varint(varint(&mut rest)?),
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
