//! Lines of bounded length from a stream that has no end.

use std::io::{self, BufRead};

/// A line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// Its text.
    Text(String),
    /// It can't be read, for this reason; the stream goes on behind it.
    Unreadable(String),
}

/// The next line, or None at the end. A line over `limit` bytes is skipped without being kept in memory.
pub fn next_line(input: &mut impl BufRead, limit: usize) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    let mut length = 0usize;
    loop {
        let available = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if available.is_empty() {
            return Ok((length > 0).then(|| line(bytes, length, limit)));
        }
        let end = available.iter().position(|&byte| byte == b'\n');
        let piece = available
            .get(..end.unwrap_or(available.len()))
            .unwrap_or_default();
        length += piece.len();
        if length <= limit {
            bytes.extend_from_slice(piece);
        }
        let consumed = piece.len() + usize::from(end.is_some());
        input.consume(consumed);
        if end.is_some() {
            return Ok(Some(line(bytes, length, limit)));
        }
    }
}

fn line(bytes: Vec<u8>, length: usize, limit: usize) -> Line {
    if length > limit {
        return Line::Unreadable(format!("the line has {length} bytes; {limit} are the most"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Line::Text(text),
        Err(_) => Line::Unreadable("the line is not UTF-8 text".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::{Line, next_line};

    fn lines(input: &[u8]) -> Vec<String> {
        // A buffer of 3 bytes: every line crosses its edge.
        let mut reader = BufReader::with_capacity(3, input);
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut reader, 8).unwrap() {
            lines.push(match line {
                Line::Text(text) => text,
                Line::Unreadable(why) => format!("! {why}"),
            });
        }
        lines
    }

    #[test]
    fn lines_end_at_newlines_or_at_the_end() {
        assert_eq!(lines(b"a\n\nbcdef\ng"), ["a", "", "bcdef", "g"]);
        assert_eq!(lines(b""), [""; 0]);
        assert_eq!(lines(b"12345678\n"), ["12345678"]);
    }

    #[test]
    fn a_bad_line_does_not_take_the_next_one_with_it() {
        assert_eq!(
            lines(b"123456789abcdef\nok\n\xff\xfe\nok\n"),
            [
                "! the line has 15 bytes; 8 are the most",
                "ok",
                "! the line is not UTF-8 text",
                "ok"
            ]
        );
    }
}
