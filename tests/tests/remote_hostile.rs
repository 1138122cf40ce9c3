//! What becomes of documents that something is wrong with: each is told to the real engine of an app in which version 8 is in
//! force, once without keys and once with. The table of `docs/remote-configuration.md` is what came of it.
//!
//! With `HANDSPAN_WRITE_DOCS=1` the table is written instead of compared.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where it meets what it did not expect"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handspan_core::config::{Refusal, from_json};
use handspan_core::engine::{Command, Effect, Engine, RemoteState, StoredId};
use handspan_core::limits;
use handspan_core::seams::clock::Now;
use handspan_core::seams::entropy::SeededEntropy;
use handspan_core::seams::transport::{HttpAnswer, TransportError};
use handspan_core::trace::TraceSettings;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

const WRITE: &str = "HANDSPAN_WRITE_DOCS";
const BEGIN: &str = "<!-- what became of them: begin -->\n";
const END: &str = "<!-- what became of them: end -->\n";

/// What is in force before.
const GOOD: &str =
    r#"{"version":8,"trace_sample_rate":80,"first_party_hosts":{"eight.example":["datadog"]}}"#;

fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn signed_by(id: &str, seed: u8, document: &[u8]) -> Vec<u8> {
    let signature = STANDARD.encode(key(seed).sign(document));
    let lines = format!("handspan-signed 1\n{id} {signature}\n\n");
    [lines.as_bytes(), document].concat()
}

fn signed(document: &[u8]) -> Vec<u8> {
    signed_by("2026", 1, document)
}

/// What the server answers.
enum Answer {
    /// This document; signed for the app that asks for it.
    Document(Vec<u8>),
    /// These bytes, to both.
    File(Vec<u8>),
    /// More than is read.
    TooLarge,
}

fn document(text: &str) -> Answer {
    Answer::Document(text.as_bytes().to_vec())
}

struct Phone {
    engine: Engine,
    trace: Arc<TraceSettings>,
    enabled: bool,
    now: Now,
}

impl Phone {
    /// An app that has just taken version 8.
    fn with_version_8(keyed: bool) -> Self {
        let public = STANDARD.encode(key(1).public_key());
        let keys = if keyed {
            format!(r#","remote_configuration_keys":{{"2026":"{public}"}}"#)
        } else {
            String::new()
        };
        let (configuration, refusals) = from_json(&format!(
            r#"{{"remote_configuration_url":"https://config.example/app.json","trace_sample_rate":100,
                "first_party_hosts":{{"app.example":["datadog"]}}{keys}}}"#
        ))
        .unwrap();
        assert_eq!(refusals, []);
        let (settings, refusals) = configuration.validate().unwrap();
        assert_eq!(refusals, []);
        let mut phone = Self {
            trace: Arc::new(settings.trace.clone()),
            enabled: true,
            now: Now {
                wall_ms: 1_790_000_000_000,
                mono_ms: 1_000,
            },
            engine: Engine::new(
                Arc::new(settings),
                "memory",
                limits::MEMORY_STORE_BYTES,
                Arc::new(SeededEntropy::new(1)),
            ),
        };
        let start = phone.tell(Command::ColdStart {
            document: None,
            install_id: StoredId::None,
        });
        assert!(pulls(&start));
        phone.answered(&document(GOOD), keyed);
        assert_eq!(phone.version().as_deref(), Some("8"));
        phone
    }

    fn tell(&mut self, command: Command) -> Vec<Effect> {
        let effects = self.engine.handle(command, self.now);
        for effect in &effects {
            if let Effect::Publish { trace, enabled, .. } = effect {
                self.trace = Arc::clone(trace);
                self.enabled = *enabled;
            }
        }
        effects
    }

    /// Away for a minute and back: it asks again.
    fn comes_back(&mut self) {
        self.tell(Command::Background);
        self.now.mono_ms += 60_000;
        let mut asked = pulls(&self.tell(Command::Foreground));
        for _ in 0..10 {
            self.now.mono_ms += 1_000;
            asked |= pulls(&self.tell(Command::Tick));
        }
        assert!(asked);
    }

    fn answered(&mut self, answer: &Answer, keyed: bool) -> Vec<Effect> {
        let ok = |body| HttpAnswer {
            status: 200,
            headers: Vec::new(),
            body,
        };
        let answer = match answer_of(answer, keyed) {
            Some(body) => Ok(ok(body)),
            None => Err(TransportError::TooLarge {
                limit: limits::REMOTE_BYTES,
                answer: Box::new(ok(Vec::new())),
            }),
        };
        self.tell(Command::Pulled(answer))
    }

    fn version(&self) -> Option<String> {
        let version = self.engine.status().remote.version;
        version.map(|version| version.to_string())
    }
}

fn answer_of(answer: &Answer, keyed: bool) -> Option<Vec<u8>> {
    match answer {
        Answer::Document(document) if keyed => Some(signed(document)),
        Answer::Document(bytes) | Answer::File(bytes) => Some(bytes.clone()),
        Answer::TooLarge => None,
    }
}

fn pulls(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::Pull { .. }))
}

/// What became of it, as a cell of the table.
fn outcome(answer: &Answer, keyed: bool) -> String {
    let mut phone = Phone::with_version_8(keyed);
    let before = Arc::clone(&phone.trace);
    phone.comes_back();
    let effects = phone.answered(answer, keyed);
    let status = phone.engine.status();
    let refused = told(&status.refusals);
    match status.remote.state {
        RemoteState::Refused => {
            // Nothing but a counter.
            let changes =
                |effect: &Effect| matches!(effect, Effect::Publish { .. } | Effect::Save(..));
            assert!(!effects.iter().any(changes), "{effects:?}");
            assert!(Arc::ptr_eq(&before, &phone.trace) && phone.enabled);
            assert_eq!(phone.version().as_deref(), Some("8"));
            assert_eq!(status.remote.refused, 1);
            format!("refused: {refused}")
        }
        RemoteState::Applied => {
            let mut cell = match phone.version() {
                Some(version) => format!("version {version} in force"),
                None => "in force, without a version".to_owned(),
            };
            let rate = phone.trace.trace_rate.percent();
            let hosts = phone.trace.hosts.len();
            let off = if phone.enabled { "" } else { ", switched off" };
            write!(
                cell,
                ": {rate} %, {hosts} host{}{off}",
                if hosts == 1 { "" } else { "s" }
            )
            .unwrap();
            if !refused.is_empty() {
                write!(cell, "; not {refused}").unwrap();
            }
            cell
        }
        other => panic!("{other:?}"),
    }
}

/// The first three of what was refused, each once.
fn told(refusals: &[Refusal]) -> String {
    let mut told: Vec<_> = refusals
        .iter()
        .map(|refusal| {
            let field = refusal
                .field
                .trim_start_matches("remote")
                .trim_start_matches('.');
            let code = refusal.code.as_str();
            if field.is_empty() {
                format!("`{code}`")
            } else {
                format!("`{field}` (`{code}`)")
            }
        })
        .collect();
    let more = told.len().saturating_sub(3);
    told.truncate(3);
    let mut text = told.join(", ");
    if more > 0 {
        write!(text, " and {more} more").unwrap();
    }
    text
}

fn cases() -> Vec<(&'static str, Answer)> {
    let nine = |members: &str| document(&format!(r#"{{"version":9,{members}}}"#));
    let signed_nine = signed(br#"{"version":9,"trace_sample_rate":10}"#);
    let tampered = String::from_utf8(signed_nine.clone())
        .unwrap()
        .replace("rate\":10", "rate\":90");
    let deep = format!(
        r#"{{"version":9,"x":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let nest = "{\"x\":".repeat(120) + "1" + &"}".repeat(120);
    vec![
        ("a good one", nine(r#""trace_sample_rate":10"#)),
        (
            "tampered: signed, then a rate changed",
            Answer::File(tampered.into_bytes()),
        ),
        (
            "signed by a key of the same id that is not the app's",
            Answer::File(signed_by("2026", 2, br#"{"version":9}"#)),
        ),
        (
            "signed by a key that the app does not know",
            Answer::File(signed_by("2027", 2, br#"{"version":9}"#)),
        ),
        (
            "not signed",
            Answer::File(br#"{"version":9,"trace_sample_rate":10}"#.to_vec()),
        ),
        (
            "replayed: an older one, well signed",
            document(r#"{"version":7,"trace_sample_rate":70}"#),
        ),
        ("without a version", document(r#"{"trace_sample_rate":10}"#)),
        (
            "truncated: the first half of a signed one",
            Answer::File(signed_nine[..signed_nine.len() - 18].to_vec()),
        ),
        (
            "truncated within the signature",
            Answer::File(signed_nine[..60].to_vec()),
        ),
        (
            "truncated before it was signed",
            document(r#"{"version":9,"trace_sample_rate":1"#),
        ),
        ("10 MB", Answer::TooLarge),
        ("100,000 levels deep", document(&deep)),
        (
            "120 levels deep, of nothing known",
            nine(&format!(r#""x":{nest}"#)),
        ),
        (
            "every field of a wrong type",
            nine(
                r#""enabled":"yes","trace_sample_rate":"10","first_party_hosts":["a.example"],"upload":7,"targets":{},"telemetry":null"#,
            ),
        ),
        (
            "rates out of range",
            nine(r#""trace_sample_rate":101,"session_sample_rate":-1"#),
        ),
        (
            "a name twice",
            nine(r#""trace_sample_rate":1,"trace_sample_rate":99"#),
        ),
        (
            "the version twice",
            document(r#"{"version":9,"version":10,"trace_sample_rate":1}"#),
        ),
        (
            "the switch as a text",
            nine(r#""enabled":"false","trace_sample_rate":10"#),
        ),
        (
            "a target with a condition of another time",
            nine(
                r#""trace_sample_rate":10,"targets":[{"name":"t","when":{"moon":"full"},"set":{"enabled":false}}]"#,
            ),
        ),
        (
            "every host refused",
            nine(r#""first_party_hosts":{"*":["datadog"],"com":["b3"]}"#),
        ),
        (
            "wants the app's own matters",
            nine(
                r#""intakes":[],"client_token":"x","tracking_consent":"granted","remote_configuration_url":"https://evil.example""#,
            ),
        ),
        (
            "names that nobody knows",
            nine(r#""trace_sample_rate":10,"trace_smaple_rate":20"#),
        ),
        ("empty", Answer::File(Vec::new())),
        (
            "a network's sign-in page",
            Answer::File(b"<!DOCTYPE html><html></html>".to_vec()),
        ),
        ("no object", document("[]")),
        (
            "not UTF-8",
            Answer::Document(b"{\"version\":9,\"x\":\"\xff\"}".to_vec()),
        ),
    ]
}

fn table() -> String {
    let mut table =
        String::from("| document | app without keys | app with keys |\n|---|---|---|\n");
    for (name, answer) in cases() {
        let (open, mut keyed) = (outcome(&answer, false), outcome(&answer, true));
        if keyed == open {
            keyed = "the same".to_owned();
        }
        writeln!(table, "| {name} | {open} | {keyed} |").unwrap();
    }
    table
}

#[test]
fn what_became_of_each_is_what_the_docs_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/remote-configuration.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).unwrap();
    let (stands, tail) = rest.split_once(END).unwrap();
    let table = table();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, [head, BEGIN, &table, END, tail].concat()).unwrap();
        return;
    }
    assert_eq!(stands, table, "run again with {WRITE}=1");
}
