//! Runs the real binary.

use std::io::Write;
use std::process::{Command, Stdio};

use tempfile::NamedTempFile;

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_handspan"))
}

pub(crate) fn config(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

/// Runs `handspan`, the configuration's file appended to the arguments, with this standard input.
pub(crate) fn run(arguments: &[&str], config_text: &str, input: &str) -> Run {
    let config = config(config_text);
    let mut child = command()
        .args(arguments)
        .arg(config.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A run that refuses its configuration never reads: a broken pipe is then no surprise.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).ok());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
