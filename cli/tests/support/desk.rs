//! `handspan config` at somebody's desk, the real binary.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// What one person does in one folder.
pub(crate) struct Desk(TempDir);

pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A document without anything wrong.
pub(crate) const OLD: &str = r#"{"version":7,"trace_sample_rate":20,"first_party_hosts":{"a.example":["datadog"]},
    "targets":[{"name":"new-rates","when":{"rollout":5},"set":{"trace_sample_rate":100}}]}"#;

impl Desk {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub(crate) fn config(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handspan"));
        command
            .arg("config")
            .args(arguments)
            .current_dir(self.0.path());
        let output = command.output().unwrap();
        Said {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
