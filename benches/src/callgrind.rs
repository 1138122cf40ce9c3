//! Counts instructions: the same number on a busy machine.

use std::env;
use std::error::Error;
use std::process::Command;

/// Runs this program once more with `argument`, and counts the instructions within calls of `function`, all together.
pub fn count(argument: &str, function: &str) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect=*{function}*"))
        .arg(env::current_exe()?)
        .arg(argument)
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = told.lines().find_map(|line| line.split_once("Collected :"));
    let collected = collected.and_then(|(_, count)| count.trim().parse::<u64>().ok());
    Ok(collected.filter(|&count| count > 0).ok_or(told)?)
}
