//! The inspector changes a rate, a host and the kill switch; the Kotlin and the Swift app follow, each time with their next return
//! to the foreground.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use crate::demo::{apps, leaks};
use crate::process::{Led, Service};
use crate::{http, paths, progress};

/// How long a server or an app may take for one answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long an app may take to have a document once it is back: the jitter of a pull is 2 s.
const SOON: Duration = Duration::from_secs(20);

/// Over the 30 s in the background after which an app asks again. Real time: this is the one place where the apps' own clock counts.
const AWAY: Duration = Duration::from_millis(30_500);

/// What the inspector serves, and what must come of it.
struct Step {
    version: u64,
    document: Value,
    /// Does a request to `shop.localhost`, to `ads.localhost` leave with a trace?
    traced: [bool; 2],
    /// Are requests recorded?
    recorded: bool,
}

const HOSTS: [&str; 2] = ["shop", "ads"];

fn steps() -> [Step; 4] {
    let step = |version: u64, mut document: Value, traced, recorded| {
        if let Some(fields) = document.as_object_mut() {
            fields.insert("version".to_owned(), version.into());
        }
        Step {
            version,
            document,
            traced,
            recorded,
        }
    };
    [
        step(
            1,
            json!({"first_party_hosts": {"shop.localhost": ["tracecontext"]}}),
            [true, false],
            true,
        ),
        // A rate, and a host.
        step(
            2,
            json!({"first_party_hosts": {
                "shop.localhost": {"formats": ["tracecontext"], "sample_rate": 0},
                "ads.localhost": ["tracecontext", "datadog"],
            }}),
            [false, true],
            true,
        ),
        step(3, json!({"enabled": false}), [false, false], false),
        // Undone: an app that is off goes on asking.
        step(
            4,
            json!({"first_party_hosts": {"localhost": ["tracecontext"]}}),
            [true, true],
            true,
        ),
    ]
}

/// An app that is led.
struct Follower {
    name: &'static str,
    app: Led,
}

/// Runs the Kotlin and the Swift sample app, which the demo has built.
pub(crate) fn check() -> anyhow::Result<()> {
    let folder = paths::target().join("follow");
    paths::fresh(&folder)?;
    let service = |name: &str, command: &mut Command| {
        Service::start(command, &folder.join(format!("{name}.log")), PATIENCE)
    };
    let inspector = service(
        "inspector",
        Command::new(paths::built("handspan-inspector")).args(["--listen", "127.0.0.1:0"]),
    )?;
    // It remembers the headers that it was sent, under every name that means this machine.
    let server = service(
        "server",
        Command::new(paths::built("handspan-embedded-backend")).arg("--third-party"),
    )?;
    let document = format!("{}/config.json", inspector.address);
    let mut followers = Vec::new();
    let mut cases = Vec::new();
    for step in steps() {
        http::put(&document, &step.document.to_string())?;
        if followers.is_empty() {
            followers = start(&folder, &inspector.address)?;
        } else {
            away(&mut followers)?;
        }
        progress::note(&format!("version {}: {}", step.version, step.document));
        for follower in &mut followers {
            let name = follower.name;
            let mut case = || -> anyhow::Result<Vec<Case>> {
                follower.has(step.version)?;
                follower.requests(&step, server.port())
            };
            cases.extend(
                case().with_context(|| format!("the {name} app, version {}", step.version))?,
            );
        }
    }
    for follower in &mut followers {
        ensure!(
            text(&follower.ask("flush")?, "said") == Some("flushed"),
            "{}: not everything was sent",
            follower.name
        );
    }
    on_the_wire(&server.address, &cases)?;
    at_the_inspector(&inspector.address, &cases)
}

fn start(folder: &Path, inspector: &str) -> anyhow::Result<Vec<Follower>> {
    let start = |app: &apps::App| {
        let settings = json!({
            "inspector": inspector,
            "storage_dir": folder.join(app.name),
            "urls": {},
            "remote": true,
        });
        let mut command = app.command(&settings.to_string());
        let log = folder.join(format!("{}.log", app.name));
        let mut follower = Follower {
            name: app.name,
            app: Led::start(command.arg("--follow"), &log)?,
        };
        follower.app.line(PATIENCE)?;
        Ok(follower)
    };
    apps::built()?.iter().map(start).collect()
}

/// All leave, and come back after long enough.
fn away(followers: &mut [Follower]) -> anyhow::Result<()> {
    for follower in &mut *followers {
        follower.ask("background")?;
    }
    std::thread::sleep(AWAY);
    for follower in followers {
        follower.ask("foreground")?;
    }
    Ok(())
}

/// A request, and what must come of it.
struct Case {
    /// Stands in its URL.
    name: String,
    version: u64,
    traced: bool,
    recorded: bool,
}

impl Follower {
    fn ask(&mut self, what: &str) -> anyhow::Result<Value> {
        let line = self.app.ask(what, PATIENCE)?;
        serde_json::from_str(&line).with_context(|| format!("it said {line:?}"))
    }

    fn has(&mut self, version: u64) -> anyhow::Result<()> {
        let until = Instant::now() + SOON;
        loop {
            let status = self.ask("status")?;
            if text(&status, "remote_version") == Some(&version.to_string()) {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("after {} s it still says {status}", SOON.as_secs());
            }
            // Its status is all there is to ask.
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn requests(&mut self, step: &Step, port: &str) -> anyhow::Result<Vec<Case>> {
        let pairs = HOSTS.into_iter().zip(step.traced);
        pairs
            .map(|(host, traced)| {
                let name = format!("{}-{}-{host}", self.name, step.version);
                let said = self.ask(&format!(
                    "get http://{host}.localhost:{port}/hello?case={name}"
                ))?;
                ensure!(
                    text(&said, "said") == Some("200"),
                    "{name} was answered {said}"
                );
                Ok(Case {
                    name,
                    version: step.version,
                    traced,
                    recorded: step.recorded,
                })
            })
            .collect()
    }
}

fn on_the_wire(server: &str, cases: &[Case]) -> anyhow::Result<()> {
    let seen = http::get_json(&format!("{server}/__seen"))?;
    let seen = list(&seen, "/requests");
    for case in cases {
        let path = format!("/hello?case={}", case.name);
        let request = seen
            .iter()
            .find(|request| text(request, "path") == Some(&path));
        let headers = request.and_then(|request| request.get("headers")?.as_object());
        let headers = headers.with_context(|| format!("{path} never came"))?;
        let traced = headers.keys().any(|name| leaks::is_tracing(name));
        ensure!(traced == case.traced, "{}: {headers:?}", case.name);
    }
    Ok(())
}

fn at_the_inspector(inspector: &str, cases: &[Case]) -> anyhow::Result<()> {
    let requests = http::get_json(&format!("{inspector}/api/requests"))?;
    let requests = requests.as_array().cloned().unwrap_or_default();
    for case in cases {
        let end = format!("case={}", case.name);
        let is_it = |request: &&Value| text(request, "url").is_some_and(|url| url.ends_with(&end));
        let versions: Vec<Option<&str>> = requests
            .iter()
            .filter(is_it)
            .map(|request| text(request, "remote_version"))
            .collect();
        let version = case.version.to_string();
        let wanted = if case.recorded {
            vec![Some(version.as_str())]
        } else {
            Vec::new()
        };
        ensure!(
            versions == wanted,
            "{}: recorded with {versions:?} instead of {wanted:?}",
            case.name
        );
    }
    let state = http::get_json(&format!("{inspector}/api/remote"))?;
    let pulls = list(&state, "/history/pulls");
    for client in ["handspan/0.1.0 (android; 1.0)", "handspan/0.1.0 (ios; 1.0)"] {
        let of_it = pulls
            .iter()
            .filter(|pull| text(pull, "client") == Some(client));
        let got: Vec<&str> = of_it
            .filter(|pull| pull.get("status") == Some(&json!(200)))
            .filter_map(|pull| text(pull, "version"))
            .collect();
        let wanted = steps().map(|step| step.version.to_string());
        ensure!(got == wanted, "{client} pulled {got:?}");
    }
    Ok(())
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn list(value: &Value, pointer: &str) -> Vec<Value> {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.cloned().unwrap_or_default()
}
