//! What holds for every host, every header and every configuration.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops where it meets what it did not expect"
)]

mod any;
mod decisions;
mod hops;
mod others;
