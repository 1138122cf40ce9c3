//! The binary as scripts start it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)] // A failed step should stop the test and say so.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn inspector() -> Command {
    Command::new(env!("CARGO_BIN_EXE_handspan-inspector"))
}

#[test]
fn its_first_line_says_where_it_listens() {
    let mut child = inspector()
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let said: serde_json::Value = serde_json::from_str(&line).unwrap();
    let address = said["listening"]
        .as_str()
        .unwrap()
        .strip_prefix("http://")
        .unwrap();
    let connected = std::net::TcpStream::connect(address);
    child.kill().unwrap();
    child.wait().unwrap();
    connected.expect("it listens where it says");
}

#[test]
fn an_address_others_reach_needs_a_token() {
    let output = inspector()
        .args(["--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("give --token TOKEN as well, or listen on 127.0.0.1"),
        "{said}"
    );
}
