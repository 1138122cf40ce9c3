//! Writes the core's tree of public suffixes anew. Usage: `public-suffixes`.

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use handspan_tests::public_suffixes::{committed, encode, rules};

fn main() -> io::Result<ExitCode> {
    let written = rules().and_then(|rules| {
        let tree = encode(&rules)?;
        fs::write(committed(), &tree).map_err(|error| error.to_string())?;
        Ok((rules.len(), tree.len()))
    });
    match written {
        Ok((rules, bytes)) => {
            writeln!(io::stdout(), "{rules} rules, {bytes} bytes").map(|()| ExitCode::SUCCESS)
        }
        Err(why) => writeln!(io::stderr(), "public-suffixes: {why}").map(|()| ExitCode::FAILURE),
    }
}
