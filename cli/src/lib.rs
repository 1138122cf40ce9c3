//! The core from a terminal.
//!
//! [`request`] reads a request as a person or a test writes it, [`planner`] asks the core about it, [`plan_line`] writes
//! the answer; the commands are [`plan_command`] and [`explain_command`]. The shared vectors use the same road, so what
//! they prove holds for the command line too. [`remote`] is for the people who write the remote document.

pub mod config_file;
pub mod explain_command;
pub mod lines;
pub mod plan_command;
pub mod plan_line;
pub mod planner;
pub mod remote;
pub mod request;

use std::fmt;

/// Why a command could not do its work at all. Bad lines of input are not among these: they are answered one by one.
#[derive(Debug)]
pub struct Failure {
    /// What happened, and what to do about it.
    pub message: String,
}

impl Failure {
    /// A failure with its message.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
