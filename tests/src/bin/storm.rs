//! `storm [RUNS [SEED]]`: kills a recording app RUNS times (600) and shows what was lost and what came twice.

use std::process::ExitCode;

use handspan_tests::storm::Storm;
use handspan_tests::storm::table::Table;

/// What may still be in the queue: a call that returned earlier is in a file. A busy machine lets a thread wait this long.
const QUEUE_MS: f64 = 50.0;

fn main() -> ExitCode {
    match rage() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("storm: {why}");
            ExitCode::FAILURE
        }
    }
}

fn rage() -> Result<bool, String> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |usual: u64| match arguments.next() {
        None => Ok(usual),
        Some(text) => text
            .parse()
            .map_err(|_| format!("`{text}` is no number; usage: storm [RUNS [SEED]]")),
    };
    let (runs, seed) = (number(600)?, number(1)?);
    let app = std::env::current_exe().map_err(|error| error.to_string())?;
    let app = app.with_file_name("crash-app");
    if !app.exists() {
        return Err(format!("{} is not built", app.display()));
    }
    let outcomes = Storm { app, runs, seed }.rage()?;
    let table = Table(&outcomes);
    print!("{table}");
    let broken = table.broken();
    broken.iter().for_each(|one| println!("broken: {one}"));
    let late = table.oldest_lost_ms() > QUEUE_MS;
    if late {
        println!("broken: a call that had returned over {QUEUE_MS} ms before the kill was lost");
    }
    Ok(broken.is_empty() && !late)
}
