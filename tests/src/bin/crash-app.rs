//! An app that a test kills: records calls with the real core, says when they are stored, and waits for its end.
//!
//! `crash-app CONFIG record N`: prints `stored` when N calls are stored, then waits for ever.
//! `crash-app CONFIG storm JOURNAL`: prints `recording`, and records at full speed until it is killed.
//! `crash-app CONFIG send`: sends what an earlier process left, prints `sent` or `kept`, and ends.

use std::process::ExitCode;
use std::time::Duration;

use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use handspan_core::rum::call::FinishedCall;
use handspan_core::trace::HopRequest;
use handspan_tests::storm::journal::Journal;
use handspan_tests::storm::thread::Thread;

const HOST: &str = "shop.example";
/// Calls that may wait for the core's thread. It keeps up on its own; a full queue would drop calls, as it must, and hide
/// what the storm asks.
const IN_FLIGHT: u64 = 64;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("crash-app: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let (configuration, mode) = arguments
        .split_first()
        .ok_or("usage: crash-app CONFIG record N | storm JOURNAL | send")?;
    let (configuration, _) = from_json(configuration).map_err(|refusal| refusal.to_string())?;
    let core = Handspan::start(configuration).map_err(|error| error.to_string())?;
    match mode.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["record", count] => {
            let count = count.parse().map_err(|_| "N is no number")?;
            for number in 0..count {
                record(&core, number);
            }
            while stored_calls(&core) < count {
                std::thread::sleep(Duration::from_millis(1));
            }
            println!("stored");
            loop {
                std::thread::park();
            }
        }
        ["storm", journal] => storm(&core, journal).map_err(|error| error.to_string()),
        ["send"] => {
            let sent = core.flush(Duration::from_secs(20));
            println!("{}", if sent { "sent" } else { "kept" });
            core.shutdown();
            Ok(())
        }
        _ => Err("usage: crash-app CONFIG record N | storm JOURNAL | send".to_owned()),
    }
}

/// Calls that are stored; the view that they are in stands beside them. Nobody records meanwhile.
fn stored_calls(core: &Handspan) -> u64 {
    let calls = core.status().recorded;
    let stats = core.stats();
    let rum = stats.tracks.first();
    rum.map_or(0, |rum| rum.stored.saturating_sub(rum.recorded - calls))
}

fn storm(core: &Handspan, journal: &str) -> std::io::Result<()> {
    let journal = Journal::create(journal.as_ref())?;
    // Its thread has its name when it has looked at its folder.
    while core.status().storage == "opening" {
        std::thread::sleep(Duration::from_millis(1));
    }
    let worker = Thread::of_core(std::process::id())?;
    println!("recording");
    let mut worked_ns = 0;
    for number in 0.. {
        record(core, number);
        journal.returned(number, worked_ns)?;
        if number % 8 == 0 {
            loop {
                let stored = stored_calls(core);
                journal.stored(stored)?;
                if number.saturating_sub(stored) < IN_FLIGHT {
                    break;
                }
                // Leaves the core to the thread that is to catch up.
                std::thread::sleep(Duration::from_micros(50));
            }
            worked_ns = worker.worked_ns()?;
        }
    }
    Ok(())
}

fn record(core: &Handspan, number: u64) {
    let request = HopRequest {
        method: "GET",
        scheme: "https",
        host: HOST,
        port: 443,
        path: "/cart",
        ..HopRequest::default()
    };
    let planned = core.plan(&request, None);
    let url = format!("https://{HOST}/cart?call={number}");
    core.finish(FinishedCall {
        method: "GET".to_owned(),
        url: url.clone(),
        duration_ns: 1_000_000,
        status_code: Some(200),
        hops: vec![planned.hop(url, Some(200))],
        ..FinishedCall::default()
    });
}
