//! Starting programs. Each gets a process group of its own, and every group ends with us: at the end of [`Service`],
//! at Ctrl-C, at a termination signal. Services also end by themselves when the pipe to their standard input closes,
//! so that even a killed xtask leaves none behind.

mod led;

pub(crate) use led::Led;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process_group};

/// Process groups that are running.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Where the dynamic loader looks first.
const LOADER_PATH: &str = "LD_LIBRARY_PATH";

/// Whether an interrupt is the expected end.
static SERVING: AtomicBool = AtomicBool::new(false);

/// Ends every child, then this process, when a person or the system says so.
pub(crate) fn end_all_on_signals() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        end_all();
        std::process::exit(if SERVING.load(Ordering::Relaxed) {
            0
        } else {
            130
        });
    })
    .context("listen for Ctrl-C")
}

/// From here on Ctrl-C means that all is well.
pub(crate) fn serve_until_interrupted() -> ! {
    SERVING.store(true, Ordering::Relaxed);
    loop {
        std::thread::park();
    }
}

/// Kills every process group that is still running.
pub(crate) fn end_all() {
    for group in std::mem::take(&mut *running()) {
        kill(group);
    }
}

fn running() -> MutexGuard<'static, BTreeSet<i32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn kill(group: i32) {
    if let Some(group) = Pid::from_raw(group) {
        // It may have ended a moment ago; then there is nothing to do.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn spawn(command: &mut Command) -> anyhow::Result<(Child, i32)> {
    // `cargo run` points the loader at its own output. A program that is to find no library, or another one, would find
    // ours there.
    if let Some(path) = std::env::var_os(LOADER_PATH) {
        let target = crate::paths::target();
        let rest = std::env::split_paths(&path).filter(|folder| !folder.starts_with(&target));
        command.env(LOADER_PATH, std::env::join_paths(rest)?);
    }
    let child = command
        .process_group(0)
        .spawn()
        .with_context(|| format!("start {}", shown(command)))?;
    let group = Pid::from_child(&child).as_raw_nonzero().get();
    running().insert(group);
    Ok((child, group))
}

/// The command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(|word| word.to_string_lossy()));
    words.join(" ")
}

/// Runs to the end; its output is ours. An exit other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let (mut child, group) = spawn(command.stdin(Stdio::null()))?;
    let status = child.wait();
    running().remove(&group);
    check(command, status?)
}

/// Runs to the end; its output goes to a file, whose last lines are shown if it fails.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> anyhow::Result<()> {
    let file = create(log)?;
    let result = run(command.stdout(file.try_clone()?).stderr(file));
    if result.is_err() {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(40)) {
            eprintln!("    | {line}");
        }
    }
    result.with_context(|| format!("see {}", log.display()))
}

/// Runs to the end, at most `limit`, and gives what it wrote to standard output. Standard error goes to a file.
pub(crate) fn output(command: &mut Command, log: &Path, limit: Duration) -> anyhow::Result<String> {
    let (mut child, group) = spawn(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(create(log)?),
    )?;
    let stdout = child.stdout.take();
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = stdout.map_or(Ok(0), |mut stdout| stdout.read_to_string(&mut text));
        let status = child.wait();
        // The receiver is gone when the time is up: nobody wants the answer any more.
        let _ = done.send(read.and(status).map(|status| (status, text)));
    });
    let answer = ended.recv_timeout(limit);
    if answer.is_err() {
        kill(group);
    }
    running().remove(&group);
    match answer {
        Ok(answer) => {
            let (status, text) = answer?;
            check(command, status).with_context(|| {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                let last = said.lines().last().unwrap_or("nothing").to_owned();
                format!("its last words: {last}; see {}", log.display())
            })?;
            Ok(text)
        }
        Err(_) => bail!(
            "{} did not end within {} s; see {}",
            shown(command),
            limit.as_secs(),
            log.display()
        ),
    }
}

/// Starts it, waits at most `limit` for a line on its standard output, lets it live `then` longer, and kills it with
/// SIGKILL. Standard error goes to a file.
pub(crate) fn kill_after(
    command: &mut Command,
    line: &str,
    then: Duration,
    log: &Path,
    limit: Duration,
) -> anyhow::Result<()> {
    let (mut child, group) = spawn(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(create(log)?),
    )?;
    let stdout = child.stdout.take();
    let wanted = line.to_owned();
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let lines = stdout
            .into_iter()
            .flat_map(|stdout| BufReader::new(stdout).lines());
        let found = lines.map_while(Result::ok).any(|line| line == wanted);
        // The receiver is gone when the time is up.
        let _ = said.send(found);
    });
    let found = heard.recv_timeout(limit).unwrap_or(false);
    if found {
        std::thread::sleep(then);
    }
    kill(group);
    running().remove(&group);
    child.wait()?;
    if !found {
        bail!(
            "{} did not say {line:?}; see {}",
            shown(command),
            log.display()
        );
    }
    Ok(())
}

fn check(command: &Command, status: ExitStatus) -> anyhow::Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{}` ended with {status}", shown(command))
}

fn create(log: &Path) -> anyhow::Result<File> {
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    }
    File::create(log).with_context(|| format!("write {}", log.display()))
}

/// The program, for [`Service::start`], ended when its standard input closes even if it does not care for that itself.
pub(crate) fn ending_with_us(program: &Path) -> Command {
    let mut command = Command::new("sh");
    // The shell lets go of its standard output: when the program ends early, that must be seen.
    let script = r#""$@" </dev/null & exec >&-; read -r _; kill $!"#;
    command.args(["-c", script, "sh"]).arg(program);
    command
}

/// A program that serves until it is dropped.
pub(crate) struct Service {
    child: Child,
    group: i32,
    /// What it listens on, as `http://127.0.0.1:PORT`.
    pub(crate) address: String,
}

impl Service {
    /// Starts it and waits, at most `limit`, for its first line: `{"listening":"http://…"}`. Everything else it says
    /// goes to `log`.
    pub(crate) fn start(
        command: &mut Command,
        log: &Path,
        limit: Duration,
    ) -> anyhow::Result<Self> {
        let file = create(log)?;
        let mut rest = file.try_clone()?;
        let (mut child, group) = spawn(
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(file),
        )?;
        let (said, first) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut stdout = BufReader::new(stdout);
                let mut line = String::new();
                let read = stdout.read_line(&mut line);
                let _ = said.send(read.map(|_| line));
                // Reading on keeps the pipe from filling up, which would stop the service.
                let _ = std::io::copy(&mut stdout, &mut rest).and_then(|_| rest.flush());
            });
        }
        let mut service = Self {
            child,
            group,
            address: String::new(),
        };
        let line = match first.recv_timeout(limit) {
            Ok(line) => line?,
            Err(_) => bail!(
                "{} said nothing for {} s; see {}",
                shown(command),
                limit.as_secs(),
                log.display()
            ),
        };
        service.address = listening(&line).with_context(|| {
            format!(
                "{} did not say where it listens; see {}",
                shown(command),
                log.display()
            )
        })?;
        Ok(service)
    }

    /// The port in [`Self::address`].
    pub(crate) fn port(&self) -> &str {
        self.address.rsplit(':').next().unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Only a group that is still ours: its number may belong to somebody else once it was waited for.
        if running().remove(&self.group) {
            kill(self.group);
            let _ = self.child.wait();
        }
    }
}

fn listening(line: &str) -> anyhow::Result<String> {
    let value: serde_json::Value =
        serde_json::from_str(line).with_context(|| format!("its first line is {line:?}"))?;
    let address = value.get("listening").and_then(|address| address.as_str());
    Ok(address
        .context("no \"listening\" in its first line")?
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_service_is_gone_once_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let script = r#"echo '{"listening":"http://127.0.0.1:7"}'; sleep 60 & wait"#;
        let service = Service::start(
            &mut shell(script),
            &folder.path().join("log"),
            Duration::from_secs(10),
        )
        .unwrap();
        assert_eq!(
            (service.address.as_str(), service.port()),
            ("http://127.0.0.1:7", "7")
        );
        let group = Pid::from_raw(service.group).unwrap();
        drop(service);
        // `sleep` is the shell's child: the whole group must have been killed, not the shell alone. A killed orphan
        // stays a zombie until init reaps it, so wait for that.
        let gone = (0..1_000).any(|_| {
            std::thread::sleep(Duration::from_millis(5));
            rustix::process::test_kill_process_group(group).is_err()
        });
        assert!(gone);
    }

    #[test]
    fn a_program_ends_with_the_pipe_to_its_shell() {
        let mut command = ending_with_us(Path::new("sh"));
        command.args(["-c", "echo up; exec sleep 60"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "up\n");
        drop(child.stdin.take());
        child.wait().unwrap();
        // `sleep` holds the pipe open for as long as it lives.
        assert_eq!(stdout.read_line(&mut line).unwrap(), 0);
    }

    #[test]
    fn a_service_that_says_something_else_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let error = Service::start(&mut shell("echo hello; cat"), &log, Duration::from_secs(10))
            .err()
            .unwrap();
        assert!(format!("{error:#}").contains("hello"), "{error:#}");
    }

    #[test]
    fn output_has_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        assert_eq!(
            output(
                &mut shell("echo out; echo err >&2"),
                &log,
                Duration::from_secs(10)
            )
            .unwrap(),
            "out\n"
        );
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "err\n");
        let error = output(&mut shell("sleep 60"), &log, Duration::from_millis(50))
            .err()
            .unwrap();
        assert!(error.to_string().contains("did not end"), "{error:#}");
        assert!(output(&mut shell("exit 3"), &log, Duration::from_secs(10)).is_err());
    }
}
