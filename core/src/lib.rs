//! The core of Handspan: everything that decides.
//!
//! A request takes this road through the crate:
//!
//! 1. [`instance`]: the app's thread asks for a plan; it reads an immutable snapshot of [`hosts`], rates and session.
//! 2. [`trace`]: the plan: which headers, which ids, or the reason why there are none.
//! 3. [`instance`] again: the finished call becomes a command in a bounded queue.
//! 4. [`worker`]: the one `handspan` thread takes it to the [`engine`], a pure machine: `(command, now) → effects`.
//! 5. [`rum`]: out falls an event; [`batch`] frames it, [`upload`] says what a batch becomes on the wire.
//! 6. [`seams`]: storage, transport, clock, entropy: what the worker performs effects with.
//!
//! [`hosts`] and [`trace`] are a crate of their own, `handspan-plan`: they are compiled to be fast, the rest to be small.
//! [`config`] is what the app configures, [`remote`] what a document may change of it later,
//! [`limits`] every bound beside its reason, [`ffi`] the only place that knows UniFFI.
//!
//! `hosts`, `trace`, `rum`, `remote`, `batch`, the deciding half of `upload` and `engine` do no I/O, start no thread
//! and read no clock.

pub mod batch;
pub mod config;
pub mod engine;
pub mod ffi;
pub mod instance;
pub mod limits;
pub mod remote;
pub mod rum;
pub mod seams;
pub mod upload;
pub mod worker;

use handspan_plan::uuid;
pub use handspan_plan::{hosts, trace};

uniffi::setup_scaffolding!();
