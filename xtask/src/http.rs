//! As much of HTTP as asking the services on this machine takes. HTTP/1.0: an answer then ends where its connection
//! does, a stream of events included.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, bail};

/// How long a service on this machine may think.
const PATIENCE: Duration = Duration::from_secs(10);

/// GETs a document as JSON. Anything but 200 is an error.
pub(crate) fn get_json(url: &str) -> anyhow::Result<serde_json::Value> {
    let mut body = String::new();
    open(url)?
        .read_to_string(&mut body)
        .with_context(|| format!("read {url}"))?;
    serde_json::from_str(&body).with_context(|| format!("{url} did not answer with JSON"))
}

/// GETs a document and hands out its body as it comes. Anything but 200 is an error.
pub(crate) fn open(url: &str) -> anyhow::Result<BufReader<TcpStream>> {
    let rest = url
        .strip_prefix("http://")
        .with_context(|| format!("{url} is not http"))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(authority).with_context(|| format!("connect to {url}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /{path} HTTP/1.0\r\nHost: {authority}\r\nAccept: */*\r\n\r\n"
    )?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .with_context(|| format!("read {url}"))?;
    if line.split(' ').nth(1) != Some("200") {
        bail!("{url} answered {:?}", line.trim_end());
    }
    while !line.trim_end().is_empty() {
        line.clear();
        reader
            .read_line(&mut line)
            .with_context(|| format!("read {url}"))?;
    }
    Ok(reader)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn answering(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                request.read_line(&mut line).unwrap();
            }
            stream.write_all(answer.as_bytes()).unwrap();
        });
        format!("http://{address}/a?b")
    }

    #[test]
    fn json_of_a_200() {
        let url = answering("HTTP/1.0 200 OK\r\nX: y\r\n\r\n{\"a\":1}");
        assert_eq!(get_json(&url).unwrap(), serde_json::json!({ "a": 1 }));
    }

    #[test]
    fn anything_else_is_an_error() {
        let url = answering("HTTP/1.0 404 Not Found\r\n\r\n{\"a\":1}");
        assert!(get_json(&url).unwrap_err().to_string().contains("404"));
    }
}
