//! Serving connections: so many at a time, none for longer than it has something to say or to hear.
//!
//! A client that stops in the middle, or never begins, costs a connection for the time of one patience; a
//! library's default would keep it for ever.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use crate::spoil::{Spoilable, Spoiler};

/// How many connections are served at a time: open pages, and apps and backends with a few each. Others wait.
pub(crate) const CONNECTIONS: usize = 256;

/// How long to wait after the system could give no connection (it has no file descriptors left, mostly).
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// Serves until it is dropped; its connections end with it. `patience` is how long a request's head may take
/// to come, a kept connection may be silent, and an answer may wait for its reader.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    connections: usize,
    patience: Duration,
) -> io::Result<()> {
    let slots = Arc::new(Semaphore::new(connections));
    let mut served = JoinSet::new();
    loop {
        let slot = Arc::clone(&slots)
            .acquire_owned()
            .await
            .map_err(io::Error::other)?;
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) if is_of_one_client(&error) => continue,
            Err(_) => {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        while served.try_join_next().is_some() {}
        let router = router.clone();
        served.spawn(async move {
            serve_one(stream, router, patience).await;
            drop(slot);
        });
    }
}

async fn serve_one(stream: TcpStream, router: Router, patience: Duration) {
    // Small answers should not wait for more to send; where that cannot be set they are only later.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(patience));
    let spoiler = Spoiler::default();
    // An error here is a client that went away or was too slow: there is nobody left to tell.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(
            TokioIo::new(Spoilable::new(Box::pin(stream), spoiler.clone())),
            service_fn(move |mut request: hyper::Request<Incoming>| {
                request.extensions_mut().insert(spoiler.clone());
                TowerToHyperService::new(router.clone()).call(request)
            }),
        )
        .await;
}

fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn who_comes_when_all_places_are_taken_waits_for_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let serving = tokio::spawn(serve(listener, router, 1, Duration::from_secs(60)));
        let first = TcpStream::connect(address).await.unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        second
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        let early = timeout(
            Duration::from_millis(200),
            second.read_to_string(&mut answer),
        );
        assert!(early.await.is_err(), "{answer}");
        drop(first);
        second.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("hello"), "{answer}");
        serving.abort();
    }

    #[tokio::test]
    async fn an_answer_that_nobody_reads_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { vec![b'x'; 64 << 20] }));
        let serving = tokio::spawn(serve(listener, router, 1, Duration::from_millis(200)));
        let mut deaf = TcpStream::connect(address).await.unwrap();
        deaf.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        // The one place is free again although the first client is still there.
        let mut next = TcpStream::connect(address).await.unwrap();
        next.write_all(b"GET /none HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        let read = timeout(Duration::from_secs(10), next.read_to_string(&mut answer));
        read.await.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
        drop(deaf);
        serving.abort();
    }
}
