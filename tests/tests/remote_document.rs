//! A remote document over a real wire: a good one moves hosts and rates, a bad one changes nothing and says why, and the
//! events of the app arrive all the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test's helpers may stop the test

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use handspan_core::config::from_json;
use handspan_core::instance::{Handspan, Status};
use handspan_core::rum::call::FinishedCall;
use handspan_core::trace::{HopRequest, Reason};

/// Serves the document to GET and takes whatever is posted, for as long as the test runs.
fn server(document: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            let mut request = String::new();
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                    break;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                request.push_str(&line);
            }
            let _ = reader.by_ref().take(length).read_to_end(&mut Vec::new());
            let body: &[u8] = if request.starts_with("GET") {
                &document
            } else {
                b""
            };
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let mut stream = reader.into_inner();
            // The SDK hangs up on what is too large.
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(body));
        }
    });
    url
}

fn start(name: &str, server: &str) -> Arc<Handspan> {
    let configuration = serde_json::json!({
        "client_token": "pub1",
        "application_id": "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1",
        "instance": name,
        "first_party_hosts": {"app.example": ["datadog", "tracecontext"]},
        "intakes": [{"type": "datadog", "url": server}],
        "remote_configuration_url": format!("{server}/config.json"),
    });
    let (configuration, refusals) = from_json(&configuration.to_string()).unwrap();
    assert_eq!(refusals, []);
    Handspan::start(configuration).unwrap()
}

fn judged(core: &Handspan) -> Status {
    let give_up = Instant::now() + Duration::from_secs(20);
    loop {
        let status = core.status();
        if !["none", "pulling"].contains(&status.remote) {
            return status;
        }
        assert!(Instant::now() < give_up, "{status:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn reason(core: &Handspan, host: &str) -> Reason {
    let request = HopRequest {
        method: "GET",
        scheme: "https",
        host,
        port: 443,
        path: "/",
        ..HopRequest::default()
    };
    core.plan(&request, None).plan.reason
}

#[test]
fn a_good_document_moves_hosts_and_rates() {
    let document = br#"{"version":"7","trace_sample_rate":0,
        "first_party_hosts":{"remote.example":["tracecontext"],"always.example":{"sample_rate":100}}}"#;
    let core = start("good-document", &server(document.to_vec()));
    let status = judged(&core);
    assert_eq!(
        (status.remote, status.remote_version.as_deref()),
        ("applied", Some("7"))
    );
    assert_eq!(reason(&core, "app.example"), Reason::HostNotFirstParty);
    assert_eq!(reason(&core, "remote.example"), Reason::TraceNotSampled);
    assert_eq!(reason(&core, "api.always.example"), Reason::Traced);
}

#[test]
fn a_bad_document_changes_nothing_says_why_and_loses_nothing() {
    let ten_megabytes = vec![b'{'; 10 * 1024 * 1024];
    let garbage: Vec<u8> = (0..4096_u32).map(|n| (n * 7919 % 251) as u8).collect();
    for (name, document, code) in [
        ("ten-megabytes", ten_megabytes, "too_large"),
        ("garbage", garbage, "not_json"),
    ] {
        let core = start(name, &server(document));
        let status = judged(&core);
        assert_eq!(status.remote, "refused", "{name}");
        assert_eq!(status.refusals[0].code.as_str(), code);
        assert_eq!(reason(&core, "app.example"), Reason::Traced);

        core.finish(FinishedCall {
            method: "GET".to_owned(),
            url: "https://app.example/".to_owned(),
            ..FinishedCall::default()
        });
        assert!(core.flush(Duration::from_secs(20)));
        // The call, and the view that it is in.
        assert_eq!(core.status().sent, 2);
    }
}
