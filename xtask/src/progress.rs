//! What a person reads while they wait.

use std::time::{Duration, Instant};

/// A step that takes a while: says what is being done, and how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    println!("==> {what}");
    let start = Instant::now();
    let result = work();
    let outcome = if result.is_ok() { "done" } else { "failed" };
    // With its name: two steps may be under way at once.
    println!("    {outcome} in {}: {what}", seconds(start.elapsed()));
    result
}

/// One line about something that went as it should.
pub(crate) fn note(text: &str) {
    println!("    {text}");
}

/// One line about something that did not.
pub(crate) fn problem(text: &str) {
    eprintln!("error: {text}");
}

/// `7.3 s`, `2 min 05 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}
