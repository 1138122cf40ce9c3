//! A running core from the app's side: real thread, real storage, a clock and a network of the test's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test's helpers may stop the test

mod phone;
mod privacy;
mod remote;
mod running;
mod sessions;
mod told;
mod tracing;
