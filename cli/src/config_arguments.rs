//! `handspan config`: for the people who write the remote document.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use handspan_cli::remote::output::Output;
use handspan_cli::remote::public_key::NamedKey;
use handspan_cli::remote::sign::Signer;
use handspan_cli::remote::{check, diff, explain, file, keys, sign};
use handspan_cli::{Failure, config_file};
use handspan_core::config::Configuration;
use handspan_core::remote::PhoneFacts;

/// A document has errors.
const ERRORS: u8 = 1;

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Says what phones would refuse of a document, each error with its path. Exit status: 0, or 1 with errors.
    Check {
        /// The document, signed or not.
        file: PathBuf,
        /// A key that the app believes, as its configuration has it: the document must then be signed by one of them. May be
        /// repeated, for apps that know another: every signature by one of these keys must hold.
        #[arg(long = "key", value_name = "ID=BASE64")]
        keys: Vec<String>,
    },
    /// Says what one phone would do with a document: which targets match and why, and every setting.
    Explain {
        /// The document, signed or not; signatures are not checked.
        file: PathBuf,
        /// Id of the install, which decides about rollouts. Without one the phone is in no rollout.
        #[arg(long, value_name = "TEXT")]
        install_id: Option<String>,
        #[command(flatten)]
        phone: Phone,
        /// Prints one JSON object, with the words in "words".
        #[arg(long)]
        json: bool,
    },
    /// Makes a signing key and says what to put into the app.
    Keygen {
        /// Where the private key goes, a new file that only you can read; - for standard output.
        #[arg(long, value_name = "FILE", default_value = "handspan-signing-key.pem")]
        out: PathBuf,
        /// The id under which apps know it, 1 to 64 characters of a-z 0-9 . _ -. Made from the key when left out.
        #[arg(long, value_name = "ID")]
        key_id: Option<String>,
    },
    /// Signs a document.
    Sign {
        /// The document, signed or not.
        file: PathBuf,
        /// A private key's file. May be repeated, for apps that know only the old key, or only the new one.
        #[arg(long = "key", value_name = "KEYFILE", required = true)]
        keys: Vec<PathBuf>,
        /// The id of each key, in the same order. Made from the keys when left out.
        #[arg(long = "key-id", value_name = "ID")]
        key_ids: Vec<String>,
        /// The public key of a signature that stands in FILE already and is to stay. May be repeated. Signatures of other keys are
        /// left out: nobody knows whether they hold.
        #[arg(long, value_name = "ID=BASE64")]
        keep: Vec<String>,
        /// Where the signed document goes; may be FILE itself. Standard output when left out, and for -.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Says what a new document changes, and for how many installs.
    Diff {
        /// The document that phones have.
        old: PathBuf,
        /// The one that they are to get.
        new: PathBuf,
        #[command(flatten)]
        phone: Phone,
    },
}

/// The kind of phone that is asked about; what is left out is the configuration's.
#[derive(Args)]
pub(crate) struct Phone {
    /// Version of the app, as 2.1.
    #[arg(long, value_name = "VERSION")]
    app_version: Option<String>,
    /// What the phone is.
    #[arg(long, value_name = "PLATFORM", value_parser = ["android", "ios"])]
    platform: Option<String>,
    /// Name of the operating system, as iOS.
    #[arg(long, value_name = "NAME")]
    os_name: Option<String>,
    /// Its version, as 14.1.
    #[arg(long, value_name = "VERSION")]
    os_version: Option<String>,
    /// The app's service.
    #[arg(long, value_name = "TEXT")]
    service: Option<String>,
    /// The app's env.
    #[arg(long, value_name = "TEXT")]
    env: Option<String>,
    /// The SDK's own configuration, a JSON file: what the document is laid over.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Phone {
    fn own(&self, complaints: &mut impl Write) -> Result<Configuration, Failure> {
        match &self.config {
            Some(path) => config_file::read_configuration(path, complaints),
            None => Ok(Configuration::default()),
        }
    }

    fn facts(&self, own: &Configuration, install_id: &str) -> PhoneFacts {
        let configured = PhoneFacts::of(own, install_id);
        let or = |given: &Option<String>, configured: String| given.clone().unwrap_or(configured);
        PhoneFacts {
            app_version: self.app_version.clone().or(configured.app_version),
            platform: or(&self.platform, configured.platform),
            os_name: or(&self.os_name, configured.os_name),
            os_version: or(&self.os_version, configured.os_version),
            service: self.service.clone().or(configured.service),
            env: self.env.clone().or(configured.env),
            ..configured
        }
    }
}

impl ConfigCommand {
    /// What it prints, line by line, and how it ends.
    pub(crate) fn run(self, complaints: &mut impl Write) -> Result<(Vec<u8>, ExitCode), Failure> {
        let text = |lines: &[String]| {
            lines
                .iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>()
        };
        let good = |text: String| Ok((text.into_bytes(), ExitCode::SUCCESS));
        match self {
            Self::Check { file, keys } => {
                let keys = public_keys(&keys, "--key")?;
                let verdict = check::check(&file::read(&file)?, &keys);
                let lines = check::lines(&file.display().to_string(), &verdict);
                let code = if verdict.errors.is_empty() { 0 } else { ERRORS };
                Ok((text(&lines).into_bytes(), ExitCode::from(code)))
            }
            Self::Explain {
                file,
                install_id,
                phone,
                json,
            } => {
                let own = phone.own(complaints)?;
                let facts = phone.facts(&own, install_id.as_deref().unwrap_or_default());
                let explanation = explain::explain(&file::read(&file)?, &facts, &own)?;
                good(match json {
                    true => format!("{}\n", explanation.to_json()),
                    false => text(&explanation.words()),
                })
            }
            Self::Keygen { out, key_id } => {
                let signer = Signer::new(key_id, keys::SigningKey::generate()?)?;
                if is_stdout(&out) {
                    tell(
                        complaints,
                        &keygen_words("on standard output", "KEYFILE", &signer),
                    );
                    return good(signer.key.to_pem());
                }
                keys::write(&out, &signer.key)?;
                let path = out.display().to_string();
                good(keygen_words(&format!("in {path}"), &path, &signer))
            }
            Self::Sign {
                file,
                keys,
                key_ids,
                keep,
                out,
            } => {
                let signers = signers(&keys, key_ids)?;
                let keep = public_keys(&keep, "--keep")?;
                let signed = sign::sign(&file::read(&file)?, &signers, &keep)?;
                for id in signed.left_out {
                    tell(
                        complaints,
                        &format!(
                            "handspan: the signature of {id} is left out: nothing says that it holds; --keep {id}=BASE64 with its public key keeps it\n"
                        ),
                    );
                }
                let Some(out) = out.filter(|out| !is_stdout(out)) else {
                    return Ok((signed.bytes, ExitCode::SUCCESS));
                };
                let output = Output::at(&out)?;
                output.write(&signed.bytes)?;
                let ids: Vec<&str> = signers.iter().map(|signer| signer.id.as_str()).collect();
                let words = format!("{}: signed by {}\n", out.display(), ids.join(", "));
                if output.is_stream() {
                    tell(complaints, &words);
                    return good(String::new());
                }
                good(words)
            }
            Self::Diff { old, new, phone } => {
                let own = phone.own(complaints)?;
                let facts = phone.facts(&own, "");
                let diff = diff::diff(&file::read(&old)?, &file::read(&new)?, &facts)?;
                let mut lines = diff.refusals;
                let same = diff.changes.is_empty();
                lines.extend(diff.changes);
                if same {
                    lines.push("Nothing is written otherwise.".to_owned());
                }
                lines.push(format!(
                    "Of installs like this one ({}), {} % would do something else.",
                    facts_words(&facts),
                    diff.touched_percent
                ));
                good(text(&lines))
            }
        }
    }
}

fn public_keys(given: &[String], option: &str) -> Result<Vec<NamedKey>, Failure> {
    let keys = given.iter().map(|text| NamedKey::parse(text, option));
    keys.collect()
}

fn signers(files: &[PathBuf], ids: Vec<String>) -> Result<Vec<Signer>, Failure> {
    if !ids.is_empty() && ids.len() != files.len() {
        return Err(Failure::new(format!(
            "{} keys and {} ids: give each --key its --key-id, in the same order, or none",
            files.len(),
            ids.len()
        )));
    }
    let mut ids = ids.into_iter();
    let read = |file: &PathBuf| Signer::new(ids.next(), keys::read(file)?);
    files.iter().map(read).collect()
}

/// As other tools have it.
fn is_stdout(out: &Path) -> bool {
    out == Path::new("-")
}

/// What would stand in the way on standard output.
fn tell(complaints: &mut impl Write, words: &str) {
    // Words that nobody can read are no reason to stop.
    let _ = complaints.write_all(words.as_bytes());
}

fn keygen_words(place: &str, file: &str, signer: &Signer) -> String {
    let (id, public) = (&signer.id, signer.key.public_base64());
    format!(
        "The private key is {place}: keep it where releases are signed, and nowhere else.\n\
         Into the app's configuration:\n  \"remote_configuration_keys\": {{\"{id}\": \"{public}\"}}\n\
         To sign:\n  handspan config sign FILE --key {file} --key-id {id} --out FILE\n"
    )
}

fn facts_words(facts: &PhoneFacts) -> String {
    let known = [
        ("app", facts.app_version.as_deref()),
        ("platform", Some(facts.platform.as_str())),
        ("os", Some(facts.os_name.as_str())),
        ("os version", Some(facts.os_version.as_str())),
        ("service", facts.service.as_deref()),
        ("env", facts.env.as_deref()),
    ];
    let words = known.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(format!("{name} {value}"))
    });
    words.collect::<Vec<_>>().join(", ")
}
