//! A real process is killed with SIGKILL. What it had stored is sent by the next start, and an intake that honours
//! `DD-IDEMPOTENCY-KEY` shows it once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test's helpers may stop the test

mod support;

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use serde_json::Value;
use support::Inspected;

fn urls(intake: &Inspected) -> Vec<String> {
    let requests = intake.get("/api/requests");
    requests
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["url"].as_str().unwrap().to_owned())
        .collect()
}

fn configuration(storage: &Path, intake: &str, batch_max_age_ms: u64) -> String {
    serde_json::json!({
        "client_token": "pub1",
        "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
        "storage_dir": storage,
        "first_party_hosts": {"shop.example": ["datadog", "tracecontext"]},
        "intakes": [{"type": "datadog", "url": intake}],
        "batch_max_age_ms": batch_max_age_ms,
    })
    .to_string()
}

fn app(configuration: &str, mode: &[&str]) -> (Child, mpsc::Receiver<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_crash-app"))
        .arg(configuration)
        .args(mode)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (lines, said) = mpsc::channel();
    let output = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        output
            .lines()
            .map_while(Result::ok)
            .try_for_each(|line| lines.send(line))
    });
    (child, said)
}

fn record_and_die(configuration: &str, calls: &str) {
    let (mut child, said) = app(configuration, &["record", calls]);
    assert_eq!(said.recv().unwrap(), "stored");
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
}

fn send(configuration: &str) {
    let (mut child, said) = app(configuration, &["send"]);
    assert_eq!(said.recv().unwrap(), "sent");
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_a_killed_app_had_stored_is_sent_by_the_next_start_once() {
    let intake = Inspected::start();
    let storage = tempfile::tempdir().unwrap();
    let configuration = configuration(storage.path(), &intake.inspector.url(), 60_000);

    record_and_die(&configuration, "7");
    assert_eq!(urls(&intake), [""; 0], "killed before the upload");
    send(&configuration);
    let expected: Vec<String> = (0..7)
        .map(|n| format!("https://shop.example/cart?call={n}"))
        .collect();
    assert_eq!(urls(&intake), expected);
    // Nothing is left for a third start.
    send(&configuration);
    assert_eq!(urls(&intake), expected);
}

#[test]
fn what_was_kept_for_the_users_word_gets_it_at_the_next_start() {
    for (word, sent) in [("granted", 3), ("refused", 0)] {
        let intake = Inspected::start();
        let storage = tempfile::tempdir().unwrap();
        let plain = configuration(storage.path(), &intake.inspector.url(), 60_000);
        let with = |consent: &str| {
            let mut document: Value = serde_json::from_str(&plain).unwrap();
            document["tracking_consent"] = consent.into();
            document.to_string()
        };
        record_and_die(&with("pending"), "3");
        send(&with("pending"));
        assert_eq!(urls(&intake).len(), 0, "not yet");
        send(&with(word));
        // A later grant must find nothing that was refused.
        send(&with("granted"));
        assert_eq!(urls(&intake).len(), sent, "{word}");
    }
}

#[test]
fn two_processes_with_one_folder_lose_nothing_when_both_are_killed() {
    let intake = Inspected::start();
    let storage = tempfile::tempdir().unwrap();
    let configuration = configuration(storage.path(), &intake.inspector.url(), 60_000);

    let mut processes: Vec<Child> = ["3", "2"]
        .into_iter()
        .map(|calls| {
            let (child, said) = app(&configuration, &["record", calls]);
            assert_eq!(said.recv().unwrap(), "stored");
            child
        })
        .collect();
    assert!(storage.path().join("process-1").is_dir());
    for process in &mut processes {
        process.kill().unwrap();
        process.wait().unwrap();
    }
    send(&configuration);
    assert_eq!(urls(&intake).len(), 3 + 2);
    send(&configuration);
    assert_eq!(urls(&intake).len(), 3 + 2, "nothing comes twice");
}

#[test]
fn a_file_torn_by_the_kill_loses_the_torn_event_alone() {
    let intake = Inspected::start();
    let storage = tempfile::tempdir().unwrap();
    let configuration = configuration(storage.path(), &intake.inspector.url(), 60_000);

    record_and_die(&configuration, "3");
    let batch = std::fs::read_dir(storage.path().join("v1"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "batch")
        })
        .unwrap();
    let bytes = std::fs::read(&batch).unwrap();
    std::fs::write(&batch, &bytes[..bytes.len() - 5]).unwrap();

    send(&configuration);
    let expected: Vec<String> = (0..2)
        .map(|n| format!("https://shop.example/cart?call={n}"))
        .collect();
    assert_eq!(urls(&intake), expected);
}

#[test]
fn an_upload_whose_answer_the_kill_swallowed_is_shown_once() {
    let intake = Inspected::start();
    let storage = tempfile::tempdir().unwrap();
    let relay = Relay::start(intake.inspector.address());
    let to_relay = configuration(storage.path(), &format!("http://{}", relay.address), 100);

    // The intake takes the batch, the app never learns of it.
    let (mut child, said) = app(&to_relay, &["record", "2"]);
    assert_eq!(said.recv().unwrap(), "stored");
    relay.withheld.recv().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(urls(&intake).len(), 2);

    send(&configuration(storage.path(), &intake.inspector.url(), 100));
    assert_eq!(
        urls(&intake).len(),
        2,
        "the batch kept its id, so it is known"
    );
    assert_eq!(intake.get("/api/stats")["duplicates"], 1);
}

/// Carries one exchange to the intake and keeps the answer to itself.
struct Relay {
    address: SocketAddr,
    withheld: mpsc::Receiver<()>,
}

impl Relay {
    fn start(intake: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (answered, withheld) = mpsc::channel();
        std::thread::spawn(move || {
            let (app, _) = listener.accept().unwrap();
            let mut onward = TcpStream::connect(intake).unwrap();
            let mut from_app = app.try_clone().unwrap();
            let mut to_intake = onward.try_clone().unwrap();
            let upload = std::thread::spawn(move || std::io::copy(&mut from_app, &mut to_intake));
            let mut first = [0; 1];
            onward.read_exact(&mut first).unwrap();
            answered.send(()).unwrap();
            // The app waits for its answer until it is killed; only that ends the copy.
            let _ = upload.join();
            drop(app);
        });
        Self { address, withheld }
    }
}
