//! The OpenTelemetry Collector, as `docs/collector.yaml` sets it up, takes what the core sends; what it hands on is what was
//! recorded. Needs programs that `cargo xtask test --only collector` builds and names in variables.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test's helpers may stop the test

mod backends;
mod collector;
mod output;
mod phone;
mod refusals;
mod services;
