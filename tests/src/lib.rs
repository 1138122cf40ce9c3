//! What only the whole can show.
//!
//! The vectors: [`case`] is the one form that every language runs, [`own`] reads the project's, [`shared`] translates a
//! folder of published ones, [`check`] runs them through the core. `cargo run -p handspan-tests --bin vector-cases OUT`
//! writes them for the other languages.
//!
//! The laws: [`laws`] is what holds of every plan; property tests and fuzz targets run it.
//!
//! [`intake`] is a stand-in for Datadog's intake, as strict as that; [`recorded`] makes calls of every kind to send there.
//!
//! The [`day`] is one user's, told to a core step by step. The [`storm`] kills apps; the [`fleet`] is many phones on one simulated day. [`conformance`] is what real
//! tracers are sent. [`public_suffixes`] writes the tree of public suffixes that the core reads, and tests compare it with its source.

pub mod case;
pub mod check;
pub mod conformance;
pub mod contradictions;
pub mod day;
pub mod fleet;
pub mod intake;
pub mod laws;
pub mod own;
pub mod public_suffixes;
pub mod recorded;
pub mod report;
pub mod shared;
pub mod storm;
