//! `cargo xtask bindings`: the Kotlin and Swift that UniFFI generates from the built libraries.
//!
//! Generated code is committed. SwiftPM resolves a package straight from git and cannot run cargo, and a reviewer sees
//! every change of the surface; `--check`, part of the tests, fails when it is not what the code generates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::{build, paths, process, progress};

/// What to do with the generated code.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Compare with the committed code instead of writing it
    #[arg(long)]
    check: bool,
}

/// One language: where its files are generated from, and where each kind of file belongs.
struct Language {
    name: &'static str,
    library: &'static str,
    /// Extension of a generated file, and the folder of the checkout where such files belong.
    places: &'static [(&'static str, &'static str)],
}

const LANGUAGES: [Language; 2] = [
    Language {
        name: "kotlin",
        library: "libhandspan.so",
        places: &[("kt", "bindings-kotlin/handspan/src/generated/kotlin")],
    },
    Language {
        name: "swift",
        library: "libhandspan_swift.a",
        places: &[
            ("swift", "bindings-swift/Sources/HandspanBindings"),
            ("h", HEADERS),
            ("modulemap", HEADERS),
        ],
    },
];

/// In a folder named after the module: two UniFFI frameworks in one app would otherwise both bring an
/// `include/module.modulemap`.
const HEADERS: &str = "bindings-swift/Sources/HandspanCoreFFI/include/HandspanCoreFFI";

/// Generates, then writes or compares.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let generated = progress::step("Generating the Kotlin and Swift bindings", generate)?;
    if options.check {
        check(&generated)
    } else {
        write(&generated)
    }
}

/// Fails when the committed code is not what the code generates, and names the files.
pub(crate) fn run_check() -> anyhow::Result<()> {
    run(&Options { check: true })
}

/// Generated files: path in the checkout → text.
type Files = BTreeMap<PathBuf, String>;

fn generate() -> anyhow::Result<Files> {
    build::programs()?;
    let mut files = Files::new();
    for language in &LANGUAGES {
        let folder = paths::target().join("bindings").join(language.name);
        paths::fresh(&folder)?;
        // Built by itself: together with the rest it would switch on UniFFI's command line for everything.
        let mut command = build::cargo();
        command
            .args([
                "run",
                "--quiet",
                "--package",
                "handspan-bindgen",
                "--",
                "generate",
            ])
            .arg(paths::built(language.library))
            .args([
                "--language",
                language.name,
                "--no-format",
                "--config",
                "uniffi.toml",
                "--out-dir",
            ])
            .arg(&folder);
        process::run(&mut command)?;
        for file in files_below(&folder)? {
            let inside = file.strip_prefix(&folder)?;
            let extension = inside.extension().unwrap_or_default().to_string_lossy();
            let place = language.places.iter().find(|(kind, _)| *kind == extension);
            let (_, place) = place
                .with_context(|| format!("no place for the generated {}", inside.display()))?;
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("read {}", file.display()))?;
            files.insert(paths::root().join(place).join(inside), text);
        }
    }
    Ok(files)
}

fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path)
            } else {
                files.push(path)
            }
        }
    }
    Ok(files)
}

fn write(generated: &Files) -> anyhow::Result<()> {
    let mut changed = 0;
    for (path, text) in generated {
        if std::fs::read_to_string(path).is_ok_and(|now| now == *text) {
            continue;
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("make {}", folder.display()))?;
        }
        std::fs::write(path, text).with_context(|| format!("write {}", path.display()))?;
        progress::note(&format!("wrote {}", paths::shown(path)));
        changed += 1;
    }
    progress::note(&format!(
        "{} generated files, {changed} changed",
        generated.len()
    ));
    Ok(())
}

fn check(generated: &Files) -> anyhow::Result<()> {
    let drifted: Vec<String> = generated
        .iter()
        .filter(|(path, text)| !std::fs::read_to_string(path).is_ok_and(|now| now == **text))
        .map(|(path, _)| paths::shown(path))
        .collect();
    if !drifted.is_empty() {
        bail!(
            "generated code is not what the core exports; run `cargo xtask bindings`: {}",
            drifted.join(", ")
        );
    }
    progress::note(&format!(
        "{} generated files are what the core exports",
        generated.len()
    ));
    Ok(())
}
