//! Commands in, events out: sessions and resources, by the RUM event format.

pub mod call;
pub mod resource;
pub mod session;
pub mod telemetry;
