//! What several tests start and ask.

use std::io::{Read, Write};
use std::net::TcpStream;

use handspan_inspector::{Inspector, Settings};
use serde_json::Value;

/// A running inspector, and a runtime that keeps serving it.
pub(crate) struct Inspected {
    pub(crate) inspector: Inspector,
    _runtime: tokio::runtime::Runtime,
}

impl Inspected {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let inspector = runtime
            .block_on(Inspector::start(Settings::default()))
            .unwrap();
        Self {
            inspector,
            _runtime: runtime,
        }
    }

    /// `head` is method and path; the answer's body.
    pub(crate) fn ask(&self, head: &str, body: &str) -> String {
        let address = self.inspector.address();
        let request = format!(
            "{head} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(address).unwrap();
        // In one: a server that answers before the body came may reset the connection.
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// The page's own view.
    pub(crate) fn get(&self, path: &str) -> Value {
        let body = self.ask(&format!("GET {path}"), "");
        // A long answer comes in chunks of its own framing.
        let json = &body[body.find(['[', '{']).unwrap()..=body.rfind([']', '}']).unwrap()];
        serde_json::from_str(json).unwrap()
    }
}
