use serde_json::json;

use super::*;

fn uuid(end: u32) -> String {
    format!("0f4c2b1a-1111-4222-8333-{end:012}")
}

fn event() -> Value {
    json!({
        "type": "action", "date": 1_795_262_400_000_u64, "application": {"id": uuid(1)}, "session": {"id": uuid(2), "type": "user"},
        "view": {"id": uuid(3), "url": "shop/cart"}, "_dd": {"format_version": 2}, "action": {"id": uuid(4), "type": "tap"},
    })
}

fn told(event: &Value) -> Vec<String> {
    let problems = Checks::default().judge(event, event.to_string().len());
    let told = problems.into_iter();
    told.map(|problem| format!("{} {}", problem.path, problem.message))
        .collect()
}

#[test]
fn what_every_event_must_have_is_checked_without_any_schema() {
    assert_eq!(told(&event()), Vec::<String>::new());
    for (pointer, value, problem) in [
        (
            "/date",
            json!(-1),
            "$.date must be milliseconds since 1970, a whole number",
        ),
        (
            "/date",
            json!("now"),
            "$.date must be milliseconds since 1970, a whole number",
        ),
        (
            "/_dd/format_version",
            json!("2"),
            "$._dd.format_version must be 2",
        ),
        ("/view/url", json!(null), "$.view.url must be a text"),
        (
            "/view/id",
            json!(uuid(3).replace('f', "F")),
            "$.view.id must be a UUID in lower case",
        ),
        (
            "/session/id",
            json!("0f4c2b1a"),
            "$.session.id must be a UUID in lower case",
        ),
        (
            "/session/type",
            json!("robot"),
            "$.session.type must be user, synthetics or ci_test",
        ),
        (
            "/application/id",
            json!({}),
            "$.application.id must be a UUID in lower case",
        ),
        (
            "/action/id",
            json!([uuid(4)]),
            "$.action.id must be a UUID in lower case",
        ),
    ] {
        let mut event = event();
        *event.pointer_mut(pointer).unwrap() = value;
        assert_eq!(told(&event), [problem]);
    }
    let mut child = event();
    child["type"] = "error".into();
    child["action"]["id"] = json!([uuid(4), uuid(5)]);
    assert_eq!(
        told(&child),
        Vec::<String>::new(),
        "several may have caused it"
    );
}

#[test]
fn what_an_intake_refuses_for_its_size_is_named() {
    let mut event = event();
    event["context"] = (0..1_000)
        .map(|at| (at.to_string(), json!(at)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(
        told(&event),
        ["$ has 1010 attributes, an intake takes 1000"]
    );
    event["context"] = (0..20).fold(json!(1), |below, _| json!({"a": below}));
    assert_eq!(told(&event), ["$ is 21 levels deep, an intake takes 20"]);
    event["context"] = json!("x".repeat(1_000_000));
    let size = event.to_string().len();
    assert_eq!(
        told(&event),
        [format!("$ has {size} bytes, an intake takes 1000000")]
    );
}

/// Schemas made up here, of the shape that the published ones have.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("rum")).unwrap();
    let common = json!({"$schema": "http://json-schema.org/draft-07/schema", "$id": "rum/_common-schema.json", "type": "object",
        "required": ["date"], "properties": {"date": {"type": "integer", "minimum": 0}}});
    let write = |name: &str, schema: &Value| {
        std::fs::write(folder.path().join(name), schema.to_string()).unwrap();
    };
    write("rum/_common-schema.json", &common);
    for kind in [
        "view",
        "action",
        "resource",
        "error",
        "long_task",
        "vital-duration",
        "vital-app-launch",
        "vital-operation-step",
    ] {
        let name = format!("rum/{kind}-schema.json");
        let own = json!({"properties": {"action": {"properties": {"type": {"enum": ["tap", "swipe"]}, "list": {"items": {"type": "string"}}}}}});
        write(
            &name,
            &json!({"$schema": "http://json-schema.org/draft-07/schema", "$id": name, "allOf": [{"$ref": "_common-schema.json"}, own]}),
        );
    }
    folder
}

#[test]
fn the_schema_of_its_type_names_the_place_and_what_is_wrong_there() {
    let folder = folder();
    let checks = Checks::with_schemas(folder.path()).unwrap();
    assert_eq!(checks.judge(&event(), 1), []);
    let mut broken = event();
    broken["action"] = json!({"type": "stroke", "list": ["a", 1], "id": uuid(1)});
    let told = checks.judge(&broken, 1);
    let paths: Vec<_> = told
        .iter()
        .map(|problem| (problem.path.as_str(), problem.by))
        .collect();
    assert_eq!(
        paths,
        [
            ("$.action.list[1]", Judge::Schema),
            ("$.action.type", Judge::Schema)
        ]
    );
    assert!(told[1].message.contains("tap"), "{}", told[1].message);
    let mut strange = event();
    strange["type"] = "dance".into();
    assert_eq!(
        checks.judge(&strange, 1)[0].message,
        "no schema is known for this type"
    );
}

#[test]
fn a_folder_without_schemas_is_no_silent_yes() {
    let folder = tempfile::tempdir().unwrap();
    let error = Checks::with_schemas(folder.path()).unwrap_err();
    assert!(error.contains("rum: "), "{error}");
    std::fs::create_dir(folder.path().join("rum")).unwrap();
    let error = Checks::with_schemas(folder.path()).unwrap_err();
    assert!(error.starts_with("rum/view-schema.json: "), "{error}");
}
