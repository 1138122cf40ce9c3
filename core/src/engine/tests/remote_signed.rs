//! A document that must be signed: who may say so, and what of the past is not believed again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::steered::*;
use super::*;
use crate::engine::RemoteState;

/// A key that exists in tests alone.
struct Key(&'static str, Ed25519KeyPair);

impl Key {
    fn new(id: &'static str, seed: u8) -> Self {
        Self(
            id,
            Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap(),
        )
    }

    fn public(&self) -> String {
        STANDARD.encode(self.1.public_key())
    }
}

fn signed(keys: &[&Key], document: &str) -> String {
    let mut file = String::from("handspan-signed 1\n");
    for Key(id, pair) in keys {
        let signature = STANDARD.encode(pair.sign(document.as_bytes()));
        file.push_str(&format!("{id} {signature}\n"));
    }
    file + "\n" + document
}

fn believes(keys: &[&Key]) -> String {
    let keys: Vec<String> = keys
        .iter()
        .map(|key| format!("{:?}:{:?}", key.0, key.public()))
        .collect();
    format!(r#","remote_configuration_keys":{{{}}}"#, keys.join(","))
}

fn version(version: u32) -> String {
    format!(r#"{{"version":{version},"trace_sample_rate":{version}}}"#)
}

fn returns_to(phone: &mut Steered, document: &str) {
    phone.away(60 * SECOND);
    phone.pass(2 * SECOND);
    phone.tell(ok("\"next\"", document));
}

fn code(phone: &Steered) -> &'static str {
    phone.status().refusals[0].code.as_str()
}

#[test]
fn a_document_is_believed_with_a_signature_of_a_key_that_the_app_knows() {
    let key = Key::new("2026", 1);
    let mut phone = Steered::with(&believes(&[&key]));
    phone.tell(ok("\"7\"", &signed(&[&key], &version(7))));
    assert_eq!(
        (phone.trace_rate(), phone.remote().key_id.as_deref()),
        (7.0, Some("2026"))
    );
    // It is checked again at each start.
    phone.dies_and_starts();
    assert_eq!(
        (phone.trace_rate(), phone.remote().key_id.as_deref()),
        (7.0, Some("2026"))
    );
}

#[test]
fn without_one_it_changes_nothing_but_a_counter() {
    let (key, other) = (Key::new("2026", 1), Key::new("2027", 2));
    let good = signed(&[&key], &version(7));
    let tampered = good.replace("\"trace_sample_rate\":7", "\"trace_sample_rate\":8");
    let stolen = Key::new("2026", 3);
    for (file, code_is) in [
        (version(7), "not_signed"),
        (signed(&[&other], &version(7)), "unknown_key"),
        (signed(&[&stolen], &version(7)), "bad_signature"),
        (tampered, "bad_signature"),
        (good[..good.len() - 1].to_owned(), "bad_signature"),
    ] {
        let mut phone = Steered::with(&believes(&[&key]));
        phone.effects();
        phone.tell(ok("\"7\"", &file));
        assert_eq!(phone.effects(), [""; 0], "{file}");
        assert_eq!((code(&phone), phone.remote().refused), (code_is, 1));
        assert_eq!(
            (phone.trace_rate(), phone.remote().state),
            (100.0, RemoteState::Refused)
        );
        // Nor does it take what is in force.
        returns_to(&mut phone, &good);
        returns_to(&mut phone, &file);
        assert_eq!(
            (phone.trace_rate(), phone.remote().version.as_deref()),
            (7.0, Some("7"))
        );
    }
}

#[test]
fn an_older_version_is_not_believed_again_not_even_by_a_start_that_has_nothing_else() {
    let key = Key::new("k", 1);
    let mut phone = Steered::with(&believes(&[&key]));
    phone.tell(ok("\"7\"", &signed(&[&key], &version(7))));
    returns_to(&mut phone, &signed(&[&key], &version(9)));
    returns_to(&mut phone, &signed(&[&key], &version(8)));
    assert_eq!((phone.trace_rate(), code(&phone)), (9.0, "older_version"));
    // The same again is not older.
    returns_to(
        &mut phone,
        &signed(&[&key], r#"{"version":9,"trace_sample_rate":19}"#),
    );
    assert_eq!(phone.trace_rate(), 19.0);
    phone.dies_and_starts();
    returns_to(&mut phone, &signed(&[&key], &version(8)));
    assert_eq!((phone.trace_rate(), code(&phone)), (19.0, "older_version"));
}

#[test]
fn a_signed_document_without_a_number_as_its_version_is_not_believed() {
    let key = Key::new("k", 1);
    for document in [
        r#"{"trace_sample_rate":7}"#,
        r#"{"version":"7","trace_sample_rate":7}"#,
    ] {
        let mut phone = Steered::with(&believes(&[&key]));
        phone.tell(ok("\"7\"", &signed(&[&key], document)));
        assert_eq!(phone.trace_rate(), 100.0);
        assert_eq!(phone.status().refusals[0].field, "remote.version");
    }
}

#[test]
fn the_lowest_version_outlives_the_document_and_a_change_of_keys() {
    let (old, new) = (Key::new("2026", 1), Key::new("2027", 2));
    let mut phone = Steered::with(&believes(&[&old]));
    phone.tell(ok("\"9\"", &signed(&[&old], &version(9))));
    // The next release of the app knows another key only: what is kept is none of its documents.
    phone.dies_and_starts_as(&believes(&[&new]));
    assert_eq!((phone.trace_rate(), phone.remote().refused), (100.0, 1));
    assert_eq!(
        phone.pulls.last().unwrap().etag,
        None,
        "it asks for the whole"
    );
    phone.tell(ok("\"8\"", &signed(&[&new], &version(8))));
    assert_eq!((phone.trace_rate(), code(&phone)), (100.0, "older_version"));
    returns_to(&mut phone, &signed(&[&old, &new], &version(10)));
    assert_eq!(
        (phone.trace_rate(), phone.remote().key_id.as_deref()),
        (10.0, Some("2027"))
    );
}

#[test]
fn one_file_serves_apps_of_the_old_key_and_of_the_new() {
    let (old, new) = (Key::new("2026", 1), Key::new("2027", 2));
    let both = signed(&[&old, &new], &version(7));
    for (known, by) in [(&old, "2026"), (&new, "2027")] {
        let mut phone = Steered::with(&believes(&[known]));
        phone.tell(ok("\"7\"", &both));
        assert_eq!(
            (phone.trace_rate(), phone.remote().key_id.as_deref()),
            (7.0, Some(by))
        );
    }
}

#[test]
fn an_app_without_keys_reads_a_signed_file_and_replays_are_its_servers_affair() {
    let key = Key::new("k", 1);
    let mut phone = Steered::new();
    phone.tell(ok("\"7\"", &signed(&[&key], &version(7))));
    returns_to(&mut phone, &version(3));
    assert_eq!((phone.trace_rate(), phone.remote().key_id), (3.0, None));
    // A release with keys does not believe what an earlier one kept unsigned.
    phone.dies_and_starts_as(&believes(&[&key]));
    assert_eq!((phone.trace_rate(), code(&phone)), (100.0, "not_signed"));
}

#[test]
fn keys_of_which_none_is_good_believe_nothing() {
    let text = format!(
        r#"{{"remote_configuration_url":"{URL}","remote_configuration_keys":{{"k":"AAAA","K":"{}"}}}}"#,
        Key::new("k", 1).public()
    );
    let (configuration, _) = from_json(&text).unwrap();
    let (settings, refusals) = configuration.validate().unwrap();
    let codes: Vec<_> = refusals
        .iter()
        .map(|refusal| refusal.code.as_str())
        .collect();
    assert_eq!(codes, ["invalid_key", "invalid_key"]);
    let entropy = Arc::new(SeededEntropy::new(7));
    let mut phone = Phone {
        engine: Engine::new(Arc::new(settings), "memory", limits::STORE_BYTES, entropy),
        mono_ms: 0,
    };
    phone.tell(first_start());
    for file in [version(7), signed(&[&Key::new("k", 1)], &version(7))] {
        assert_eq!(names(&phone.tell(ok("\"7\"", &file))), [""; 0]);
    }
    assert_eq!(phone.engine.status().remote.refused, 1);
}

#[test]
fn a_key_is_good_for_off_and_a_replayed_on_is_not_believed() {
    let key = Key::new("k", 1);
    let mut phone = Steered::with(&believes(&[&key]));
    let on = signed(&[&key], &version(7));
    phone.tell(ok("\"7\"", &on));
    returns_to(
        &mut phone,
        &signed(&[&key], r#"{"version":8,"enabled":false}"#),
    );
    assert!(!phone.is_on());
    returns_to(&mut phone, &on);
    assert!(!phone.is_on());
    phone.dies_and_starts();
    assert!(!phone.is_on());
}

/// A fleet may begin to sign before its apps check: the first start with keys has a signed document of the time before.
#[test]
fn what_was_kept_before_the_app_had_keys_is_the_lowest_version_too() {
    let key = Key::new("k", 1);
    let mut phone = Steered::new();
    phone.tell(ok("\"12\"", &signed(&[&key], &version(12))));
    phone.dies_and_starts_as(&believes(&[&key]));
    assert_eq!(phone.remote().key_id.as_deref(), Some("k"));
    phone.pass(2 * SECOND);
    phone.tell(status(304, &[]));
    returns_to(&mut phone, &signed(&[&key], &version(5)));
    assert_eq!(code(&phone), "older_version");
    assert_eq!(phone.remote().version.as_deref(), Some("12"));
    phone.dies_and_starts();
    phone.pass(2 * SECOND);
    phone.tell(ok("\"5\"", &signed(&[&key], &version(5))));
    assert_eq!(code(&phone), "older_version");
}
