//! What fuzzing has found worth keeping, as ordinary tests.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where it meets what it did not expect"
)]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use handspan_tests::laws::targets::TARGETS;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn names(folder: &str) -> BTreeSet<String> {
    let files = fs::read_dir(fuzz().join(folder)).unwrap();
    files
        .map(|file| {
            let path = file.unwrap().path();
            path.file_stem().unwrap().to_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn every_target_has_a_binary_and_inputs() {
    let targets: BTreeSet<_> = TARGETS
        .iter()
        .map(|target| target.name.to_owned())
        .collect();
    assert_eq!(names("fuzz_targets"), targets);
    assert_eq!(names("corpus"), targets);
}

#[test]
fn the_laws_hold_of_every_input() {
    let mut failed = Vec::new();
    for target in &TARGETS {
        let folder = fuzz().join("corpus").join(target.name);
        let files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        assert!(!files.is_empty(), "{} has no input", target.name);
        for file in files {
            let data = fs::read(&file).unwrap();
            if catch_unwind(|| (target.run)(&data)).is_err() {
                failed.push(file);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
