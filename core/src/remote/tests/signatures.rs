//! Who says so? Signed with `ring`, and once with the vectors of RFC 8032.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::*;
use crate::config::RefusalCode;
use crate::limits;
use signature::{FIRST_LINE, PublicKeys, SignedFile, open};

const DOCUMENT: &[u8] = b"{\"version\":8,\n\n\"trace_sample_rate\":20}\n";

fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn signed(by: &[(&str, u8)], document: &[u8]) -> Vec<u8> {
    let mut file = format!("{FIRST_LINE}\n");
    for (id, seed) in by {
        let signature = STANDARD.encode(key(*seed).sign(document));
        file.push_str(&format!("{id} {signature}\n"));
    }
    [file.as_bytes(), b"\n", document].concat()
}

fn keys(known: &[(&str, u8)]) -> PublicKeys {
    let named = known
        .iter()
        .map(|(id, seed)| {
            let public = STANDARD.encode(key(*seed).public_key().as_ref());
            ((*id).to_owned(), public)
        })
        .collect();
    let mut refusals = Vec::new();
    let keys = PublicKeys::read(&named, "remote_configuration_keys", &mut refusals);
    assert_eq!(refusals, []);
    keys
}

fn code(bytes: &[u8], keys: &PublicKeys) -> Result<Option<String>, RefusalCode> {
    match open(bytes, keys) {
        Ok(opened) => {
            assert_eq!(opened.document, DOCUMENT);
            Ok(opened.key_id.map(str::to_owned))
        }
        Err(refusal) => Err(refusal.code),
    }
}

#[test]
fn a_document_is_believed_by_its_signature() {
    let known = keys(&[("2026-a", 1), ("2027-a", 2)]);
    let by = |name: &str| Ok(Some(name.to_owned()));
    assert_eq!(
        code(&signed(&[("2026-a", 1)], DOCUMENT), &known),
        by("2026-a")
    );
    // Rotation: an app that knows one of the two reads it, whatever stands beside.
    let rotated = signed(&[("2026-a", 1), ("2027-a", 2)], DOCUMENT);
    assert_eq!(code(&rotated, &keys(&[("2026-a", 1)])), by("2026-a"));
    assert_eq!(code(&rotated, &keys(&[("2027-a", 2)])), by("2027-a"));
    // One of them is good: the other's line may be anything.
    assert_eq!(
        code(&signed(&[("2026-a", 9), ("2027-a", 2)], DOCUMENT), &known),
        by("2027-a")
    );

    assert_eq!(code(DOCUMENT, &known), Err(RefusalCode::NotSigned));
    assert_eq!(
        code(&signed(&[("2025-a", 3)], DOCUMENT), &known),
        Err(RefusalCode::UnknownKey)
    );
    assert_eq!(
        code(&signed(&[], DOCUMENT), &known),
        Err(RefusalCode::UnknownKey)
    );
    assert_eq!(
        code(&signed(&[("2026-a", 2)], DOCUMENT), &known),
        Err(RefusalCode::BadSignature)
    );
}

#[test]
fn without_keys_a_signed_file_is_read_and_its_signature_is_not_looked_at() {
    let none = PublicKeys::default();
    assert_eq!(code(DOCUMENT, &none), Ok(None));
    assert_eq!(code(&signed(&[("2026-a", 1)], DOCUMENT), &none), Ok(None));
    assert_eq!(code(&signed(&[], DOCUMENT), &none), Ok(None));
}

#[test]
fn any_bit_that_changes_is_noticed() {
    let known = keys(&[("k", 1)]);
    let file = signed(&[("k", 1)], DOCUMENT);
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            assert!(open(&changed, &known).is_err(), "byte {at}, bit {bit}");
        }
        assert!(open(&file[..at], &known).is_err(), "cut at {at}");
    }
    let longer = [&file[..], b" "].concat();
    assert_eq!(code(&longer, &known), Err(RefusalCode::BadSignature));
}

#[test]
fn what_only_begins_like_a_signed_file_is_refused_with_and_without_keys() {
    let no_end = format!(
        "{FIRST_LINE}\nk {}",
        "A".repeat(limits::SIGNATURE_LINES_BYTES)
    );
    for file in [
        "handspan-signed 2\n\n{}",
        "handspan-signed\n\n{}",
        "handspan-signed 1 \n\n{}",
        "handspan-signed 1\r\n\r\n{}",
        "handspan-signed 1",
        no_end.as_str(),
    ] {
        for keys in [PublicKeys::default(), keys(&[("k", 1)])] {
            let refusal = open(file.as_bytes(), &keys).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::BadSignature, "{file}");
        }
    }
    let huge = vec![b' '; limits::REMOTE_BYTES + 1];
    assert_eq!(
        code(&huge, &PublicKeys::default()),
        Err(RefusalCode::TooLarge)
    );
}

#[test]
fn a_bad_key_is_refused_alone_and_bad_keys_alone_believe_nothing() {
    let good = STANDARD.encode([7; 32]);
    let read = |named: &[(&str, &str)]| {
        let named: BTreeMap<_, _> = named
            .iter()
            .map(|(id, key)| ((*id).to_owned(), (*key).to_owned()))
            .collect();
        let mut refusals = Vec::new();
        (
            PublicKeys::read(&named, "keys", &mut refusals),
            codes(refusals),
        )
    };
    let (keys, refused) = read(&[
        ("Bad Id", &good),
        ("good", &good),
        ("none", "x"),
        ("short", "AAAA"),
    ]);
    assert!(keys.required());
    assert_eq!(format!("{keys:?}"), r#"{"good"}"#);
    let bad = |id: &str| (format!("keys[{id:?}]"), "invalid_key");
    assert_eq!(refused, [bad("Bad Id"), bad("none"), bad("short")]);

    let (keys, _) = read(&[("none", "x")]);
    assert!(keys.required());
    assert_eq!(code(DOCUMENT, &keys), Err(RefusalCode::NotSigned));
    assert_eq!(
        code(&signed(&[("none", 1)], DOCUMENT), &keys),
        Err(RefusalCode::UnknownKey)
    );
    assert!(!read(&[]).0.required());
}

#[test]
fn a_signed_file_is_taken_apart_for_another_signature() {
    let file = signed(&[("a", 1), ("no id!", 2), ("b", 3)], DOCUMENT);
    let read = SignedFile::read(&file).unwrap().unwrap();
    let ids: Vec<_> = read.signatures.iter().map(|(id, _)| *id).collect();
    assert_eq!((ids, read.document), (vec!["a", "b"], DOCUMENT));
    assert_eq!(SignedFile::read(DOCUMENT).unwrap(), None);
}

/// RFC 8032, 7.1, TEST 3: not our own word for what Ed25519 is.
#[test]
fn the_signature_is_that_of_rfc_8032() {
    let hex = |text: &str| -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    };
    let public = hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    let signature = hex(concat!(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ));
    let named = BTreeMap::from([("rfc".to_owned(), STANDARD.encode(public))]);
    let keys = PublicKeys::read(&named, "keys", &mut Vec::new());
    let file = [
        format!("{FIRST_LINE}\nrfc {}\n\n", STANDARD.encode(signature)).as_bytes(),
        &hex("af82"),
    ]
    .concat();
    assert_eq!(open(&file, &keys).unwrap().document, hex("af82"));
}
