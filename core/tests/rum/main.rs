//! The RUM model through the engine: an app says what happens, the test reads the events that are stored. No thread, no clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // a test's helpers may stop the test

mod actions;
mod app;
mod hostile;
mod laws;
mod resources;
mod schemas;
mod sessions;
mod views;
