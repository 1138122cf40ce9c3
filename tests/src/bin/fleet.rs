//! `fleet PHONES [FOLDER]`: a day of so many phones; with a folder, `fleet.md` and `fleet.svg` are written there.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use handspan_tests::fleet::report::Report;
use handspan_tests::fleet::{Fleet, plot};

/// What the days are drawn from: the page can be made again.
const SEED: u64 = 1;

fn main() -> ExitCode {
    match live() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("fleet: {why}");
            ExitCode::FAILURE
        }
    }
}

fn live() -> Result<bool, String> {
    let mut arguments = std::env::args().skip(1);
    let phones = arguments.next().and_then(|text| text.parse().ok());
    let phones = phones.ok_or("usage: fleet PHONES [FOLDER]")?;
    let start = Instant::now();
    let tally = Fleet { phones, seed: SEED }.live()?;
    let took = start.elapsed();
    let report = Report::new(&tally);
    print!("{}", report.page());
    println!("\nsimulated in {:.1} s", took.as_secs_f64());
    let broken = report.broken();
    broken.iter().for_each(|one| println!("broken: {one}"));
    if let Some(folder) = arguments.next() {
        let write = |name: &str, text: &str| {
            let path = Path::new(&folder).join(name);
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
        };
        write("fleet.md", &report.page())?;
        write("fleet.svg", &plot::svg(&tally))?;
    }
    Ok(broken.is_empty())
}
