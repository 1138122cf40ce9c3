//! `handspan`: what would leave the phone, and why; what a remote document would do to it.

mod config_arguments;

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use handspan_cli::explain_command::{Question, explain};
use handspan_cli::plan_command::plan;
use handspan_cli::planner::Planner;
use handspan_cli::{Failure, config_file};

use config_arguments::ConfigCommand;

/// Some lines were bad; the others were answered.
const BAD_LINES: u8 = 1;
/// Nothing could be answered.
const FAILED: u8 = 2;

#[derive(Parser)]
#[command(
    name = "handspan",
    version,
    about = "What trace headers a request leaves with, and why; and what phones make of a remote document"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Plans requests: one JSON request a line in, one JSON plan a line out.
    ///
    /// A request is {"method":"GET","url":"https://…","headers":{"name":"value"},"ids":{"trace_id":"32 hex",
    /// "span_id":"16 hex","session_id":"uuid"},"keep":false,"user_id":"…","account_id":"…"}; all but the url may be left out. Exit status: 0, or 1 when a line was
    /// bad, or 2 when nothing could be read.
    Plan {
        /// The SDK's configuration, a JSON file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Says in words what happens to a request, and why.
    Explain {
        /// URL of the request.
        url: String,
        /// The SDK's configuration, a JSON file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// HTTP method.
        #[arg(long, default_value = "GET")]
        method: String,
        /// A header that the app sets itself; may be repeated.
        #[arg(long = "header", value_name = "NAME: VALUE")]
        headers: Vec<String>,
        /// UUID of the session, which decides about sampling. A random one when left out.
        #[arg(long, value_name = "UUID")]
        session_id: Option<String>,
        /// Keeps the trace, whatever the rates say.
        #[arg(long)]
        keep: bool,
        /// Prints the plan as one JSON line, with the data behind it and the words in "explanation".
        #[arg(long)]
        json: bool,
    },
    /// Checks, explains, signs and compares the remote document.
    #[command(subcommand)]
    Config(ConfigCommand),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut output = io::stdout().lock();
    match run(arguments.command, &mut output) {
        Ok(code) => code,
        Err(failure) => {
            // Nowhere is left to complain when standard error is closed too.
            let _ = writeln!(io::stderr(), "handspan: {failure}");
            ExitCode::from(FAILED)
        }
    }
}

fn run(command: Command, output: &mut impl Write) -> Result<ExitCode, Failure> {
    match command {
        Command::Plan { config } => {
            let planner = Planner::system(config_file::read(&config, &mut io::stderr())?);
            match plan(&planner, &mut io::stdin().lock(), output) {
                Ok(0) => Ok(ExitCode::SUCCESS),
                Ok(_) => Ok(ExitCode::from(BAD_LINES)),
                // Whoever reads us has enough, as `head` does.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
                Err(error) => Err(Failure::new(format!(
                    "reading requests and writing plans: {error}"
                ))),
            }
        }
        Command::Explain {
            url,
            config,
            method,
            headers,
            session_id,
            keep,
            json,
        } => {
            let planner = Planner::system(config_file::read(&config, &mut io::stderr())?);
            let question = Question {
                url: &url,
                method: &method,
                headers: &headers,
                session_id,
                keep,
            };
            let answer = explain(&planner, question, json)?;
            write(output, format!("{answer}\n").as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Config(command) => {
            let (answer, code) = command.run(&mut io::stderr())?;
            write(output, &answer)?;
            Ok(code)
        }
    }
}

/// Whoever reads us may have enough, as `head` does.
fn write(output: &mut impl Write, answer: &[u8]) -> Result<(), Failure> {
    match output.write_all(answer).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("writing the answer: {error}")))
        }
        _ => Ok(()),
    }
}
