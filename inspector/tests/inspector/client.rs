//! A plain HTTP client: it sends exactly the headers a test names, `Host` too, and can read a stream.

use std::net::SocketAddr;

use handspan_inspector::{Inspector, Settings};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&self.body)))
    }
}

/// One request on a connection of its own.
pub async fn send(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut reader = open(address, method, target, headers, body).await;
    let (status, headers) = head(&mut reader).await;
    let mut body = Vec::new();
    reader.read_to_end(&mut body).await.unwrap();
    Answer {
        status,
        headers,
        body,
    }
}

/// Server-sent events, one at a time.
#[derive(Debug)]
pub struct Stream(BufReader<TcpStream>);

impl Stream {
    /// Opens `/api/stream` and waits for its first event.
    pub async fn open(address: SocketAddr) -> Self {
        Self::try_open(address).await.unwrap()
    }

    /// The same, or the status that it was refused with.
    pub async fn try_open(address: SocketAddr) -> Result<Self, u16> {
        let mut reader = open(address, "GET", "/api/stream", &[], b"").await;
        let (status, _) = head(&mut reader).await;
        if status != 200 {
            return Err(status);
        }
        let mut stream = Self(reader);
        assert_eq!(stream.next().await.0, "ready");
        Ok(stream)
    }

    /// The next event's name and data. HTTP's chunk lines in between are no `field: value` and fall through.
    pub async fn next(&mut self) -> (String, String) {
        let mut name = None;
        loop {
            let mut line = String::new();
            assert_ne!(
                self.0.read_line(&mut line).await.unwrap(),
                0,
                "the stream ended"
            );
            if let Some(value) = line.strip_prefix("event: ") {
                name = Some(value.trim().to_owned());
            } else if let Some(data) = line.strip_prefix("data: ")
                && let Some(name) = name.take()
            {
                return (name, data.trim().to_owned());
            }
        }
    }
}

async fn open(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> BufReader<TcpStream> {
    let mut request = format!(
        "{method} {target} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        request.push_str(&format!("host: {address}\r\n"));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    // In one write: a server that answers a head at once may have closed before a second one, which resets the connection and
    // takes the answer along. A large body it may still refuse half way: that is no failure here.
    let _ = stream.write_all(&[request.as_bytes(), body].concat()).await;
    BufReader::new(stream)
}

async fn head(reader: &mut BufReader<TcpStream>) -> (u16, Vec<(String, String)>) {
    let mut line = String::new();
    reader.read_line(&mut line).await.unwrap();
    let status = line
        .split(' ')
        .nth(1)
        .unwrap_or_else(|| panic!("no status in {line:?}"))
        .parse()
        .unwrap();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
            None => return (status, headers),
        }
    }
}

/// An inspector with the settings it has by default.
pub async fn start() -> Inspector {
    Inspector::start(Settings::default()).await.unwrap()
}

/// Posts a batch of events as an app does.
pub async fn post(address: SocketAddr, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    send(
        address,
        "POST",
        "/api/v2/rum?ddsource=android",
        headers,
        body,
    )
    .await
}

/// Reads JSON.
pub async fn get(address: SocketAddr, target: &str) -> Value {
    send(address, "GET", target, &[], b"").await.json()
}

/// How often `/api/stats` counts a reason.
pub fn refused(stats: &Value, reason: &str) -> u64 {
    let rows = stats["refused"].as_array().unwrap();
    rows.iter()
        .find(|row| row["reason"] == reason)
        .map_or(0, |row| row["count"].as_u64().unwrap())
}
