//! A running Collector.

use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::output::Output;

/// The Collector's program.
const PROGRAM: &str = "HANDSPAN_COLLECTOR";
const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/collector.yaml");
/// Without it spans of Datadog's tracers arrive with half of their trace id.
const GATE: &str = "--feature-gates=receiver.datadogreceiver.Enable128BitTraceID";
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Collector {
    child: Child,
    /// Base URL of its OTLP receiver.
    pub(crate) otlp: String,
    /// URL of its Datadog receiver.
    pub(crate) datadog: String,
    log: Option<JoinHandle<String>>,
    folder: TempDir,
}

impl Collector {
    /// With the configuration of the documentation, as it stands.
    pub(crate) fn start() -> Self {
        Self::start_with(&[], "Everything is ready")
    }

    /// With `settings` laid over it, as `processors::batch::timeout: 1s`; `ready` is what it says when it is.
    pub(crate) fn start_with(settings: &[&str], ready: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [otlp, datadog] = free_ports();
        let program = std::env::var_os(PROGRAM).expect("HANDSPAN_COLLECTOR names the Collector");
        let mut command = Command::new(program);
        command
            .args(["--config", CONFIGURATION, GATE])
            .env("OTLP_ENDPOINT", &otlp)
            .env("DATADOG_ENDPOINT", &datadog)
            .env("TELEMETRY_FOLDER", folder.path())
            .stderr(Stdio::piped());
        for setting in settings {
            command.args(["--config", &format!("yaml:{setting}")]);
        }
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains(ready) {
            assert!(log.read_line(&mut said).unwrap() > 0, "{said}");
        }
        // Reading on keeps the pipe from filling up, which would stop it.
        let log = std::thread::spawn(move || {
            let _ = log.read_to_string(&mut said);
            said
        });
        Self {
            child,
            otlp: format!("http://{otlp}"),
            datadog: format!("http://{datadog}"),
            log: Some(log),
            folder,
        }
    }

    /// What it has written until now.
    pub(crate) fn written(&self) -> Output {
        let read =
            |name| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        Output::read(&[read("traces.jsonl"), read("logs.jsonl")])
    }

    /// Waits until what it has written is enough.
    pub(crate) fn until(&self, enough: impl Fn(&Output) -> bool) -> Output {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let output = self.written();
            if enough(&output) {
                return output;
            }
            assert!(Instant::now() < give_up, "{output:#?}");
            // Nothing tells that a file has grown.
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it as a system would; what it has taken is written by then.
    pub(crate) fn end(mut self) -> Output {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        let log = self.log.take().unwrap().join().unwrap();
        assert!(status.success(), "{log}");
        self.written()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two that were free a moment ago: the Datadog receiver does not tell which one it took.
fn free_ports() -> [String; 2] {
    let taken = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    taken.map(|listener| listener.local_addr().unwrap().to_string())
}

/// Posts a body as it stands; gives the answer's status line and headers.
pub(crate) fn post(base: &str, path: &str, content_type: &str, body: &[u8]) -> String {
    use std::io::Write;
    let authority = base.trim_start_matches("http://");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: {content_type}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(authority).unwrap();
    // In one: to a body that comes after the answer the server says "reset", and the answer may be gone with it.
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).to_ascii_lowercase()
}
