//! The inspector's page in a real browser.

use std::process::Command;

use super::{Checks, Outcome};
use crate::tools::{Policy, chromium, node};
use crate::{build, paths, process, progress};

pub(crate) fn run() -> anyhow::Result<Outcome> {
    let browser = chromium::browser(Policy::Install)?;
    let node = node::node(Policy::Install)?;
    let tests = paths::root().join("inspector/page-tests");
    let npm = node::npm(Policy::Install)?;
    progress::step("Building the inspector", build::programs)?;
    progress::step("Installing what the page's tests need", || {
        process::run(node::ci(&npm).current_dir(&tests))
    })?;
    let mut checks = Checks::new();
    checks.run("the page in Chromium", || {
        let mut command = Command::new(&node);
        command
            .args(["--test", "--test-reporter=spec"])
            .current_dir(&tests)
            .env("CHROMIUM", &browser)
            .env("HANDSPAN_INSPECTOR", paths::built("handspan-inspector"));
        process::run(&mut command)
    });
    Ok(checks.outcome())
}
