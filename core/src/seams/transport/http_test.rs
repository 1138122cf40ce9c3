use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::*;

const LIMIT: usize = 1_000;

/// A server for one connection: hands out what it was sent, and answers as `answer` does.
struct Server {
    url: String,
    requests: Receiver<(Vec<String>, Vec<u8>)>,
}

fn serve(answer: impl FnOnce(&mut TcpStream) + Send + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // No second connection is taken.
        drop(listener);
        sender.send(read_request(&stream)).unwrap();
        answer(&mut stream);
    });
    Server { url, requests }
}

/// Request line and headers, then the body.
pub(super) fn read_request(stream: impl Read) -> (Vec<String>, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let length = lines.iter().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    (lines, body)
}

fn says(text: &'static str) -> impl FnOnce(&mut TcpStream) + Send + 'static {
    move |stream| stream.write_all(text.as_bytes()).unwrap()
}

pub(super) fn get(url: &str) -> HttpRequest {
    HttpRequest {
        method: "GET",
        url: url.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 10_000,
        max_answer_bytes: LIMIT,
    }
}

fn send(request: HttpRequest) -> Result<HttpAnswer, TransportError> {
    run(ReqwestTransport::default().send(request))
}

/// To its end, as the `handspan` thread does.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future)
}

#[test]
fn a_request_goes_out_as_it_is_and_the_answer_comes_back() {
    let server = serve(says(
        "HTTP/1.1 202 Accepted\r\nX-Two: a\r\nx-two: b\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nok",
    ));
    let answer = send(HttpRequest {
        method: "POST",
        url: format!("{}/api/v2/rum?ddsource=ios", server.url),
        headers: vec![("DD-API-KEY".to_owned(), "pub1".to_owned())],
        body: b"{}\n{}".to_vec(),
        ..get("")
    })
    .unwrap();
    assert_eq!((answer.status, &answer.body[..]), (202, &b"ok"[..]));
    assert_eq!(answer.header("retry-after"), Some("7"));
    let two: Vec<&str> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "x-two")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(two, ["a", "b"]);

    let (lines, body) = server.requests.recv().unwrap();
    assert_eq!(body, b"{}\n{}");
    assert_eq!(lines[0], "POST /api/v2/rum?ddsource=ios HTTP/1.1");
    let mut names: Vec<String> = lines[1..].iter().map(|line| line.to_lowercase()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "accept: */*",
            "content-length: 5",
            "dd-api-key: pub1",
            &format!("host: {}", server.url.trim_start_matches("http://")),
            &format!("user-agent: handspan/{}", env!("CARGO_PKG_VERSION")),
        ]
    );
}

#[test]
fn any_status_is_an_answer() {
    for (text, status) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404),
        (
            "HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\nno length",
            500,
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204),
    ] {
        assert_eq!(send(get(&serve(says(text)).url)).unwrap().status, status);
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let server = serve(says(
        "HTTP/1.1 307 Temporary\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
    ));
    let answer = send(get(&server.url)).unwrap();
    assert_eq!(
        (answer.status, answer.header("location")),
        (307, Some("/elsewhere"))
    );
    assert_eq!(server.requests.recv().unwrap().0[0], "GET / HTTP/1.1");
    // The server's thread has ended: there was no second request.
    assert!(server.requests.recv().is_err());
}

#[test]
fn a_body_at_the_limit_is_taken() {
    let server = serve(|stream| {
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {LIMIT}\r\n\r\n{}",
            "x".repeat(LIMIT)
        )
        .unwrap();
    });
    assert_eq!(send(get(&server.url)).unwrap().body.len(), LIMIT);
}

/// Refused for its body; the status is told all the same.
fn assert_too_large(outcome: &Result<HttpAnswer, TransportError>) {
    match outcome {
        Err(TransportError::TooLarge { limit, answer }) => {
            assert_eq!((*limit, answer.status), (LIMIT, 200));
            assert!(answer.body.is_empty());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_larger_body_is_refused_by_its_announced_length() {
    // The body never comes: the refusal must not wait for it.
    let server = serve(|stream| {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")
            .unwrap();
        let _ = stream.read(&mut [0]);
    });
    assert_too_large(&send(get(&server.url)));
}

#[test]
fn an_endless_body_is_refused_at_the_limit() {
    let (done, sent) = channel();
    let server = serve(move |stream| {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            .unwrap();
        let mut bytes: usize = 0;
        // Until the client hangs up.
        while stream
            .write_all(format!("100\r\n{}\r\n", "x".repeat(256)).as_bytes())
            .is_ok()
        {
            bytes += 256;
        }
        done.send(bytes).unwrap();
    });
    assert_too_large(&send(get(&server.url)));
    // What the sockets hold, not what the server would send.
    assert!(sent.recv().unwrap() < 64 * 1024 * 1024);
}

#[test]
fn a_server_that_says_nothing_times_out() {
    let server = serve(|stream| {
        let _ = stream.read(&mut [0]);
    });
    assert_eq!(
        send(HttpRequest {
            timeout_ms: 100,
            ..get(&server.url)
        }),
        Err(TransportError::Timeout)
    );
}

/// Whether it stops or breaks off: the status is told.
fn assert_incomplete(outcome: &Result<HttpAnswer, TransportError>, how: &str) {
    match outcome {
        Err(TransportError::Incomplete { why, answer }) => {
            assert!(why.contains(how), "{why}");
            assert_eq!((answer.status, answer.body.len()), (200, 0));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_that_stops_in_the_body_has_told_its_status() {
    let server = serve(|stream| {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            .unwrap();
        let _ = stream.read(&mut [0]);
    });
    let outcome = send(HttpRequest {
        timeout_ms: 100,
        ..get(&server.url)
    });
    assert_incomplete(&outcome, "no complete answer in time");
}

#[test]
fn a_connection_that_breaks_is_a_network_failure() {
    let cut = serve(says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
    assert_incomplete(&send(get(&cut.url)), "the network failed");
    let garbage = serve(says("SSH-2.0-OpenSSH_9.6\r\n"));
    assert!(matches!(
        send(get(&garbage.url)),
        Err(TransportError::Network(_))
    ));
}

#[test]
fn a_refused_connection_is_a_network_failure_that_does_not_tell_the_url() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = send(get(&format!("http://{address}/secret?key=secret"))).unwrap_err();
    let TransportError::Network(why) = error else {
        panic!("{error:?}")
    };
    assert!(why.to_lowercase().contains("connection refused"), "{why}");
    assert!(!why.contains("secret"), "{why}");
}

#[test]
fn what_cannot_be_sent_is_refused_with_its_reason() {
    for url in [
        "",
        "not a url",
        "ftp://x.test/",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
    ] {
        assert!(
            matches!(send(get(url)), Err(TransportError::BadUrl(_))),
            "{url}"
        );
    }
    let split = vec![("DD-API-KEY".to_owned(), "pub\r\nX-Evil: 1".to_owned())];
    let error = send(HttpRequest {
        headers: split,
        ..get("http://127.0.0.1:1")
    })
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request cannot be sent: header `DD-API-KEY` has characters HTTP does not allow"
    );
}

#[test]
fn one_transport_serves_many_requests() {
    let transport = ReqwestTransport::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for _ in 0..3 {
        let server = serve(says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        assert_eq!(
            runtime
                .block_on(transport.send(get(&server.url)))
                .unwrap()
                .status,
            200
        );
    }
}

#[test]
fn a_proxy_gets_the_request_and_its_password() {
    let proxy = serve(says("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"));
    let transport = ReqwestTransport::new(Network {
        proxy: Some(proxy.url.replace("http://", "http://user:secret@")),
        ..Network::default()
    });
    let answer = run(transport.send(get("http://intake.example/api/v2/rum")));
    assert_eq!(answer.unwrap().status, 202);
    let (lines, _) = proxy.requests.recv().unwrap();
    assert_eq!(lines[0], "GET http://intake.example/api/v2/rum HTTP/1.1");
    let credentials = "proxy-authorization: basic dxnlcjpzzwnyzxq=";
    assert!(
        lines.iter().any(|line| line.to_lowercase() == credentials),
        "{lines:?}"
    );
}

#[test]
fn over_a_proxy_tls_still_reaches_to_the_intake() {
    // It answers CONNECT, and then speaks no TLS: what it sees is a handshake, never the request.
    let proxy = serve(|stream| {
        stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
        let mut first = [0; 1];
        stream.read_exact(&mut first).unwrap();
        const HANDSHAKE: u8 = 22;
        assert_eq!(first, [HANDSHAKE]);
    });
    let transport = ReqwestTransport::new(Network {
        proxy: Some(proxy.url.clone()),
        ..Network::default()
    });
    let answer = run(transport.send(get("https://intake.example/api/v2/rum")));
    assert!(answer.is_err());
    assert_eq!(
        proxy.requests.recv().unwrap().0[0],
        "CONNECT intake.example:443 HTTP/1.1"
    );
}
