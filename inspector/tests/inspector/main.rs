//! A real inspector on a free port, asked over HTTP as apps, backends, browsers and strangers ask.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)] // A test that meets what it did not expect should stop there and say so; helpers are tests as well.

mod client;
mod core_events;
mod faults;
mod intake;
mod payloads;
mod remote_document;
mod sessions;
mod sessions_spans;
mod slow;
mod spans;
mod starting;
mod strangers;
mod stream;
