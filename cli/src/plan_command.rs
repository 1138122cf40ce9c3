//! `handspan plan`: one request a line in, one plan a line out.

use std::io::{self, BufRead, Write};

use serde_json::json;

use crate::lines::{Line, next_line};
use crate::plan_line::PlanLine;
use crate::planner::Planner;
use crate::request::Request;

/// Bytes of a line; a request with every header a server accepts is a tenth of it.
pub const LINE_BYTES: usize = 1024 * 1024;

/// Answers every line as soon as it is read, until the input ends; returns how many lines were bad. A bad line is
/// answered with `{"error":"…","line":N}`, an empty one not at all.
pub fn plan(
    planner: &Planner,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> io::Result<u64> {
    let mut bad = 0;
    let mut number = 0u64;
    while let Some(line) = next_line(input, LINE_BYTES)? {
        number += 1;
        let answer = match line {
            Line::Text(text) if text.trim().is_empty() => continue,
            Line::Text(text) => answer(planner, &text),
            Line::Unreadable(why) => Err(why),
        };
        match answer {
            Ok(plan) => writeln!(output, "{plan}")?,
            Err(why) => {
                bad += 1;
                writeln!(output, "{}", json!({"error": why, "line": number}))?;
            }
        }
        output.flush()?;
    }
    Ok(bad)
}

fn answer(planner: &Planner, line: &str) -> Result<String, String> {
    let request = Request::from_json(line)?;
    let plan = planner.plan(&request).map_err(|failure| failure.message)?;
    let line = PlanLine {
        request: &request,
        plan: &plan,
        explanation: None,
    };
    serde_json::to_string(&line).map_err(|error| error.to_string())
}
