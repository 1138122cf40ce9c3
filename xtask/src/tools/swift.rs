//! A Swift toolchain: the machine's own, or Debian's unpacked under `target/tools`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use super::{Missing, Policy, apt, on_path};
use crate::{paths, process, progress};

/// What the script needs that a small system may lack: program, Debian package.
const NEEDED: [(&str, &str); 3] = [
    ("dpkg-deb", "dpkg"),
    ("unshare", "util-linux"),
    ("mount", "mount"),
];

/// The `swift` program.
pub(crate) fn toolchain(policy: Policy) -> anyhow::Result<PathBuf> {
    if let Some(swift) = on_path("swift") {
        return Ok(swift);
    }
    let folder = paths::tools().join("swift");
    let swift = folder.join("bin/swift");
    if on_path("apt-get").is_none() {
        let how = "install a Swift 6 toolchain and put it on the path".to_owned();
        return Err(Missing {
            what: "Swift".to_owned(),
            how,
        }
        .into());
    }
    for (program, package) in NEEDED {
        if on_path(program).is_none() {
            apt::install(program, &[package], policy)?;
        }
    }
    progress::step(
        &format!(
            "Swift toolchain in {} (2.6 GB unpacked, fetched once)",
            paths::shown(&folder)
        ),
        || {
            let script = paths::root().join("bindings-swift/swift-toolchain.sh");
            process::run(Command::new("bash").arg(script).arg(&folder))
                .context("fetch a Swift toolchain")
        },
    )?;
    Ok(swift)
}

/// Removes what SwiftPM has linked, so that it links again: it does not notice a changed Rust archive.
pub(crate) fn forget_linked(package: &Path) -> anyhow::Result<()> {
    let Ok(folder) = std::fs::read_dir(package.join(".build/debug")) else {
        return Ok(());
    };
    for entry in folder {
        let path = entry?.path();
        let linked = path.is_file()
            && path
                .extension()
                .is_none_or(|extension| extension == "xctest");
        if linked {
            std::fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
        }
    }
    Ok(())
}
