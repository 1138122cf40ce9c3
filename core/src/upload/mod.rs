//! What a batch becomes on the wire, and what an answer means. Decides only: no I/O, no clock.

mod conditions;
mod datadog_span;
mod intake;
pub mod otlp;
mod request;
mod superseded;
mod verdict;

pub use conditions::{Hold, Network, UploadConditions, UploadPolicy};
pub use intake::Intake;
pub use request::{UploadFacts, request};
pub use superseded::without_superseded;
pub use verdict::{Verdict, backoff_ms, judge, retry_after_ms};
