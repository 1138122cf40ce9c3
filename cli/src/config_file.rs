//! The configuration from a file.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use handspan_core::config::{self, Configuration, Refusal, StartError};
use handspan_core::trace::{Reason, TraceSettings};

use crate::Failure;

/// More than any configuration, less than what hurts.
const CONFIG_BYTES: u64 = 16 * 1024 * 1024;

/// Reads what a plan needs. What the file has besides good values is told on `complaints`, a line each.
pub fn read(path: &Path, complaints: &mut impl Write) -> Result<TraceSettings, Failure> {
    read_as(path, from_json, complaints)
}

/// Reads the whole configuration, as the app wrote it.
pub fn read_configuration(
    path: &Path,
    complaints: &mut impl Write,
) -> Result<Configuration, Failure> {
    read_as(path, config::from_json, complaints)
}

fn read_as<T>(
    path: &Path,
    parse: impl FnOnce(&str) -> Result<(T, Vec<Refusal>), Refusal>,
    complaints: &mut impl Write,
) -> Result<T, Failure> {
    let text = read_text(path).map_err(|why| {
        Failure::new(format!(
            "the configuration {} can't be read: {why}",
            path.display()
        ))
    })?;
    let (read, refusals) = parse(&text)
        .map_err(|refusal| Failure::new(format!("{}: {}", path.display(), refusal.message)))?;
    for refusal in refusals {
        // A line that nobody can read is no reason to stop.
        let _ = writeln!(
            complaints,
            "handspan: {}",
            on_one_line(&refusal.to_string())
        );
    }
    Ok(read)
}

/// What a plan needs, from the configuration's JSON text. The error is for a text that is no JSON object.
pub fn from_json(text: &str) -> Result<(TraceSettings, Vec<Refusal>), Refusal> {
    let (configuration, mut refusals) = config::from_json(text)?;
    let settings = trace_settings(&configuration, &mut refusals);
    Ok((settings, refusals))
}

/// Judged as the SDK judges it at its start. What would keep the SDK from starting is said, and plans are made all the same.
fn trace_settings(configuration: &Configuration, refusals: &mut Vec<Refusal>) -> TraceSettings {
    let error = match configuration.clone().validate() {
        Ok((settings, more)) => {
            refusals.extend(more);
            return settings.trace;
        }
        Err(error) => error,
    };
    if let StartError::Configuration(refusal) = error {
        refusals.push(Refusal {
            message: format!("the SDK would not start with this: {}", refusal.message),
            ..refusal
        });
    }
    let mut settings = configuration.trace_settings(refusals);
    if configuration.tracking_consent == "refused" {
        settings.off = Some(Reason::ConsentRefused);
    }
    settings
}

fn read_text(path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(CONFIG_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > CONFIG_BYTES {
        return Err(format!("it is over {CONFIG_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// A field's name comes from the file and may hold anything.
pub(crate) fn on_one_line(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}
