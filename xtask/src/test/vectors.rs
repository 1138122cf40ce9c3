//! Test vectors for Kotlin and Swift: the same cases that the Rust tests run, each as a plain plan request and its
//! expected answer, so that neither language needs a reader of every vector file.

use std::path::PathBuf;
use std::process::Command;

use anyhow::bail;

use crate::{paths, process};

/// Folder with other projects' vectors, of the shape of `tests/vectors`.
const OTHERS: &str = "HANDSPAN_VECTORS";

/// Variable that tells the Kotlin and Swift tests where the cases are.
pub(crate) const CASES: &str = "HANDSPAN_CASES";

/// Why other projects' vectors are not run, if they are not.
pub(crate) fn left_out() -> Option<String> {
    std::env::var_os(OTHERS)
        .is_none()
        .then(|| format!("{OTHERS} is not set; tests/vectors was run"))
}

/// Writes the cases with what [`build::programs`](crate::build::programs) built; gives their folder.
pub(crate) fn write_cases() -> anyhow::Result<PathBuf> {
    let folder = paths::target().join("vector-cases");
    paths::fresh(&folder)?;
    process::run(Command::new(paths::built("vector-cases")).arg(&folder))?;
    if std::fs::read_dir(&folder).map_or(0, Iterator::count) == 0 {
        bail!("vector-cases wrote nothing to {}", folder.display());
    }
    Ok(folder)
}
