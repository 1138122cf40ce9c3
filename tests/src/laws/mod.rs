//! What holds of every plan, whatever ids, users, app headers and configuration contain.
//!
//! A law is a function that panics where it is broken. Property tests call it with what a strategy makes, fuzz targets
//! ([`targets`]) with what a fuzzer makes. What a law compares with is written a second time here, from the specifications
//! ([`readers`]): the core's own readers would agree with its own mistakes.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a law stops where it is broken"
)]

pub mod baggage;
pub mod configuration;
pub mod hop;
pub mod hosts;
pub mod readers;
pub mod remote;
pub mod response;
pub mod store;
pub mod sw8;
pub mod targets;
pub mod tracestate;
pub mod wire;
