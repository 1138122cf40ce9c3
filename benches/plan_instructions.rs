//! What `plan` takes in instructions, by valgrind's callgrind: the same number on a busy machine.
//!
//! The program runs itself under valgrind, once a case.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};

use handspan_benches::{CASES, Case, callgrind, person, planned};
use handspan_core::rum::person::Person;
use handspan_core::trace::TraceSettings;

/// Plans that are counted, after one that fills what is filled once.
const TIMES: u64 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let name = env::args().nth(1).unwrap_or_default();
    if let Some(case) = CASES.iter().find(|case| case.name == name) {
        run(case);
        return Ok(());
    }
    let mut out = io::stdout();
    for case in &CASES {
        writeln!(
            out,
            "{:<28} {:>6} instructions",
            case.name,
            callgrind::count(case.name, "plan_instructions::counted")? / TIMES
        )?;
    }
    Ok(())
}

fn run(case: &Case) {
    let (settings, person) = (case.settings(), person());
    black_box(planned(&settings, &person, case.host, case.headers));
    for _ in 0..TIMES {
        counted(&settings, &person, case);
    }
}

/// What is counted: a plan and its release.
#[inline(never)]
fn counted(settings: &TraceSettings, person: &Person, case: &Case) {
    black_box(planned(
        black_box(settings),
        black_box(person),
        black_box(case.host),
        black_box(case.headers),
    ));
}
