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

/// A package as `cargo metadata` describes it.
#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
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

/// What is built on at least one of the platforms.
fn packages() -> anyhow::Result<Vec<Package>> {
    let mut found = BTreeMap::new();
    for platform in PLATFORMS {
        let mut command = build::cargo();
        command.args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            platform,
        ]);
        let output = command.output().context("run cargo metadata")?;
        if !output.status.success() {
            bail!(
                "cargo metadata: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).context("read cargo metadata")?;
        found.extend(
            metadata
                .packages
                .into_iter()
                .map(|package| (package.id.clone(), package)),
        );
    }
    Ok(found.into_values().collect())
}

fn licences(packages: &[Package], policy: &Policy) -> Vec<String> {
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    for Package {
        name,
        version,
        license,
        ..
    } in packages
    {
        let licence = license.as_deref().unwrap_or("(none)");
        if is_allowed(licence, &policy.allowed_licences) {
            continue;
        }
        match policy
            .licence_exceptions
            .iter()
            .position(|known| known.package == *name && known.licence == licence)
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

fn duplicates(packages: &[Package], policy: &Policy) -> Vec<String> {
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

    fn package(name: &str, version: &str, license: &str) -> Package {
        let (name, version) = (name.to_owned(), version.to_owned());
        Package {
            id: format!("{name}@{version}"),
            name,
            version,
            license: Some(license.to_owned()),
        }
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
        let packages = [
            package("a", "1.0.0", "MIT"),
            package("a", "2.0.0", "MIT"),
            package("b", "1.0.0", "MIT"),
            package("b", "2.0.0", "GPL-2.0-only"),
            package("c", "1.0.0", "MIT"),
        ];
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
