//! The demo as a test, an app that is killed, apps that follow a remote document, and every event that the demo sent against the
//! published schemas.

use anyhow::bail;

use super::{Checks, Outcome, follow, kill, schemas};
use crate::{demo, paths};

pub(crate) fn run() -> anyhow::Result<Outcome> {
    let events = paths::target().join("events");
    paths::fresh(&events)?;
    let mut checks = Checks::new();
    checks.run("the demo", || {
        let wrong = demo::test(events.clone())?;
        if !wrong.is_empty() {
            // Each was told under the table.
            bail!("{} not as they should be", wrong.len());
        }
        Ok(())
    });
    checks.run("an app that is killed before its upload", kill::check);
    checks.run(
        "apps that follow a remote document from one foreground to the next",
        follow::check,
    );
    if schemas::left_out().is_none() {
        checks.run("events against the published schemas", || {
            schemas::check(&events)
        });
    }
    Ok(checks.outcome())
}
