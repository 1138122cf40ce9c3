//! As much of an HTTP/1.1 server as an intake takes: one request a connection, its body by `Content-Length`.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What a client may send at all; an intake's own limits come before.
const BODY_BYTES: usize = 64 << 20;

/// A client that stops in the middle must not hold up a test for ever.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request as it travelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// As `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// In their order, names as they came.
    pub headers: Vec<(String, String)>,
    /// Not decompressed.
    pub body: Vec<u8>,
}

impl Received {
    /// The value of a header that came once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value.as_str())
    }
}

/// What goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Beside `Content-Length`, `Connection` and `Date`.
    pub headers: Vec<(String, String)>,
    /// Text or JSON.
    pub body: Vec<u8>,
}

impl Answer {
    /// A status and nothing else.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn saying(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

/// Reads one request.
pub(super) fn receive(stream: &TcpStream) -> io::Result<Received> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(io::Error::other("no request line"));
    };
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut received = Received {
        method,
        target,
        headers,
        body: Vec::new(),
    };
    let length = received.header("content-length").map(str::parse::<usize>);
    let length = length.transpose().map_err(io::Error::other)?.unwrap_or(0);
    if length > BODY_BYTES {
        return Err(io::Error::other("too much to take"));
    }
    received.body.resize(length, 0);
    reader.read_exact(&mut received.body)?;
    Ok(received)
}

/// Writes the answer; the connection ends with it.
pub(super) fn answer(mut stream: &TcpStream, answer: &Answer) -> io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {} \r\ncontent-length: {}\r\nconnection: close\r\n",
        answer.status,
        answer.body.len()
    );
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(&answer.body)?;
    stream.flush()
}
