//! Debian's packages.

use std::process::Command;
use std::sync::Once;

use super::{Missing, Policy};
use crate::{process, progress};

static LISTS: Once = Once::new();

/// Installs packages, or says how to: `what` is the thing for which they are wanted.
pub(crate) fn install(what: &str, packages: &[&str], policy: Policy) -> anyhow::Result<()> {
    let how = format!(
        "apt-get install {} (or your system's own way)",
        packages.join(" ")
    );
    let missing = || Missing {
        what: what.to_owned(),
        how: how.clone(),
    };
    if policy == Policy::Use
        || !rustix::process::geteuid().is_root()
        || super::on_path("apt-get").is_none()
    {
        return Err(missing().into());
    }
    progress::step(&format!("Installing {}", packages.join(", ")), || {
        LISTS.call_once(|| {
            // Lists that cannot be renewed may still do; if not, installing says so.
            let _ = process::run(&mut apt_get(&["update"]));
        });
        let attempt = || {
            process::run(apt_get(&["install", "--yes", "--no-install-recommends"]).args(packages))
        };
        // A mirror that answers nonsense once is common, and another apt may hold the lock for a moment.
        attempt()
            .or_else(|_| attempt())
            .map_err(|error| error.context(missing()))
    })
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(["-qq", "-o", "DPkg::Lock::Timeout=120"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}
