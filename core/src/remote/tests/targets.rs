//! Targets: who is meant, and what a document means for one phone.

use super::*;

const INSTALL: &str = "6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1";

fn phone() -> PhoneFacts {
    PhoneFacts {
        install_id: INSTALL.to_owned(),
        app_version: Some("2.10".to_owned()),
        platform: "android".to_owned(),
        os_name: "Android".to_owned(),
        os_version: "14".to_owned(),
        service: Some("shop".to_owned()),
        env: Some("prod".to_owned()),
    }
}

fn judge(when: &str, facts: &PhoneFacts) -> TargetVerdict {
    let text = format!(
        r#"{{"targets":[{{"name":"new rates","when":{when},"set":{{"telemetry":true}}}}]}}"#
    );
    let (document, refused) = read(&text);
    assert_eq!(refused, [], "{when}");
    let resolved = document.resolve(facts);
    let verdict = resolved.targets[0].clone();
    assert_eq!(
        resolved.changes.telemetry == Some(true),
        verdict.matched,
        "{when}"
    );
    verdict
}

#[test]
fn each_condition_says_whether_it_holds_and_why() {
    for (when, matched, why) in [
        ("{}", true, "it has no condition"),
        (r#"{"platform":"android"}"#, true, "platform is android"),
        (
            r#"{"platform":"ios"}"#,
            false,
            "platform is android, wanted ios",
        ),
        (
            r#"{"platform":["ios","android"]}"#,
            true,
            "platform is android",
        ),
        (
            r#"{"os_name":"Wear OS"}"#,
            false,
            "os_name is Android, wanted Wear OS",
        ),
        (
            r#"{"os_version":"14.0"}"#,
            true,
            "os_version is 14, exactly 14.0",
        ),
        (
            r#"{"os_version":{"at_least":"14.1"}}"#,
            false,
            "os_version is 14, wanted at least 14.1",
        ),
        (
            r#"{"app_version":{"at_least":"2.9","below":"2.11"}}"#,
            true,
            "app_version is 2.10, at least 2.9 and below 2.11",
        ),
        (
            r#"{"app_version":{"below":"2.10"}}"#,
            false,
            "app_version is 2.10, wanted below 2.10",
        ),
        (
            r#"{"app_version":"2.1"}"#,
            false,
            "app_version is 2.10, wanted exactly 2.1",
        ),
        (
            r#"{"service":"cart","env":"prod"}"#,
            false,
            "service is shop, wanted cart",
        ),
        (
            r#"{"service":["cart","shop"],"env":"prod"}"#,
            true,
            "service is shop; env is prod",
        ),
        (
            r#"{"env":["dev","staging"]}"#,
            false,
            "env is prod, wanted dev or staging",
        ),
        (
            r#"{"rollout":100}"#,
            true,
            "the rollout has reached every install",
        ),
        (
            r#"{"rollout":69.863}"#,
            false,
            "the install stands at 69.863 %, outside the rollout of 69.863 %",
        ),
        (
            r#"{"rollout":69.864}"#,
            true,
            "the install stands at 69.863 %, inside the rollout of 69.864 %",
        ),
        (
            r#"{"rollout":0}"#,
            false,
            "the install stands at 69.863 %, outside the rollout of 0 %",
        ),
    ] {
        let verdict = judge(when, &phone());
        assert_eq!(
            (verdict.matched, verdict.why.as_str()),
            (matched, why),
            "{when}"
        );
    }
}

#[test]
fn a_fact_that_is_not_known_or_cannot_be_compared_never_holds() {
    let unknown = PhoneFacts::default();
    for when in [
        r#"{"platform":"android"}"#,
        r#"{"os_name":""}"#,
        r#"{"os_version":{"at_least":"0"}}"#,
        r#"{"app_version":"1"}"#,
        r#"{"service":""}"#,
        r#"{"env":"prod"}"#,
        r#"{"rollout":99.999}"#,
    ] {
        assert!(!judge(when, &unknown).matched, "{when}");
    }
    assert!(judge(r#"{"rollout":100}"#, &unknown).matched);
    let beta = PhoneFacts {
        app_version: Some("2.1-beta".to_owned()),
        ..phone()
    };
    let verdict = judge(r#"{"app_version":{"below":"99"}}"#, &beta);
    assert!(
        !verdict.matched && verdict.why.contains("no dotted number"),
        "{verdict:?}"
    );
    assert!(
        judge(r#"{"app_version":"2.1-beta"}"#, &beta).matched,
        "the very same text"
    );
    assert!(!judge(r#"{"app_version":"2.1"}"#, &beta).matched);
}

#[test]
fn a_target_with_anything_unreadable_about_who_is_meant_matches_nobody() {
    for (target, path, code) in [
        (r#"7"#, "", "wrong_type"),
        (r#"{"when":{},"set":{}}"#, ".name", "empty"),
        (r#"{"name":"","when":{},"set":{}}"#, ".name", "empty"),
        (r#"{"name":1,"when":{},"set":{}}"#, ".name", "wrong_type"),
        (r#"{"name":"a","set":{"telemetry":true}}"#, ".when", "empty"),
        (
            r#"{"name":"a","when":null,"set":{}}"#,
            ".when",
            "wrong_type",
        ),
        (
            r#"{"name":"a","when":{},"when":{},"set":{}}"#,
            ".when",
            "duplicate",
        ),
        (r#"{"name":"a","when":{}}"#, ".set", "empty"),
        (
            r#"{"name":"a","when":{},"salt":7,"set":{}}"#,
            ".salt",
            "wrong_type",
        ),
        (
            r#"{"name":"a","when":{"app_version":null},"set":{}}"#,
            ".when.app_version",
            "wrong_type",
        ),
        (
            r#"{"name":"a","when":{"app_version":2.1},"set":{}}"#,
            ".when.app_version",
            "wrong_type",
        ),
        (
            r#"{"name":"a","when":{"app_version":{}},"set":{}}"#,
            ".when.app_version",
            "empty",
        ),
        (
            r#"{"name":"a","when":{"app_version":{"at_least":"2","upto":"3"}},"set":{}}"#,
            ".when.app_version.upto",
            "unknown_name",
        ),
        (
            r#"{"name":"a","when":{"app_version":{"at_least":"v2"}},"set":{}}"#,
            ".when.app_version.at_least",
            "wrong_type",
        ),
        (
            r#"{"name":"a","when":{"app_version":{"below":3}},"set":{}}"#,
            ".when.app_version.below",
            "wrong_type",
        ),
        (
            r#"{"name":"a","when":{"platform":"windows"},"set":{}}"#,
            ".when.platform",
            "unknown_name",
        ),
        (
            r#"{"name":"a","when":{"platform":[]},"set":{}}"#,
            ".when.platform",
            "empty",
        ),
        (
            r#"{"name":"a","when":{"env":["prod",1]},"set":{}}"#,
            ".when.env",
            "wrong_type",
        ),
        (
            r#"{"name":"a","when":{"env":"x","env":"y"},"set":{}}"#,
            ".when.env",
            "duplicate",
        ),
        (
            r#"{"name":"a","when":{"rollout":101},"set":{}}"#,
            ".when.rollout",
            "out_of_range",
        ),
        (
            r#"{"name":"a","when":{"rollout":"5 %"},"set":{}}"#,
            ".when.rollout",
            "wrong_type",
        ),
        (
            r#"{"name":"a","when":{"country":"CH"},"set":{}}"#,
            ".when.country",
            "unknown_name",
        ),
    ] {
        let (document, refused) = read(&format!(
            r#"{{"targets":[{target},{{"name":"good","when":{{}},"set":{{"trace_sample_rate":1}}}}]}}"#
        ));
        assert_eq!(
            refused,
            told(&[(&format!(".targets[0]{path}"), code)]),
            "{target}"
        );
        let resolved = document.resolve(&phone());
        assert_eq!(resolved.targets.len(), 1, "{target}");
        assert_eq!(resolved.changes.telemetry, None);
        assert_eq!(
            resolved.changes.trace_sample_rate,
            Some(1.0),
            "the next one counts"
        );
    }
}

#[test]
fn a_bad_setting_of_a_target_goes_alone() {
    let (document, refused) = read(
        r#"{"targets":[{"name":"a","note":"x","when":{},"set":{"trace_sample_rate":101,"telemetry":true,"token":"x","targets":[]}}]}"#,
    );
    assert_eq!(
        refused,
        told(&[
            (".targets[0].set.trace_sample_rate", "out_of_range"),
            (".targets[0].set.token", "not_remote"),
            (".targets[0].note", "unknown_field"),
            (".targets[0].set.targets", "unknown_field"),
        ])
    );
    let changes = document.resolve(&phone()).changes;
    assert_eq!(
        (changes.telemetry, changes.trace_sample_rate),
        (Some(true), None)
    );
}

#[test]
fn each_target_that_matches_is_laid_over_what_came_before() {
    let (document, refused) = read(
        r#"{"trace_sample_rate":1,"session_sample_rate":1,"upload":{"metered":true,"low_power":true},
            "first_party_hosts":{"a.example":["b3"]},"targets":[
            {"name":"android","when":{"platform":"android"},"set":{"trace_sample_rate":2,"upload":{"metered":false}}},
            {"name":"ios","when":{"platform":"ios"},"set":{"trace_sample_rate":3}},
            {"name":"shop","when":{"service":"shop"},"set":{"trace_sample_rate":4,"first_party_hosts":{}}}]}"#,
    );
    assert_eq!(refused, []);
    let resolved = document.resolve(&phone());
    let matched: Vec<_> = resolved
        .targets
        .iter()
        .map(|t| (t.name.as_str(), t.matched))
        .collect();
    assert_eq!(matched, [("android", true), ("ios", false), ("shop", true)]);
    let changes = resolved.changes;
    assert_eq!(changes.trace_sample_rate, Some(4.0));
    assert_eq!(changes.session_sample_rate, Some(1.0));
    assert_eq!(
        (changes.upload.metered, changes.upload.low_power),
        (Some(false), Some(true))
    );
    assert_eq!(
        changes.first_party_hosts.unwrap().len(),
        0,
        "hosts are replaced whole"
    );
}

#[test]
fn the_last_word_about_the_switch_counts_and_no_unreadable_one_undoes_an_off() {
    for (top, target, enabled, unreadable) in [
        ("true", "false", Some(false), false),
        ("false", "true", Some(true), false),
        ("\"x\"", "false", Some(false), false),
        ("\"x\"", "true", Some(true), false),
        ("false", "\"x\"", Some(false), false),
        ("true", "\"x\"", None, true),
        ("1", "\"x\"", None, true),
    ] {
        let (changes, _) = changes(&format!(
            r#"{{"enabled":{top},"targets":[{{"name":"a","when":{{}},"set":{{"enabled":{target}}}}}]}}"#
        ));
        assert_eq!(
            (changes.enabled, changes.switch_unreadable),
            (enabled, unreadable),
            "{top} {target}"
        );
    }
}

#[test]
fn a_salt_deals_the_installs_anew_and_the_name_is_one() {
    let place = |members: &str| {
        let text =
            format!(r#"{{"targets":[{{{members},"when":{{"rollout":0.001}},"set":{{}}}}]}}"#);
        read(&text).0.resolve(&phone()).targets[0].why.clone()
    };
    assert_eq!(
        place(r#""name":"new rates""#),
        place(r#""name":"other","salt":"new rates""#)
    );
    assert_ne!(place(r#""name":"new rates""#), place(r#""name":"other""#));
}

#[test]
fn over_two_hundred_targets_the_rest_matches_nobody() {
    let target = r#"{"name":"a","when":{},"set":{}}"#;
    let last = r#"{"name":"z","when":{},"set":{"telemetry":true}}"#;
    let (document, refused) = read(&format!(
        r#"{{"targets":[{}{last}]}}"#,
        format!("{target},").repeat(200)
    ));
    assert_eq!(refused, told(&[(".targets", "too_large")]));
    let resolved = document.resolve(&phone());
    assert_eq!(
        (resolved.targets.len(), resolved.changes.telemetry),
        (200, None)
    );
}

#[test]
fn the_facts_are_the_apps_own() {
    let (configuration, _) = crate::config::from_json(
        r#"{"source":"ios","version":"2.1","service":"shop","env":"prod","device":{"os_name":"iOS","os_version":"18.1"}}"#,
    )
    .unwrap();
    let facts = PhoneFacts::of(&configuration, "id");
    assert_eq!(facts.platform, "ios");
    assert_eq!(
        (facts.os_name.as_str(), facts.os_version.as_str()),
        ("iOS", "18.1")
    );
    assert_eq!(
        (facts.app_version.as_deref(), facts.install_id.as_str()),
        (Some("2.1"), "id")
    );
    assert_eq!(
        (facts.service.as_deref(), facts.env.as_deref()),
        (Some("shop"), Some("prod"))
    );
}
