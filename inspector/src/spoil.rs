//! A connection whose answer can be spoilt on its way out: HTTP libraries write nothing that is not whole.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const WHOLE: u8 = 0;
const GARBAGE: u8 = 1;
const CUT: u8 = 2;
const BROKEN: u8 = 3;

/// A handle to one connection, found among a request's extensions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoiler(Arc<AtomicU8>);

impl Spoiler {
    /// From here on what is written is no HTTP.
    pub(crate) fn garbage(&self) {
        self.0.store(GARBAGE, Ordering::Release);
    }

    /// Half of what is written next still goes out, then the connection ends.
    pub(crate) fn cut(&self) {
        self.0.store(CUT, Ordering::Release);
    }
}

/// The connection.
#[derive(Debug)]
pub(crate) struct Spoilable<S> {
    stream: S,
    spoiler: Spoiler,
}

impl<S> Spoilable<S> {
    pub(crate) fn new(stream: S, spoiler: Spoiler) -> Self {
        Self { stream, spoiler }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Spoilable<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Spoilable<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let state = self.spoiler.0.load(Ordering::Acquire);
        let stream = Pin::new(&mut self.stream);
        match state {
            WHOLE => stream.poll_write(context, bytes),
            GARBAGE => {
                let noise: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
                stream.poll_write(context, &noise)
            }
            CUT => {
                let (half, _) = bytes.split_at(bytes.len().div_ceil(2));
                let written = stream.poll_write(context, half);
                if written.is_ready() {
                    self.spoiler.0.store(BROKEN, Ordering::Release);
                }
                written
            }
            _ => Poll::Ready(Err(io::Error::other("cut on purpose"))),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
