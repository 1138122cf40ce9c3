//! The memory that sending a day's backlog takes: bytes resident above those of a core that has nothing to do (Linux).
#![allow(
    clippy::unwrap_used,
    reason = "a measurement that can't be made must say so"
)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use handspan_benches::{app, intake};
use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use handspan_core::upload::{Network, UploadConditions};

/// A call every four seconds, for a whole day.
const CALLS: u64 = 21_600;
const LONG: Duration = Duration::from_secs(600);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "record", dir] => record(dir),
        [_, "send", dir, idle, kind, url] => send(dir, idle, kind, url),
        _ => measure(),
    }
}

/// Each part in a process of its own, so that nobody's memory is another's.
fn measure() {
    let (url, bodies) = intake::start().unwrap();
    std::thread::spawn(move || bodies.into_iter().for_each(drop));
    for kind in ["datadog", "otlp"] {
        let folders = tempfile::tempdir().unwrap();
        let dir = folders.path().join("backlog");
        let idle = folders.path().join("idle");
        run(&["record", text(&dir)]);
        run(&["send", text(&dir), text(&idle), kind, &url]);
    }
}

fn run(arguments: &[&str]) {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success());
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn start(dir: &str, kind: &str, url: &str) -> Arc<Handspan> {
    let json = format!(
        r#"{{"storage_dir":{dir:?},"intakes":[{{"type":"{kind}","url":"{url}"}}],{}}}"#,
        app::CONFIGURATION
    );
    Handspan::start(from_json(&json).unwrap().0).unwrap()
}

fn record(dir: &str) {
    let core = start(dir, "datadog", "http://127.0.0.1:1");
    core.set_upload_conditions(UploadConditions {
        network: Network::None,
        ..UploadConditions::default()
    });
    for n in 0..CALLS {
        app::call(&core, n);
        // The queue is bounded: nothing may be dropped here.
        if n % 500 == 0 {
            core.flush(LONG);
        }
    }
    core.flush(LONG);
    core.shutdown();
}

fn send(dir: &str, idle: &str, kind: &str, url: &str) {
    // Once through everything, so that what is loaded on first use is there.
    let core = start(idle, kind, url);
    app::call(&core, 0);
    assert!(core.flush(LONG));
    core.shutdown();
    drop(core);
    let idle_kb = memory_kb("VmRSS:");
    // Forgets the high-water mark.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let core = start(dir, kind, url);
    assert!(core.flush(LONG));
    let peak_kb = memory_kb("VmHWM:");
    let stats = core.stats();
    let rum = stats.tracks.first().unwrap();
    println!(
        "{kind}: {} events of a backlog sent in {} requests, {} bytes on the wire; idle {idle_kb} KB, peak {peak_kb} KB, above idle {} KB",
        rum.sent,
        rum.requests,
        rum.bytes_sent,
        peak_kb - idle_kb
    );
    assert_eq!(rum.sent + rum.superseded, rum.recorded + rum.recovered);
    core.shutdown();
}

fn memory_kb(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let number = line.split_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}
