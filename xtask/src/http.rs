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
    get_json_with(url, &[])
}

/// The same with these headers on the request, in their order, each as it stands.
pub(crate) fn get_json_with(
    url: &str,
    headers: &[(String, String)],
) -> anyhow::Result<serde_json::Value> {
    let mut body = String::new();
    request(url, headers)?
        .read_to_string(&mut body)
        .with_context(|| format!("read {url}"))?;
    serde_json::from_str(&body).with_context(|| format!("{url} did not answer with JSON"))
}

/// GETs a document and hands out its body as it comes. Anything but 200 is an error.
pub(crate) fn open(url: &str) -> anyhow::Result<BufReader<TcpStream>> {
    request(url, &[])
}

/// PUTs a document. An answer that is no success is an error.
pub(crate) fn put(url: &str, body: &str) -> anyhow::Result<()> {
    let length = [("Content-Length".to_owned(), body.len().to_string())];
    exchange("PUT", url, &length, body, |status| status.starts_with('2')).map(drop)
}

fn request(url: &str, headers: &[(String, String)]) -> anyhow::Result<BufReader<TcpStream>> {
    exchange("GET", url, headers, "", |status| status == "200")
}

fn exchange(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: &str,
    is_good: impl FnOnce(&str) -> bool,
) -> anyhow::Result<BufReader<TcpStream>> {
    let rest = url
        .strip_prefix("http://")
        .with_context(|| format!("{url} is not http"))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(authority).with_context(|| format!("connect to {url}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = format!("{method} /{path} HTTP/1.0\r\nHost: {authority}\r\nAccept: */*\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head.push_str(body);
    stream.write_all(head.as_bytes())?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .with_context(|| format!("read {url}"))?;
    if !line.split(' ').nth(1).is_some_and(is_good) {
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
        listening(answer).0
    }

    /// An address that answers once, and the head of the request that it was sent.
    fn listening(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let head = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                request.read_line(&mut head).unwrap();
            }
            stream.write_all(answer.as_bytes()).unwrap();
            head
        });
        (format!("http://{address}/a?b"), head)
    }

    #[test]
    fn headers_go_out_as_they_stand() {
        let (url, head) = listening("HTTP/1.0 200 OK\r\n\r\n{}");
        let headers = [("b3", "1"), ("X-B3-TraceId", "2")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        get_json_with(&url, &headers).unwrap();
        let head = head.join().unwrap();
        assert!(head.starts_with("GET /a?b HTTP/1.0\r\n"), "{head}");
        assert!(
            head.ends_with("\r\nb3: 1\r\nX-B3-TraceId: 2\r\n\r\n"),
            "{head}"
        );
    }

    #[test]
    fn a_put_wants_any_success() {
        let (url, head) = listening("HTTP/1.0 204 No Content\r\n\r\n");
        put(&url, "{}").unwrap();
        assert!(head.join().unwrap().contains("Content-Length: 2\r\n"));
        assert!(put(&answering("HTTP/1.0 400 Bad\r\n\r\n"), "{}").is_err());
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
