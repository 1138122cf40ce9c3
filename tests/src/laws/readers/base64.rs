//! Standard base64 with padding (RFC 4648, 4), strictly: no white space, no stray bits.

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes; None for anything but the one encoding of them.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    if padding > 2 {
        return None;
    }
    let mut bits = String::new();
    for character in data.chars() {
        bits.push_str(&format!("{:06b}", ALPHABET.find(character)?));
    }
    let (whole, rest) = bits.split_at(bits.len() / 8 * 8);
    let expected_rest = [0, 2, 4][padding];
    if rest.len() != expected_rest || rest.contains('1') {
        return None;
    }
    (0..whole.len() / 8)
        .map(|at| u8::from_str_radix(&whole[at * 8..at * 8 + 8], 2).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn the_vectors_of_rfc_4648() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(decode(text), Some(bytes.as_bytes().to_vec()));
        }
        for bad in [
            "Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg==", "Zm9-",
        ] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
