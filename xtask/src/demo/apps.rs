//! The sample apps: Rust over the core alone, Kotlin with a real OkHttp, Swift with a real URLSession.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use super::cases::{self, Line, Run};
use super::topology::Topology;
use crate::tools::{Policy, java, swift};
use crate::{paths, process, progress};

/// How long an app may take for its requests.
const PATIENCE: Duration = Duration::from_secs(120);

/// An app that is ready to run.
pub(crate) struct App {
    /// As in its cases.
    pub(crate) name: &'static str,
    program: PathBuf,
    arguments: Vec<OsString>,
}

/// What came of running them.
pub(crate) struct Ran {
    pub(crate) cases: Vec<Run>,
    pub(crate) problems: Vec<String>,
}

/// Builds the Kotlin and the Swift app, both at once. One whose tools are missing is left out; one that does not build
/// is an error.
pub(crate) fn prepare(policy: Policy, left_out: &mut Vec<String>) -> anyhow::Result<Vec<App>> {
    let mut have = |what: &str, tool: anyhow::Result<PathBuf>| {
        tool.map_err(|error| left_out.push(format!("{what}: {error:#}")))
            .ok()
    };
    let maven = have("the Kotlin sample app", java::maven(policy));
    let swift = have("the Swift sample app", swift::toolchain(policy));
    let (kotlin, swift) = std::thread::scope(|scope| {
        let kotlin = maven.map(|maven| {
            scope.spawn(move || progress::step("Building the Kotlin app", || kotlin(&maven)))
        });
        let swift = swift.map(|swift| {
            scope.spawn(move || progress::step("Building the Swift app", || self::swift(&swift)))
        });
        (
            kotlin.map(|thread| thread.join()),
            swift.map(|thread| thread.join()),
        )
    });
    let mut apps = vec![App {
        name: "rust",
        program: paths::built("handspan-sample-rust"),
        arguments: Vec::new(),
    }];
    for app in [kotlin, swift].into_iter().flatten() {
        let Ok(app) = app else {
            anyhow::bail!("building an app ended early")
        };
        apps.push(app?);
    }
    Ok(apps)
}

fn kotlin(maven: &Path) -> anyhow::Result<App> {
    let mut command = Command::new(maven);
    command
        .args(["-DskipTests", "package"])
        .current_dir(paths::root().join("bindings-kotlin"));
    process::run_logged(&mut command, &log("kotlin-build"))?;
    Ok(built_kotlin())
}

fn built_kotlin() -> App {
    let jar = paths::root().join("sample-apps/kotlin/target/handspan-sample.jar");
    let mut library = OsString::from("-Djna.library.path=");
    library.push(paths::built(""));
    App {
        name: "kotlin",
        program: java::java(),
        arguments: vec![library, "-jar".into(), jar.into()],
    }
}

fn swift(swift: &Path) -> anyhow::Result<App> {
    let package = paths::root().join("sample-apps/swift");
    swift::forget_linked(&package)?;
    let mut command = Command::new(swift);
    command.arg("build").arg("--package-path").arg(&package);
    process::run_logged(&mut command, &log("swift-build"))?;
    Ok(built_swift(swift))
}

fn built_swift(swift: &Path) -> App {
    let package = paths::root().join("sample-apps/swift");
    // By way of `swift run`: a fetched toolchain has the runtime libraries inside.
    let arguments = ["run", "--skip-build", "--package-path"].map(OsString::from);
    App {
        name: "swift",
        program: swift.to_owned(),
        arguments: arguments
            .into_iter()
            .chain([package.into(), "HandspanSample".into()])
            .collect(),
    }
}

/// The Kotlin and the Swift app, which [`prepare`] has built.
pub(crate) fn built() -> anyhow::Result<[App; 2]> {
    Ok([
        built_kotlin(),
        built_swift(&swift::toolchain(Policy::Install)?),
    ])
}

fn log(name: &str) -> PathBuf {
    paths::target().join(format!("demo/logs/{name}.log"))
}

/// Runs all apps at once, as phones do, and pairs what they tell with the cases.
pub(crate) fn run(apps: &[App], topology: &Topology) -> Ran {
    let told: Vec<anyhow::Result<Vec<Line>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = apps
            .iter()
            .map(|app| scope.spawn(|| run_one(app, topology)))
            .collect();
        let ended = || anyhow::anyhow!("running it ended early");
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(ended())))
            .collect()
    });
    let mut ran = Ran {
        cases: Vec::new(),
        problems: Vec::new(),
    };
    for (app, lines) in apps.iter().zip(told) {
        match lines {
            Ok(lines) => {
                progress::note(&format!("{}: {} requests", app.name, lines.len()));
                let (cases, problems) = cases::pair(app.name, &lines);
                ran.cases.extend(cases);
                ran.problems.extend(problems);
            }
            Err(error) => ran
                .problems
                .push(format!("the {} app: {error:#}", app.name)),
        }
    }
    ran
}

impl App {
    /// The app with these settings.
    pub(crate) fn command(&self, settings: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env("HANDSPAN_DEMO", settings);
        command
    }
}

fn run_one(app: &App, topology: &Topology) -> anyhow::Result<Vec<Line>> {
    let mut command = app.command(&topology.for_app(app.name));
    let log = topology.logs.join(format!("{}-app.log", app.name));
    let text = process::output(&mut command, &log, PATIENCE)?;
    text.lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).with_context(|| format!("it printed {line:?}")))
        .collect()
}
