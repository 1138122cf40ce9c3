//! `storm [RUNS [SEED]]`: kills a recording app RUNS times (600) and shows what was lost and what came twice.

use std::process::ExitCode;

use handspan_tests::storm::Storm;
use handspan_tests::storm::table::Table;

/// What may still be in the queue, in milliseconds: when the core's thread has run so long since a call returned, the call is in a
/// file. Up to two ticks of the scheduler are in it, 4 ms each. How long the machine kept the thread from running is shown beside it.
const QUEUE_MS: f64 = 10.0;

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
    let late = table.worked_ms() > QUEUE_MS;
    if late {
        println!(
            "broken: a call was lost though the core's thread had run for over {QUEUE_MS} ms since it returned"
        );
    }
    Ok(broken.is_empty() && !late)
}
