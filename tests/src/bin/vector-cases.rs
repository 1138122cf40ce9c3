//! Writes every vector in the flat form, for the other languages: the project's own ones, and those of the folder that
//! `HANDSPAN_VECTORS` names. Usage: `vector-cases OUT_DIR`.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use handspan_tests::own::VectorFile;
use handspan_tests::{own, report, shared};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let out = env::args_os().nth(1);
    let Some(out) = out.filter(|out| !out.to_string_lossy().starts_with('-')) else {
        return failed("usage: vector-cases OUT_DIR");
    };
    match write_all(Path::new(&out)) {
        // A closed standard output is no reason to fail: the files are written.
        Ok(told) => {
            writeln!(io::stdout(), "{told}").map_or(ExitCode::SUCCESS, |()| ExitCode::SUCCESS)
        }
        Err(why) => failed(&why),
    }
}

fn failed(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "vector-cases: {why}");
    ExitCode::FAILURE
}

fn write_all(out: &Path) -> Result<String, String> {
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let own = own::read()?;
    own.iter().try_for_each(|file| write(out, file))?;
    let translation = shared::folder()
        .map(|folder| shared::translate(&folder))
        .transpose()?;
    for file in translation
        .iter()
        .flat_map(|translation| &translation.files)
    {
        write(out, file)?;
    }
    Ok(report::report(&own, translation.as_ref()))
}

fn write(out: &Path, file: &VectorFile) -> Result<(), String> {
    let cases: Vec<Value> = file
        .cases
        .iter()
        .filter_map(|case| case.to_json())
        .collect();
    if cases.is_empty() {
        return Ok(());
    }
    let path = out.join(format!("{}.json", file.name));
    let text = json!({"about": file.about, "cases": cases}).to_string();
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}
