//! The public surface of the Swift package, as the compiler tells it, is what `bindings-swift/api/Handspan.api` says.
//!
//! Where it was meant to change, the file is written anew with `HANDSPAN_API_WRITE=1`. A line that goes, or that changes, breaks
//! apps.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::{paths, process};

const WRITE: &str = "HANDSPAN_API_WRITE";
/// What every type is without a word of ours; compilers differ in what of it they list.
const ALWAYS: [&str; 4] = [
    "Swift.Copyable",
    "Swift.Escapable",
    "Swift.BitwiseCopyable",
    "Swift.SendableMetatype",
];

/// Compares the surface with the file. After a build: a system without Objective-C has another surface.
pub(super) fn check(swift: &Path, package: &Path) -> anyhow::Result<()> {
    let folder = dump(swift, package)?;
    let mut graphs = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // With an `@`: what is added to types of others.
        if name == "Handspan.symbols.json" || name.starts_with("Handspan@") {
            let text = std::fs::read(&path)?;
            let graph: Graph = serde_json::from_slice(&text)
                .with_context(|| format!("read {}", paths::shown(&path)))?;
            graphs.push(graph);
        }
    }
    let found = listing(&graphs);
    if found.is_empty() {
        bail!("{} names no symbol", paths::shown(&folder));
    }
    let file = package.join("api/Handspan.api");
    if std::env::var_os(WRITE).is_some_and(|value| value == "1") {
        std::fs::create_dir_all(package.join("api"))?;
        std::fs::write(&file, &found)?;
    }
    let meant =
        std::fs::read_to_string(&file).with_context(|| format!("read {}", paths::shown(&file)))?;
    if found != meant {
        bail!(
            "Swift's public surface is not that of {}; if it is meant so, run this with {WRITE}=1\n{}",
            paths::shown(&file),
            difference(&meant, &found)
        );
    }
    Ok(())
}

fn dump(swift: &Path, package: &Path) -> anyhow::Result<PathBuf> {
    let build = package.join(".build/debug").canonicalize()?;
    let folder = build.with_file_name("symbolgraph");
    paths::fresh(&folder)?;
    let mut command = Command::new(swift);
    command.arg("package").arg("--package-path").arg(package);
    command.args([
        "dump-symbol-graph",
        "--minimum-access-level",
        "public",
        "--skip-synthesized-members",
    ]);
    process::run(&mut command)?;
    Ok(folder)
}

#[derive(Deserialize)]
struct Graph {
    symbols: Vec<Symbol>,
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Symbol {
    identifier: Identifier,
    kind: Kind,
    path_components: Vec<String>,
    declaration_fragments: Vec<Fragment>,
    access_level: String,
}

#[derive(Deserialize)]
struct Identifier {
    precise: String,
}

#[derive(Deserialize)]
struct Kind {
    identifier: String,
}

#[derive(Deserialize)]
struct Fragment {
    spelling: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    kind: String,
    source: String,
    target: String,
    target_fallback: Option<String>,
}

impl Symbol {
    fn is_type(&self) -> bool {
        let kinds = [
            "swift.class",
            "swift.struct",
            "swift.enum",
            "swift.protocol",
            "swift.actor",
        ];
        kinds.contains(&self.kind.identifier.as_str())
    }

    fn declaration(&self) -> String {
        let words: String = self
            .declaration_fragments
            .iter()
            .map(|fragment| fragment.spelling.as_str())
            .collect();
        // Who may use it is said where it is not `public`.
        match self.access_level.as_str() {
            "public" => words,
            other => format!("{other} {words}"),
        }
    }
}

/// A type a paragraph: its name, its declaration, what it conforms to, and its members in order.
fn listing(graphs: &[Graph]) -> String {
    let mut names = BTreeMap::new();
    let mut types: BTreeMap<String, Type> = BTreeMap::new();
    for symbol in graphs.iter().flat_map(|graph| &graph.symbols) {
        let path = symbol.path_components.join(".");
        names.insert(symbol.identifier.precise.as_str(), path.clone());
        if symbol.is_type() {
            types.entry(path).or_default().declaration = symbol.declaration();
        } else {
            let owner = symbol
                .path_components
                .split_last()
                .map(|(_, owner)| owner.join("."));
            let members = &mut types.entry(owner.unwrap_or_default()).or_default().members;
            members.insert(symbol.declaration());
        }
    }
    for relationship in graphs.iter().flat_map(|graph| &graph.relationships) {
        let conforms = ["conformsTo", "inheritsFrom"].contains(&relationship.kind.as_str());
        let Some(known) = names
            .get(relationship.source.as_str())
            .filter(|_| conforms)
            .and_then(|name| types.get_mut(name))
        else {
            continue;
        };
        let target = names
            .get(relationship.target.as_str())
            .cloned()
            .or_else(|| relationship.target_fallback.clone())
            .unwrap_or_else(|| relationship.target.clone());
        if !ALWAYS.contains(&target.as_str()) {
            known.conformances.insert(target);
        }
    }
    types.iter().map(|(name, known)| known.text(name)).collect()
}

#[derive(Default)]
struct Type {
    /// Empty: a type of others, which we extend.
    declaration: String,
    conformances: BTreeSet<String>,
    members: BTreeSet<String>,
}

impl Type {
    fn text(&self, name: &str) -> String {
        let declaration = if self.declaration.is_empty() {
            "extension"
        } else {
            &self.declaration
        };
        let mut text = format!("{name}: {declaration}\n");
        if !self.conformances.is_empty() {
            let all: Vec<&str> = self.conformances.iter().map(String::as_str).collect();
            text += &format!("    : {}\n", all.join(", "));
        }
        for member in &self.members {
            text += &format!("    {member}\n");
        }
        text + "\n"
    }
}

/// Lines that went and lines that came, each under its type.
fn difference(meant: &str, found: &str) -> String {
    let (meant, found) = (lines(meant), lines(found));
    let gone = meant.difference(&found).map(|line| format!("- {line}"));
    let new = found.difference(&meant).map(|line| format!("+ {line}"));
    gone.chain(new).collect::<Vec<_>>().join("\n")
}

fn lines(listing: &str) -> BTreeSet<String> {
    let mut owner = "";
    let mut lines = BTreeSet::new();
    for line in listing.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("    ") {
            Some(member) => lines.insert(format!("{owner} {member}")),
            None => {
                owner = line.split(':').next().unwrap_or_default();
                lines.insert(line.to_owned())
            }
        };
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(graph: &serde_json::Value) -> String {
        let graph = serde_json::from_value(graph.clone()).expect("a graph");
        listing(&[graph])
    }

    fn symbol(kind: &str, path: &[&str], declaration: &str) -> serde_json::Value {
        serde_json::json!({
            "identifier": {"precise": path.join("/")},
            "kind": {"identifier": kind},
            "pathComponents": path,
            "declarationFragments": [{"spelling": declaration}],
            "accessLevel": "public",
        })
    }

    #[test]
    fn a_type_has_its_conformances_and_its_members_in_order() {
        let conforms = |target: &str, fallback: Option<&str>| {
            serde_json::json!({
                "kind": "conformsTo", "source": "Span", "target": target, "targetFallback": fallback,
            })
        };
        let graph = serde_json::json!({
            "symbols": [
                symbol("swift.method", &["Span", "stop()"], "func stop()"),
                symbol("swift.method", &["Span", "end()"], "func end()"),
                symbol("swift.struct", &["Span"], "struct Span"),
                symbol("swift.method", &["URL", "traced()"], "func traced()"),
                symbol("swift.protocol", &["Ends"], "protocol Ends"),
            ],
            "relationships": [
                conforms("s8", Some("Swift.Sendable")),
                conforms("s9", Some("Swift.Copyable")),
                conforms("Ends", None),
                {"kind": "memberOf", "source": "Span/end()", "target": "Span"},
            ],
        });
        assert_eq!(
            listed(&graph),
            "Ends: protocol Ends\n\n\
             Span: struct Span\n    : Ends, Swift.Sendable\n    func end()\n    func stop()\n\n\
             URL: extension\n    func traced()\n\n"
        );
    }

    #[test]
    fn a_difference_names_the_type() {
        let meant =
            "A: struct A\n    func one()\n    func two()\n\nB: struct B\n    func two()\n\n";
        let found = "A: struct A\n    func one()\n\nB: struct B\n    func two()\n\nC: enum C\n\n";
        assert_eq!(difference(meant, found), "- A func two()\n+ C: enum C");
    }
}
