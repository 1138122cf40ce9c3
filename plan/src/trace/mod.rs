//! What a request leaves with: the ids, the sampling decision, the headers, or the reason why there are none.
//!
//! [`plan`] is the whole decision, a pure function. One trace id, one span id and one decision serve every format; each
//! format has a file of its own, for writing ours and for reading what the app set itself. `response` reads the way back.

mod app_headers;
mod app_identity;
pub mod arms;
mod b3;
mod baggage;
mod datadog;
mod decision;
mod digits;
pub mod explain;
mod formats;
mod header_list;
mod ids;
mod outgoing;
mod plan;
mod reason;
pub mod response;
pub mod sampling;
mod sw8;
mod text;
mod tracecontext;
pub mod tracestate;

pub use app_headers::READ_HEADER_NAMES;
pub use app_identity::AppIdentity;
pub use baggage::{BaggageMembers, BaggageValue};
pub use formats::{Format, Formats};
pub use ids::{SpanId, TraceId};
pub use plan::{FixedIds, HopRequest, Injection, Plan, SessionIdentity, TraceSettings, plan};
pub use reason::Reason;
pub use sampling::{Rate, session_hash};
pub use text::Text;
