//! A program that is led by its standard input: it answers each line with a line.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};

use super::{create, kill, running, shown, spawn};

/// It runs until it is dropped.
pub(crate) struct Led {
    child: Child,
    group: i32,
    stdin: ChildStdin,
    lines: mpsc::Receiver<String>,
    what: String,
}

impl Led {
    /// Starts it; standard error goes to a file.
    pub(crate) fn start(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let (mut child, group) = spawn(
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(create(log)?),
        )?;
        let (said, lines) = mpsc::channel();
        let stdout = child.stdout.take().context("its standard output")?;
        std::thread::spawn(move || {
            // The receiver is gone when nobody listens any more.
            let _ = BufReader::new(stdout)
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| said.send(line));
        });
        let stdin = child.stdin.take().context("its standard input")?;
        Ok(Self {
            child,
            group,
            stdin,
            lines,
            what: format!("{}; see {}", shown(command), log.display()),
        })
    }

    /// The next line that it says.
    pub(crate) fn line(&mut self, limit: Duration) -> anyhow::Result<String> {
        match self.lines.recv_timeout(limit) {
            Ok(line) => Ok(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => bail!("it has ended: {}", self.what),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                bail!("nothing for {} s from {}", limit.as_secs(), self.what)
            }
        }
    }

    /// Says a line and waits for the answer.
    pub(crate) fn ask(&mut self, line: &str, limit: Duration) -> anyhow::Result<String> {
        writeln!(self.stdin, "{line}")
            .and_then(|()| self.stdin.flush())
            .map_err(|error| anyhow!("it can't be told {line:?} ({error}): {}", self.what))?;
        self.line(limit)
    }
}

impl Drop for Led {
    fn drop(&mut self) {
        // Only a group that is still ours, as a service's.
        if running().remove(&self.group) {
            kill(self.group);
            let _ = self.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_line_by_line_and_its_end_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo up; read a; echo \"$a!\"; read b; exit 3"]);
        let mut led = Led::start(&mut command, &folder.path().join("log")).unwrap();
        let limit = Duration::from_secs(10);
        assert_eq!(led.line(limit).unwrap(), "up");
        assert_eq!(led.ask("hello", limit).unwrap(), "hello!");
        let error = led.ask("again", limit).unwrap_err().to_string();
        assert!(error.starts_with("it has ended"), "{error}");
    }
}
