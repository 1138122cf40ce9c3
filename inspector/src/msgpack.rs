//! How large a msgpack value is, before anything of it is built: a byte can become a part of 40.

use rmp::Marker;

/// How many parts a span may have, its tags included.
pub(crate) const PARTS_LIMIT: u64 = 10_000;

/// The bytes that the first value of `bytes` takes, and of how many values it consists.
pub(crate) fn extent(bytes: &[u8]) -> Result<(usize, u64), &'static str> {
    const END: &str = "it ends in the middle of a value";
    let mut rest = bytes;
    let (mut parts, mut open) = (0_u64, 1_u64);
    while open > 0 {
        let (&first, after) = rest.split_first().ok_or(END)?;
        rest = after;
        // A length of so many bytes follows the marker; so many bytes, or values, follow that.
        let (width, fixed) = match Marker::from_u8(first) {
            Marker::FixStr(length) => (0, u64::from(length)),
            Marker::Bin8 | Marker::Str8 => (1, 0),
            Marker::Ext8 => (1, 1),
            Marker::Bin16 | Marker::Str16 => (2, 0),
            Marker::Ext16 => (2, 1),
            Marker::Bin32 | Marker::Str32 => (4, 0),
            Marker::Ext32 => (4, 1),
            Marker::U8 | Marker::I8 => (0, 1),
            Marker::U16 | Marker::I16 | Marker::FixExt1 => (0, 2),
            Marker::FixExt2 => (0, 3),
            Marker::U32 | Marker::I32 | Marker::F32 => (0, 4),
            Marker::FixExt4 => (0, 5),
            Marker::U64 | Marker::I64 | Marker::F64 => (0, 8),
            Marker::FixExt8 => (0, 9),
            Marker::FixExt16 => (0, 17),
            Marker::Array16 | Marker::Map16 => (2, 0),
            Marker::Array32 | Marker::Map32 => (4, 0),
            Marker::Reserved => return Err("it holds a byte that means nothing"),
            _ => (0, 0),
        };
        let (length, after) = rest.split_at_checked(width).ok_or(END)?;
        rest = after;
        let length = length
            .iter()
            .fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        let inside = match Marker::from_u8(first) {
            Marker::FixArray(items) => u64::from(items),
            Marker::FixMap(pairs) => 2 * u64::from(pairs),
            Marker::Array16 | Marker::Array32 => length,
            Marker::Map16 | Marker::Map32 => 2 * length,
            _ => {
                let skipped = usize::try_from(length + fixed).map_err(|_| END)?;
                rest = rest.split_at_checked(skipped).ok_or(END)?.1;
                0
            }
        };
        parts += 1;
        open = open - 1 + inside;
    }
    Ok((bytes.len() - rest.len(), parts))
}

#[cfg(test)]
mod tests {
    use rmpv::Value;

    use super::*;

    #[test]
    fn measures_what_the_encoder_writes() {
        let values = [
            Value::Nil,
            true.into(),
            (-1).into(),
            (-5000).into(),
            u64::MAX.into(),
            1.5.into(),
            Value::F32(0.5),
            "short".into(),
            "x".repeat(300).into(),
            "x".repeat(70_000).into(),
            Value::Binary(vec![1; 300]),
            Value::Ext(1, vec![0; 16]),
            Value::Ext(1, vec![0; 17]),
            Value::Array(vec![Value::Nil; 20]),
            Value::Map(vec![(1.into(), Value::Array(vec![2.into(); 70_000]))]),
        ];
        for value in values {
            let mut bytes = Vec::new();
            rmpv::encode::write_value(&mut bytes, &value).unwrap();
            let length = bytes.len();
            assert!(extent(&bytes[..length - 1]).is_err(), "cut short");
            bytes.push(0xc1);
            assert_eq!(extent(&bytes).unwrap().0, length);
        }
        assert_eq!(extent(b"\x92\x01\x81\x01\x02").unwrap(), (5, 5));
        assert!(extent(b"\xdd\xff\xff\xff\xff\xc1").is_err());
    }
}
