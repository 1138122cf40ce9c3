//! Writes the tree of public suffixes that the core reads (`plan/src/hosts/public_suffix.rs` tells its form).
//!
//! The list itself comes with the package `psl`, whose version `Cargo.lock` pins and which follows each change of the
//! list: `cargo update -p psl`, then `cargo xtask public-suffixes`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

const SYMBOLS: &[u8; 40] = b"!*-.0123456789abcdefghijklmnopqrstuvwxyz";
const KINDS: usize = 6;
const SKIP: u8 = 240;
const SHARED: u8 = 241;

/// Siblings with more than this below them tell their length, so that a reader can skip them: 43,324 bytes at 128, 44,770
/// at 32, of which a reader passes over so many one by one.
const SKIP_OVER: usize = 64;
/// Lists of this many bytes and more are written once. Bytes, and with gzip -9: 42,653 / 29,060 at 6, 43,717 / 28,781 at
/// 8, 45,753 / 28,636 at 16, 52,849 / 28,700 without.
const SHARE_FROM: usize = 8;

/// The file, in the core's folder.
pub fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../plan/src/hosts/public_suffixes.bin")
}

/// The rules of the list that `psl` brings, in their ASCII form.
pub fn rules() -> Result<Vec<String>, String> {
    let path = list()?;
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.lines().map(ascii_rule).collect()
}

/// Where cargo keeps the list.
fn list() -> Result<PathBuf, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|_| {
        format!(
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    let psl = packages
        .into_iter()
        .flatten()
        .find(|package| package.get("name").and_then(Value::as_str) == Some("psl"));
    let manifest = psl
        .and_then(|package| package.get("manifest_path"))
        .and_then(Value::as_str)
        .ok_or("cargo metadata knows no package psl")?;
    Ok(Path::new(manifest).with_file_name("data").join("rules.txt"))
}

fn ascii_rule(rule: &str) -> Result<String, String> {
    let (mark, name) = match (rule.strip_prefix('!'), rule.strip_prefix("*.")) {
        (Some(name), _) => ("!", name),
        (_, Some(name)) => ("*.", name),
        _ => ("", rule),
    };
    let ascii = url::Host::parse(name).map_err(|error| format!("rule {rule:?}: {error}"))?;
    Ok(format!("{mark}{ascii}"))
}

/// The siblings of a character tree.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
struct Siblings(BTreeMap<u8, Below>);

#[derive(Debug, Default, PartialEq, Eq, Hash)]
struct Below {
    is_rule: bool,
    children: Siblings,
}

/// The tree as the core reads it.
pub fn encode(rules: &[String]) -> Result<Vec<u8>, String> {
    let mut root = Siblings::default();
    for rule in rules.iter().filter(|rule| rule.contains('.')) {
        let labels: Vec<_> = rule.rsplit('.').collect();
        root.insert(labels.join(".").as_bytes());
    }
    let mut writer = Writer::default();
    writer.list(&root)?;
    Ok(writer.bytes)
}

impl Siblings {
    fn insert(&mut self, text: &[u8]) {
        if let Some((&first, rest)) = text.split_first() {
            let below = self.0.entry(first).or_default();
            below.is_rule |= rest.is_empty();
            below.children.insert(rest);
        }
    }

    fn len(&self) -> usize {
        let below = self.0.values().map(|below| below.children.len());
        self.0.len() + below.sum::<usize>()
    }
}

#[derive(Default)]
struct Writer<'a> {
    bytes: Vec<u8>,
    written: HashMap<&'a Siblings, u16>,
}

impl<'a> Writer<'a> {
    fn list(&mut self, siblings: &'a Siblings) -> Result<(), String> {
        let start = self.bytes.len();
        if let Some(place) = self.written.get(siblings) {
            self.bytes.push(SHARED);
            self.bytes.extend(place.to_le_bytes());
            return Ok(());
        }
        let mut left = siblings.0.len();
        for (character, below) in &siblings.0 {
            left -= 1;
            self.sibling(*character, below, left > 0)?;
        }
        if self.bytes.len() - start >= SHARE_FROM {
            self.written.insert(siblings, number(start)?);
        }
        Ok(())
    }

    fn sibling(&mut self, character: u8, below: &'a Below, more: bool) -> Result<(), String> {
        let symbol = SYMBOLS
            .iter()
            .position(|&known| known == character)
            .ok_or_else(|| format!("no symbol for {:?}", char::from(character)))?;
        let has_children = !below.children.0.is_empty();
        let kind = match (below.is_rule, has_children) {
            (_, false) => 0,
            (false, true) => 2,
            (true, true) => 4,
        };
        let skip = more && below.children.len() > SKIP_OVER;
        if skip {
            self.bytes.extend([SKIP, 0, 0]);
        }
        let start = self.bytes.len();
        self.bytes
            .push((symbol * KINDS + kind + usize::from(more)) as u8);
        if has_children {
            self.list(&below.children)?;
        }
        if skip {
            let length = number(self.bytes.len() - start)?;
            if let Some(place) = self.bytes.get_mut(start - 2..start) {
                place.copy_from_slice(&length.to_le_bytes());
            }
        }
        Ok(())
    }
}

fn number(value: usize) -> Result<u16, String> {
    u16::try_from(value).map_err(|_| "the list has outgrown 16-bit offsets".to_owned())
}
