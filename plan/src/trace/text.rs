//! A text in the making.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Bytes in zeroed room, so that base64 is encoded where it stands; they are checked to be a text once, when all is
/// written.
#[derive(Debug, Clone, Default)]
pub struct Text {
    bytes: Vec<u8>,
    len: usize,
}

impl Text {
    /// An empty one with room for so many bytes. It grows when there are more.
    pub(super) fn with_room(bytes: usize) -> Self {
        Self {
            bytes: vec![0; bytes],
            len: 0,
        }
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Appends the pieces.
    pub fn push(&mut self, pieces: &[&str]) {
        for piece in pieces {
            let end = self.len + piece.len();
            if end > self.bytes.len() {
                self.grow(end);
            }
            if let Some(place) = self.bytes.get_mut(self.len..end) {
                place.copy_from_slice(piece.as_bytes());
            }
            self.len = end;
        }
    }

    /// Appends what the pieces are in base64.
    pub(super) fn push_base64(&mut self, pieces: &[&str]) {
        let start = self.len;
        let bytes = pieces.iter().map(|piece| piece.len()).sum::<usize>();
        // They are put together behind the place that they are encoded to.
        let end = start + bytes.div_ceil(3) * 4;
        self.len = end;
        self.push(pieces);
        let (before, plain) = self.bytes.split_at_mut(end);
        let place = before.get_mut(start..).unwrap_or_default();
        let plain = plain.get(..bytes).unwrap_or_default();
        self.len = start + STANDARD.encode_slice(plain, place).unwrap_or(0);
    }

    #[cold]
    fn grow(&mut self, needed: usize) {
        self.bytes.resize(2 * needed, 0);
    }

    /// The text. What is appended is text, so the whole is.
    pub fn finish(mut self) -> String {
        self.bytes.truncate(self.len);
        String::from_utf8(self.bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn what_is_over_the_room_fits_too() {
        for room in [0, 1, 7, 64] {
            let mut text = Text::with_room(room);
            text.push(&["GET", "", " "]);
            text.push_base64(&["api.example.com", ":", "443"]);
            text.push(&["!"]);
            assert_eq!(text.len(), text.clone().finish().len());
            assert_eq!(text.finish(), "GET YXBpLmV4YW1wbGUuY29tOjQ0Mw==!");
        }
    }

    #[test]
    fn base64_of_nothing_is_nothing() {
        let mut text = Text::default();
        text.push_base64(&[]);
        text.push_base64(&["", ""]);
        assert_eq!(text.finish(), "");
    }
}
