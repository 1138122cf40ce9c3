//! One real tracer a vendor: what each continues is what the page of all tracers says.

use super::{Checks, Outcome};
use crate::conformance;

pub(crate) fn run() -> anyhow::Result<Outcome> {
    let mut checks = Checks::new();
    checks.run("real tracers", conformance::test);
    Ok(checks.outcome())
}
