//! Prints every request that real tracers are sent, a JSON line each: `row` and `column` of the table, `headers` as they go
//! on the wire, and what they say as `sent`.

use std::io::{self, Write};
use std::process::ExitCode;

use handspan_tests::conformance;

fn main() -> ExitCode {
    match print() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "conformance-cases: {why}");
            ExitCode::FAILURE
        }
    }
}

fn print() -> Result<(), String> {
    let mut out = io::stdout().lock();
    conformance::all().iter().try_for_each(|case| {
        let line = case.line()?;
        writeln!(out, "{line}").map_err(|error| error.to_string())
    })
}
