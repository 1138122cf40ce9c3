//! Commands in, events out: what an app and its user do, by the RUM event format.
//!
//! [`machine`] folds [`command`]s and ended [`call`]s into the sessions that are alive; each idea of the format has a file of its
//! own, and [`event`] makes what all events have in common.

pub mod action;
pub mod attributes;
mod bound;
pub mod call;
pub mod command;
mod dispatch;
pub mod error;
pub mod event;
pub mod fit;
pub mod headers;
mod live;
pub mod log;
mod long_task;
pub mod machine;
mod manual;
pub mod mapper;
pub mod person;
pub(crate) mod pointer;
pub mod redact;
pub mod resource;
pub mod session;
pub mod span;
pub mod telemetry;
pub mod trim;
pub mod view;
mod view_commands;
mod vital;
