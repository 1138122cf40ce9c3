//! Every vector through the core, in Rust. Kotlin and Swift run the same cases through their own doors.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops where it meets what it did not expect"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};

use handspan_tests::check::check;
use handspan_tests::contradictions::{self, key};
use handspan_tests::own::{self, VectorFile};
use handspan_tests::{report, shared};

fn failures(files: &[VectorFile]) -> Vec<String> {
    let cases = files
        .iter()
        .flat_map(|file| file.cases.iter().map(|case| (&file.name, case)));
    cases
        .filter_map(|(file, case)| check(case).err().map(|why| format!("{file}: {why}")))
        .collect()
}

/// On the real standard output: what is left out must be seen without asking for it.
fn tell(report: &str) {
    io::stdout()
        .write_all(format!("{report}\n").as_bytes())
        .unwrap();
}

#[test]
fn own_vectors() {
    let files = own::read().unwrap();
    assert!(files.len() >= 15, "{} files", files.len());
    for file in &files {
        let names: BTreeSet<_> = file.cases.iter().map(|case| &case.name).collect();
        assert_eq!(names.len(), file.cases.len(), "{}: names repeat", file.name);
    }
    assert_eq!(failures(&files), [""; 0]);
}

#[test]
fn published_vectors() {
    let own = own::read().unwrap();
    let Some(folder) = shared::folder() else {
        tell(&report::report(&own, None));
        return;
    };
    let translation = shared::translate(&folder).unwrap();
    tell(&report::report(&own, Some(&translation)));
    assert_eq!(failures(&translation.files), [""; 0]);
    assert!(
        translation.files.iter().any(|file| !file.cases.is_empty()),
        "none of the vectors in {} was understood",
        folder.display()
    );
}

#[test]
fn each_contradiction_has_one_reason() {
    let mut listed: Vec<String> = contradictions::read()
        .unwrap()
        .into_iter()
        .map(|contradiction| contradiction.key)
        .collect();
    let mut used = key::ALL.map(str::to_owned).to_vec();
    listed.sort();
    used.sort();
    assert_eq!(listed, used);
}

/// None is listed that no vector of a peer comes to: each is shown by one, which is checked against our value.
#[test]
fn each_contradiction_is_met() {
    for contradiction in contradictions::read().unwrap() {
        let key = &contradiction.key;
        let translation = shared::translate_one(&contradiction.at, &contradiction.vector);
        let met = translation
            .files
            .iter()
            .flat_map(|file| &file.cases)
            .any(|case| case.contradicts.contains(&key.as_str()));
        assert!(met, "{key}: its example says nothing else than we do");
        assert_eq!(failures(&translation.files), [""; 0], "{key}");
    }
}

/// Another folder of the same shape may hold fewer sections, other values, and what nobody knows.
#[test]
fn a_folder_of_other_values_is_translated_as_far_as_it_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let trace_id = "00000000000000ff00000000000000fe";
    let document = serde_json::json!({
        "emit": [
            {"input": {"trace_id": trace_id, "span_id": "00000000000000fd", "sampled": false}, "headers": {
                "tracecontext": {"traceparent": format!("00-{trace_id}-00000000000000fd-00")},
                "datadog": {"x-datadog-trace-id": "254", "x-datadog-parent-id": "253", "x-datadog-sampling-priority": "0"},
            }},
            {"input": {"trace_id": trace_id, "span_id": "00000000000000fd", "sampled": true}, "headers": {
                "datadog": {"x-datadog-trace-id": "999", "x-datadog-parent-id": "253", "x-datadog-sampling-priority": "1"},
            }},
            {"what": "is this"},
        ],
        "host_matching_observed": [{"configured": "shop.example", "host": "SHOP.example", "match": false}],
        "brand_new": [1],
    });
    fs::write(folder.path().join("protocol.json"), document.to_string()).unwrap();

    let translation = shared::translate(folder.path()).unwrap();
    assert_eq!(translation.unread, ["protocol.emit[2]"]);
    assert!(
        translation
            .skipped
            .iter()
            .any(|(name, _)| name == "protocol.brand_new")
    );
    let failures = failures(&translation.files);
    // The peer's headers lack the high half in the first, and name another id in the second.
    assert!(
        failures
            .iter()
            .any(|failure| failure.contains("emit[1]") && failure.contains("999")),
        "{failures:#?}"
    );
    assert!(
        failures
            .iter()
            .all(|failure| !failure.contains("tracecontext") && !failure.contains("observed"))
    );
    assert!(shared::translate(&folder.path().join("nowhere")).is_err());
}
