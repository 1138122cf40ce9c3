//! What a request leaves with: everything that the app's thread waits for.
//!
//! [`hosts`] says whether a host is the app's, [`trace`] makes ids, the decision and the headers. No I/O, no clock, no
//! thread, no lock; randomness is handed in. A crate of its own, because the rest of the core is compiled to be small, and
//! this to be fast.

pub mod hosts;
pub mod limits;
pub mod refusal;
pub mod trace;
pub mod uuid;
