//! `user-day EVENTS`: compares the events of a user's day with those that are written down. Kotlin's and Swift's tests write such a file:
//! the bodies as they came, an event or an array of events a line.

use std::process::ExitCode;

use handspan_tests::day::same;
use serde_json::Value;

const EXPECTED: &str = include_str!("../../shared/user-day-events.json");

fn main() -> ExitCode {
    match compare() {
        Ok(events) => {
            println!("{events} events as they are written down");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("user-day: {why}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> Result<usize, String> {
    let path = std::env::args().nth(1).ok_or("usage: user-day EVENTS")?;
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))? {
            Value::Array(events) => found.extend(events),
            event => found.push(event),
        }
    }
    let expected: Vec<Value> = serde_json::from_str(EXPECTED).map_err(|error| error.to_string())?;
    let found = same::same(&found)?;
    match same::difference(&expected, &found) {
        None => Ok(found.len()),
        Some(difference) => Err(difference),
    }
}
