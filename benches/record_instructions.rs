//! What telling the core something takes of the caller, in instructions, by valgrind's callgrind: making the command included, what the
//! core's thread does with it not.
//!
//! The program runs itself under valgrind, once a case.

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;

use handspan_benches::callgrind;
use handspan_benches::recording::{TELLINGS, TOGETHER, Telling, core, settle};
use handspan_core::instance::Handspan;

fn main() -> Result<(), Box<dyn Error>> {
    let name = env::args().nth(1).unwrap_or_default();
    if let Some(telling) = TELLINGS.iter().find(|case| case.name == name) {
        return run(telling);
    }
    let mut out = io::stdout();
    for telling in &TELLINGS {
        let count = callgrind::count(telling.name, "record_instructions::counted")? / TOGETHER;
        writeln!(out, "{:<28} {count:>6} instructions", telling.name)?;
    }
    Ok(())
}

fn run(telling: &Telling) -> Result<(), Box<dyn Error>> {
    let core = core(telling.name)?;
    // What is filled once is filled.
    core.record((telling.command)(), Duration::ZERO);
    settle(&core);
    for _ in 0..TOGETHER {
        counted(&core, telling);
    }
    settle(&core);
    core.shutdown();
    Ok(())
}

#[inline(never)]
fn counted(core: &Handspan, telling: &Telling) {
    core.record((telling.command)(), Duration::ZERO);
}
