//! Standard base64 with padding, as `sw8` uses it.

/// The bytes, or None when a character, the length or the padding is wrong.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let (body, padding) = match text.as_bytes() {
        [body @ .., b'=', b'='] => (body, 2),
        [body @ .., b'='] => (body, 1),
        body => (body, 0),
    };
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len() * 3 / 4);
    let mut bits = 0u32;
    for (at, &character) in body.iter().enumerate() {
        bits = (bits << 6) | u32::from(sextet(character)?);
        // After each 2nd, 3rd and 4th character of a group one more byte is whole.
        let unread = match at % 4 {
            1 => 4,
            2 => 2,
            3 => 0,
            _ => continue,
        };
        bytes.push((bits >> unread) as u8);
    }
    let unused = match padding {
        2 => bits & 0b1111,
        1 => bits & 0b11,
        _ => 0,
    };
    (unused == 0).then_some(bytes)
}

fn sextet(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn rfc_4648_examples() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decode("+/+/"), Some(vec![0xfb, 0xff, 0xbf]));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "Zg", "Zg=", "Z===", "====", "Zm9v=", "-_-_", "Zh==", "Zm9=", "Zm 9", "Zg==Zg==",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
