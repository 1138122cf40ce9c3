//! Licences and duplicate versions of everything that cargo links, on the platforms that the project is for.
//!
//! `xtask/dependencies.json` holds what is allowed, each exception with its reason. An exception that nothing needs any
//! more is an error as well, so that the list stays true.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::{build, paths, progress};

/// Host programs, Android, iOS. Others would count versions that are never built.
const PLATFORMS: [&str; 3] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-linux-android",
    "aarch64-apple-ios",
];

/// `xtask/dependencies.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    /// SPDX identifiers.
    allowed_licences: BTreeSet<String>,
    licence_exceptions: Vec<LicenceException>,
    duplicates: Vec<Duplicate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LicenceException {
    package: String,
    licence: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Duplicate {
    package: String,
    reason: String,
}

/// A package that is built.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    /// As its manifest says; empty when it says nothing.
    licence: String,
}

/// Fails with every licence and every duplicate that the policy does not know.
pub(crate) fn check() -> anyhow::Result<()> {
    let file = paths::root().join("xtask/dependencies.json");
    let text =
        std::fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
    let policy: Policy =
        serde_json::from_str(&text).with_context(|| format!("read {}", file.display()))?;
    let packages = packages()?;
    let mut problems = licences(&packages, &policy);
    problems.extend(duplicates(&packages, &policy));
    if !problems.is_empty() {
        bail!(
            "dependencies that xtask/dependencies.json does not allow:\n{}",
            problems.join("\n")
        );
    }
    progress::note(&format!(
        "{} packages: licences allowed, no undocumented duplicates",
        packages.len()
    ));
    Ok(())
}

/// What is built on at least one of the platforms. From `cargo tree`: `cargo metadata` also lists what no feature asks for.
fn packages() -> anyhow::Result<BTreeSet<Package>> {
    let mut found = BTreeSet::new();
    for platform in PLATFORMS {
        let mut command = build::cargo();
        command.args(["tree", "--workspace", "--locked", "--target", platform]);
        command.args([
            "--edges",
            "normal,build,dev",
            "--no-dedupe",
            "--prefix",
            "none",
            "--format",
            "{p}|{l}",
        ]);
        let output = command.output().context("run cargo tree")?;
        if !output.status.success() {
            bail!("cargo tree: {}", String::from_utf8_lossy(&output.stderr));
        }
        let text = String::from_utf8(output.stdout).context("read cargo tree")?;
        for line in text.lines().filter(|line| !line.is_empty()) {
            found.insert(package(line).with_context(|| format!("cargo tree printed {line:?}"))?);
        }
    }
    Ok(found)
}

/// `name vVERSION (where from)|licence`.
fn package(line: &str) -> Option<Package> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split(' ');
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    Some(Package {
        name: name.to_owned(),
        version: version.to_owned(),
        licence: licence.to_owned(),
    })
}

fn licences(packages: &BTreeSet<Package>, policy: &Policy) -> Vec<String> {
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    for Package {
        name,
        version,
        licence,
    } in packages
    {
        if is_allowed(licence, &policy.allowed_licences) {
            continue;
        }
        match policy
            .licence_exceptions
            .iter()
            .position(|known| known.package == *name && known.licence == *licence)
        {
            Some(at) => drop(used.insert(at)),
            None => problems.push(format!("{name} {version}: licence {licence}")),
        }
    }
    for (at, known) in policy.licence_exceptions.iter().enumerate() {
        if !used.contains(&at) {
            problems.push(format!(
                "{}: an exception that nothing needs ({})",
                known.package, known.reason
            ));
        }
    }
    problems
}

fn is_allowed(licence: &str, allowed: &BTreeSet<String>) -> bool {
    // Lax: older manifests write "MIT/Apache-2.0".
    spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX).is_ok_and(|expression| {
        expression.evaluate(|wanted| {
            // An addition, such as the LLVM exception, only ever permits more.
            wanted
                .license
                .id()
                .is_some_and(|id| allowed.contains(id.name))
        })
    })
}

fn duplicates(packages: &BTreeSet<Package>, policy: &Policy) -> Vec<String> {
    let mut versions = BTreeMap::<&str, BTreeSet<&str>>::new();
    for package in packages {
        versions
            .entry(&package.name)
            .or_default()
            .insert(&package.version);
    }
    let twice = |name: &str| {
        versions
            .get(name)
            .is_some_and(|versions| versions.len() > 1)
    };
    let unknown = versions.iter().filter(|(name, versions)| {
        versions.len() > 1
            && !policy
                .duplicates
                .iter()
                .any(|known| known.package == **name)
    });
    let stale = policy
        .duplicates
        .iter()
        .filter(|known| !twice(&known.package));
    unknown
        .map(|(name, versions)| {
            format!(
                "{name}: versions {}",
                versions.iter().copied().collect::<Vec<_>>().join(", ")
            )
        })
        .chain(stale.map(|known| {
            format!(
                "{}: an exception that nothing needs ({})",
                known.package, known.reason
            )
        }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_cargo_tree() {
        let package = package("ring v0.17.14 (proc-macro) (/a b/c)|Apache-2.0 AND ISC").unwrap();
        assert_eq!(
            (package.name.as_str(), package.version.as_str()),
            ("ring", "0.17.14")
        );
        assert_eq!(package.licence, "Apache-2.0 AND ISC");
    }

    fn policy(text: &str) -> Policy {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn licences_are_read_as_expressions() {
        let allowed = ["MIT", "Apache-2.0"].map(str::to_owned).into();
        for fine in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "Apache-2.0 WITH LLVM-exception",
            "MIT AND Apache-2.0",
        ] {
            assert!(is_allowed(fine, &allowed), "{fine}");
        }
        for not in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "(none)",
            "MIT-ish",
            "",
        ] {
            assert!(!is_allowed(not, &allowed), "{not}");
        }
    }

    #[test]
    fn duplicates_and_exceptions_are_both_told() {
        let policy = policy(
            r#"{"allowed_licences":["MIT"],
                "licence_exceptions":[{"package":"gone","licence":"X","reason":"r"}],
                "duplicates":[{"package":"b","reason":"r"},{"package":"c","reason":"stale"}]}"#,
        );
        let lines = [
            "a v1.0.0|MIT",
            "a v2.0.0|MIT",
            "b v1.0.0|MIT",
            "b v2.0.0|GPL-2.0-only",
            "c v1.0.0|MIT",
        ];
        let packages = lines.iter().filter_map(|line| package(line)).collect();
        assert_eq!(
            duplicates(&packages, &policy),
            [
                "a: versions 1.0.0, 2.0.0",
                "c: an exception that nothing needs (stale)"
            ]
        );
        assert_eq!(
            licences(&packages, &policy),
            [
                "b 2.0.0: licence GPL-2.0-only",
                "gone: an exception that nothing needs (r)"
            ]
        );
    }
}
