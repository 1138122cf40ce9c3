//! What an event's way into a batch file takes in instructions of ours, by valgrind's callgrind: the kernel's are not among
//! them.
//!
//! The program runs itself under valgrind, once a case.

use std::env;
use std::error::Error;
use std::io::{self, Write};

use handspan_benches::appends::{APPENDINGS, Appending, Filling};
use handspan_benches::callgrind;

/// Groups that are counted: more than fill a batch, so that making one is shared out.
const GROUPS: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let name = env::args().nth(1).unwrap_or_default();
    if let Some(appending) = APPENDINGS.iter().find(|case| case.name == name) {
        return run(appending);
    }
    let mut out = io::stdout();
    for appending in &APPENDINGS {
        let events = (GROUPS * appending.together) as u64;
        let count = callgrind::count(appending.name, "append_instructions::counted")? / events;
        writeln!(
            out,
            "{:<28} {count:>6} instructions an event",
            appending.name
        )?;
    }
    Ok(())
}

fn run(appending: &Appending) -> Result<(), Box<dyn Error>> {
    let mut filling = Filling::new(appending)?;
    for _ in 0..GROUPS {
        counted(&mut filling)?;
    }
    Ok(())
}

#[inline(never)]
fn counted(filling: &mut Filling) -> Result<(), Box<dyn Error>> {
    Ok(filling.append()?)
}
