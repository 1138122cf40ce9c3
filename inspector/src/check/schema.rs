//! The published schemas of RUM events (github.com/DataDog/rum-events-format), which are not part of this project: a folder
//! with them is named.
//!
//! Their root is one large `oneOf`, which can only say that no branch fits. So an event is judged by the schema of its type.

use std::fmt;
use std::path::Path;

use boon::{Compiler, InstanceToken, SchemaIndex, Schemas, ValidationError};
use serde_json::Value;

use super::{Judge, Problem};

/// Where the schemas are taken to be: they refer to each other by file names, and nothing is ever loaded from there.
const BASE: &str = "https://schemas.invalid/rum/";

/// The schema of each type; a vital's is found by its own type as well.
const FILES: [(&str, &str, &str); 8] = [
    ("view", "", "view-schema.json"),
    ("action", "", "action-schema.json"),
    ("resource", "", "resource-schema.json"),
    ("error", "", "error-schema.json"),
    ("long_task", "", "long_task-schema.json"),
    ("vital", "duration", "vital-duration-schema.json"),
    ("vital", "app_launch", "vital-app-launch-schema.json"),
    (
        "vital",
        "operation_step",
        "vital-operation-step-schema.json",
    ),
];

/// The schemas, compiled.
pub(super) struct EventSchemas {
    schemas: Schemas,
    indexes: Vec<(&'static str, &'static str, SchemaIndex)>,
}

impl fmt::Debug for EventSchemas {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EventSchemas")
            .finish_non_exhaustive()
    }
}

impl EventSchemas {
    /// Reads and compiles them.
    pub(super) fn load(folder: &Path) -> Result<Self, String> {
        let mut compiler = Compiler::new();
        let files = std::fs::read_dir(folder.join("rum"))
            .map_err(|error| format!("{}: {error}", folder.join("rum").display()))?;
        for file in files {
            let path = file.map_err(|error| error.to_string())?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if let Some(name) = name.filter(|name| name.ends_with(".json")) {
                add(&mut compiler, &path, name).map_err(|error| format!("rum/{name}: {error}"))?;
            }
        }
        let mut schemas = Schemas::new();
        let mut indexes = Vec::new();
        for (kind, part, file) in FILES {
            let index = compiler
                .compile(&format!("{BASE}{file}"), &mut schemas)
                .map_err(|error| format!("rum/{file}: {error:#}"))?;
            indexes.push((kind, part, index));
        }
        Ok(Self { schemas, indexes })
    }

    /// What the schema of its type says of an event.
    pub(super) fn judge(&self, event: &Value) -> Vec<Problem> {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
        let kind = text("/type").unwrap_or_default();
        let part = text("/vital/type").unwrap_or_default();
        let known = |&&(name, of, _): &&(&str, &str, SchemaIndex)| {
            name == kind && (of.is_empty() || of == part)
        };
        let Some(&(_, _, index)) = self.indexes.iter().find(known) else {
            let path = if kind == "vital" {
                "$.vital.type"
            } else {
                "$.type"
            };
            return vec![Problem::new(
                Judge::Schema,
                path,
                "no schema is known for this type",
            )];
        };
        let mut problems = Vec::new();
        if let Err(error) = self.schemas.validate(event, index) {
            collect(&error, &mut problems);
        }
        problems.sort();
        problems.dedup();
        problems
    }
}

/// Makes one known by its file's name. Its own `$id` counts from the folder above, which its references do not.
fn add(compiler: &mut Compiler, path: &Path, name: &str) -> Result<(), String> {
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    let mut schema: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    if let Some(members) = schema.as_object_mut() {
        members.remove("$id");
    }
    compiler
        .add_resource(&format!("{BASE}{name}"), schema)
        .map_err(|error| error.to_string())
}

/// The errors without others behind them: those name what is really wrong.
fn collect(error: &ValidationError<'_, '_>, into: &mut Vec<Problem>) {
    if error.causes.is_empty() {
        let path = json_path(&error.instance_location.tokens);
        into.push(Problem::new(Judge::Schema, path, &error.kind.to_string()));
    }
    error.causes.iter().for_each(|cause| collect(cause, into));
}

/// As `$.view.in_foreground_periods[0].start`; a name that is no word stands in brackets.
fn json_path(tokens: &[InstanceToken<'_>]) -> String {
    let mut path = "$".to_owned();
    for token in tokens {
        path += &match token {
            InstanceToken::Item(at) => format!("[{at}]"),
            InstanceToken::Prop(name) if is_word(name) => format!(".{name}"),
            InstanceToken::Prop(name) => format!("[{}]", Value::String(name.to_string())),
        };
    }
    path
}

fn is_word(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
