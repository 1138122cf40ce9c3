//! `handspan config`: what is said of a document.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where it meets what it did not expect"
)]

#[path = "support/desk.rs"]
mod desk;

use desk::{Desk, OLD};
use serde_json::Value;

/// SHA-256 puts it at 3.541 % of the installs where `new-rates` deals.
const INSIDE: &str = "install-22";

#[test]
fn every_error_is_told_with_its_path() {
    let desk = Desk::new();
    desk.file(
        "bad.json",
        r#"{"version":-1,"session_sample_rate":140,"trace_sample_rte":1,"client_token":"evil",
            "first_party_hosts":{"com":["datadog"],"a.example":["datadog"]},
            "targets":[{"name":"x","when":{"rollout":"half","moon":"full"},"set":{"upload":{"metered":1}}}]}"#,
    );
    let said = desk.config(&["check", "bad.json"]);
    assert_eq!((said.status, said.stderr.as_str()), (1, ""));
    for part in [
        "error: version: ",
        "error: session_sample_rate: ",
        "error: client_token: ",
        "error: first_party_hosts[\"com\"]: ",
        "error: targets[0].when.rollout: ",
        "error: targets[0].when.moon: ",
        "error: targets[0].set.upload.metered: ",
        "warning: trace_sample_rte: ",
        "bad.json: 7 errors: no version",
    ] {
        assert!(
            said.stdout.contains(part),
            "{part} is missing in {}",
            said.stdout
        );
    }
    desk.file("good.json", OLD);
    let said = desk.config(&["check", "good.json"]);
    assert_eq!(
        said.stdout,
        "good.json: good: version 7, handspan's shape, not signed\n"
    );
    assert_eq!(said.status, 0);
    desk.file("none.json", "[1]");
    let said = desk.config(&["check", "none.json"]);
    assert_eq!(said.status, 1);
    assert!(
        said.stdout.contains("error: the document: "),
        "{}",
        said.stdout
    );
    let said = desk.config(&["check", "missing.json"]);
    assert_eq!(said.status, 2);
    assert!(
        said.stderr.contains("missing.json can't be read"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_byte_order_mark_is_called_so() {
    let desk = Desk::new();
    desk.file("app.json", &format!("\u{feff}{OLD}"));
    desk.file("old.json", OLD);
    let said = desk.config(&["check", "app.json"]);
    assert_eq!(said.status, 1);
    assert!(said.stdout.contains("byte order mark"), "{}", said.stdout);
    for arguments in [
        &["explain", "app.json"][..],
        &["diff", "old.json", "app.json"],
    ] {
        let said = desk.config(arguments);
        assert_eq!(said.status, 2);
        assert!(said.stderr.contains("byte order mark"), "{}", said.stderr);
    }
}

#[test]
fn each_known_name_is_listed_once_and_no_third_platform_is_taken() {
    let desk = Desk::new();
    desk.file("app.json", r#"{"version":1,"rates":2}"#);
    let said = desk.config(&["check", "app.json"]);
    let (_, known) = said.stdout.split_once("known are ").unwrap();
    let names: Vec<&str> = known.split(" (").next().unwrap().split(", ").collect();
    let times = |name| names.iter().filter(|known| **known == name).count();
    assert!(names.iter().all(|name| times(*name) == 1), "{names:?}");
    let said = desk.config(&["explain", "app.json", "--platform", "windows"]);
    assert_eq!((said.status, said.stdout.as_str()), (2, ""));
    assert!(said.stderr.contains("android, ios"), "{}", said.stderr);
}

#[test]
fn a_phone_is_explained_target_by_target_and_setting_by_setting() {
    let desk = Desk::new();
    desk.file(
        "app.json",
        r#"{"version":8,"session_sample_rate":50,
            "targets":[{"name":"new-rates","when":{"rollout":5},"set":{"trace_sample_rate":100}},
                       {"name":"old-apps","when":{"app_version":{"below":"2.0"}},"set":{"enabled":false}}]}"#,
    );
    desk.file(
        "sdk.json",
        r#"{"version":"2.1","trace_sample_rate":20,"first_party_hosts":{"a.example":["datadog"]}}"#,
    );
    let said = desk.config(&[
        "explain",
        "app.json",
        "--config",
        "sdk.json",
        "--install-id",
        INSIDE,
    ]);
    assert_eq!((said.status, said.stderr.as_str()), (0, ""));
    for part in [
        "Version: 8\n",
        "Target \"new-rates\" matches: the install stands at 3.541 %, inside the rollout of 5 %.\n",
        "Target \"old-apps\" does not match: app_version is 2.1, wanted below 2.0.\n",
        "This phone is on.\n",
        "session_sample_rate: 50, instead of the app's own 100 (from the next session on)\n",
        "trace_sample_rate: 100, instead of the app's own 20 (from the next request on)\n",
    ] {
        assert!(
            said.stdout.contains(part),
            "{part} is missing in {}",
            said.stdout
        );
    }
    assert!(
        !said.stdout.contains("first_party_hosts"),
        "{}",
        said.stdout
    );

    let said = desk.config(&["explain", "app.json", "--app-version", "1.9", "--json"]);
    let explained: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(explained["version"], "8");
    assert_eq!(
        explained["targets"][0]["matched"], false,
        "no install id, no rollout"
    );
    assert_eq!(explained["targets"][1]["matched"], true);
    assert_eq!(explained["settings"]["enabled"]["value"], false);
    assert_eq!(explained["settings"]["trace_sample_rate"]["remote"], false);
    let words = explained["words"].to_string();
    assert!(words.contains("This phone is OFF"), "{words}");
}

#[test]
fn what_was_refused_is_explained_and_a_refused_target_matches_nobody() {
    let desk = Desk::new();
    desk.file(
        "app.json",
        r#"{"version":8,"enabled":"no","trace_sample_rate":200,
            "targets":[{"name":"one","when":{"moon":"full"},"set":{"telemetry":true}},
                       {"name":"two","service":"x","when":{"rollout":100},"set":{"telemetry":1}},
                       {"name":"three","name":"four","when":{},"set":{}}]}"#,
    );
    let said = desk.config(&["explain", "app.json"]);
    assert_eq!(said.status, 0, "{}", said.stderr);
    for part in [
        "error: trace_sample_rate: must be 0…100",
        "error: targets[0].when.moon: ",
        "error: targets[1].set.telemetry: ",
        "Target 1: refused, matches nobody.\nTarget \"two\" matches: ",
        "\nTarget 3: refused, matches nobody.\n",
        "The switch can't be read: this phone stays as it was",
    ] {
        assert!(
            said.stdout.contains(part),
            "{part} is missing in {}",
            said.stdout
        );
    }
    let said = desk.config(&["explain", "app.json", "--json"]);
    let explained: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(explained["targets"].as_array().unwrap().len(), 1);
    let refusals = explained["refusals"].as_array().unwrap();
    assert_eq!(refusals[0]["path"], "enabled");
    assert_eq!(refusals[0]["code"], "wrong_type");
    assert_eq!(refusals[0]["warning"], false);
}

#[test]
fn an_app_that_is_off_is_off_whatever_the_document_says() {
    let desk = Desk::new();
    desk.file("sdk.json", r#"{"enabled":false}"#);
    for enabled in ["true", "false", "\"no\""] {
        let document = format!(r#"{{"version":8,"enabled":{enabled},"trace_sample_rate":1}}"#);
        desk.file("app.json", &document);
        let arguments = ["explain", "app.json", "--config", "sdk.json"];
        let said = desk.config(&arguments);
        assert!(said.stdout.contains("This phone is OFF"), "{}", said.stdout);
        assert!(
            said.stdout
                .contains("Said by the app itself, which pulls no document"),
            "{}",
            said.stdout
        );
        let said = desk.config(&[&arguments[..], &["--json"]].concat());
        let explained: Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!(explained["settings"]["enabled"]["value"], false);
        assert_eq!(explained["settings"]["enabled"]["own"], false);
        assert_eq!(explained["settings"]["trace_sample_rate"]["value"], 100);
    }
}

#[test]
fn a_new_document_is_told_by_what_changes_and_for_how_many() {
    let desk = Desk::new();
    desk.file("old.json", OLD);
    desk.file(
        "new.json",
        r#"{"version":8,"first_party_hosts":{"a.example":["datadog"],"b.example":["b3"]},"trace_sample_rate":20,
            "targets":[{"name":"off","when":{"app_version":"1.0"},"set":{"enabled":false}},
                       {"name":"new-rates","when":{"rollout":30},"set":{"trace_sample_rate":100}}]}"#,
    );
    let said = desk.config(&["diff", "old.json", "new.json"]);
    assert_eq!((said.status, said.stderr.as_str()), (0, ""));
    for part in [
        "version: 7 → 8\n",
        "first_party_hosts.b.example: added, [\"b3\"]\n",
        "target \"new-rates\".when.rollout: 5 → 30\n",
        "target \"off\": added, ",
        "100 % would do something else",
    ] {
        assert!(
            said.stdout.contains(part),
            "{part} is missing in {}",
            said.stdout
        );
    }
    // The rollout alone touches those who come in by it: 25 %, as ten thousand installs show it.
    desk.file("new.json", &OLD.replace("\"rollout\":5", "\"rollout\":30"));
    let said = desk.config(&["diff", "old.json", "new.json", "--app-version", "2.1"]);
    let (_, rest) = said
        .stdout
        .split_once("(app 2.1, platform android), ")
        .unwrap();
    let percent: f64 = rest.split_once(' ').unwrap().0.parse().unwrap();
    assert!((percent - 25.0).abs() < 1.5, "{}", said.stdout);
    let said = desk.config(&["diff", "old.json", "old.json"]);
    assert!(
        said.stdout.starts_with("Nothing is written otherwise.\n")
            && said.stdout.contains(", 0 % would")
    );
}

#[test]
fn targets_of_one_name_are_compared_one_by_one_and_refusals_are_told() {
    let desk = Desk::new();
    let target = |rollout| {
        format!(r#"{{"name":"x","when":{{"rollout":{rollout}}},"set":{{"telemetry":true}}}}"#)
    };
    let document = |head: &str, targets: [String; 3]| {
        format!(
            "{{\"version\":8,{head}\"targets\":[{}]}}",
            targets.join(",")
        )
    };
    let rate = "\"trace_sample_rate\":20,";
    desk.file(
        "old.json",
        &document(rate, [target(1), target(2), "7".to_owned()]),
    );
    desk.file(
        "new.json",
        &document(
            &format!("\"trace_sample_rate\":30,{rate}"),
            [target(4), target(2), "8".to_owned()],
        ),
    );
    let said = desk.config(&["diff", "old.json", "new.json"]);
    assert_eq!(said.status, 0, "{}", said.stderr);
    for part in [
        "old: error: targets[2]: must be an object",
        "new: error: targets[2]: must be an object",
        "new: error: trace_sample_rate: stands twice in one object",
        "\ntarget \"x\".when.rollout: 1 → 4\n",
        "\ntarget number 3: 7 → 8\n",
        // The rate counts no more.
        "100 % would do something else",
    ] {
        assert!(
            said.stdout.contains(part),
            "{part} is missing in {}",
            said.stdout
        );
    }
    desk.file(
        "new.json",
        &document(rate, [target(1), target(3), "7".to_owned()]),
    );
    let said = desk.config(&["diff", "old.json", "new.json"]);
    let second = "target \"x\" (number 2 of that name).when.rollout: 2 → 3\n";
    assert!(said.stdout.contains(second), "{}", said.stdout);
}
