//! Commands in, events out: what an app and its user do, by the RUM event format.

pub mod attributes;
pub mod call;
pub mod command;
pub mod mapper;
pub mod person;
pub mod resource;
pub mod session;
pub mod telemetry;
