//! Published vectors, translated to the flat form.
//!
//! The folder is named by `HANDSPAN_VECTORS` and holds `datadog.json` and `protocol.json`, or one of them; each section of
//! these may be missing. What is about formats or questions that are not built is skipped by name, what peers and we see
//! differently is checked against our value, and what can't be read is told, never passed over.

mod adapt;
mod baggage;
mod emit;
mod hosts;
mod ids;
mod json;
mod limits;
mod reading;
mod rum;
mod sampling;
mod sections;
mod sw8;
mod writing;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::sections::Tables;
use crate::case::Case;
use crate::own::{self, VectorFile};

/// The variable that names the folder.
pub const VARIABLE: &str = "HANDSPAN_VECTORS";

/// The files of such a folder.
const FILES: [&str; 2] = ["datadog", "protocol"];

/// What became of a folder of published vectors.
#[derive(Debug, Default)]
pub struct Translation {
    /// The vectors, a file each.
    pub files: Vec<VectorFile>,
    /// Name, and why it is skipped.
    pub skipped: Vec<(String, String)>,
    /// Names of what has a shape that nobody here knows.
    pub unread: Vec<String>,
}

/// What becomes of one published vector.
pub(crate) enum Item {
    /// It says this.
    Cases(Vec<Case>),
    /// It is about something else.
    Skipped(String),
}

impl Item {
    fn skipped(why: impl Into<String>) -> Option<Self> {
        Some(Self::Skipped(why.into()))
    }
}

/// The folder that the environment names.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os(VARIABLE)
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
}

/// Translates a folder.
pub fn translate(folder: &Path) -> Result<Translation, String> {
    let mut translation = Translation::default();
    for name in FILES {
        let path = folder.join(format!("{name}.json"));
        if path.is_file() {
            let document = own::read_json(&path)?;
            translation.add(name, &document);
        }
    }
    if translation.files.is_empty() {
        return Err(format!(
            "{} holds neither datadog.json nor protocol.json",
            folder.display()
        ));
    }
    Ok(translation)
}

/// Translates one vector that stands at `file/section/…`.
pub fn translate_one(at: &str, vector: &Value) -> Translation {
    let (file, section) = at.split_once('/').unwrap_or((at, ""));
    let document = section
        .rsplit('/')
        .fold(json!([vector]), |inner, name| json!({name: inner}));
    let mut translation = Translation::default();
    translation.add(file, &document);
    translation
}

impl Translation {
    fn add(&mut self, file: &str, document: &Value) {
        let tables = sections::of(file);
        let mut cases = Vec::new();
        for section in tables.sections {
            let Some(found) = document.pointer(section.pointer) else {
                continue;
            };
            for (place, vector) in json::each(found) {
                let name = format!("{file}{}{place}", section.pointer.replace('/', "."));
                self.add_item(name, (section.translate)(vector, document), &mut cases);
            }
        }
        self.skip_the_rest(file, "", document, &tables);
        self.files.push(VectorFile {
            name: format!("shared-{file}"),
            about: format!("Published vectors, from {file}.json"),
            cases,
        });
    }

    fn add_item(&mut self, name: String, item: Option<Item>, cases: &mut Vec<Case>) {
        match item {
            None => self.unread.push(name),
            Some(Item::Skipped(why)) => self.skipped.push((name, why)),
            Some(Item::Cases(found)) => {
                let several = found.len() > 1;
                cases.extend(found.into_iter().map(|case| Case {
                    name: if several {
                        format!("{name} {}", case.name)
                    } else {
                        name.clone()
                    },
                    ..case
                }));
            }
        }
    }

    /// What no table translates is told by name, with the reason where one is known.
    fn skip_the_rest(&mut self, file: &str, at: &str, value: &Value, tables: &Tables) {
        for (name, inner) in value.as_object().into_iter().flatten() {
            let pointer = format!("{at}/{name}");
            if name.starts_with('_') || tables.sections.iter().any(|s| s.pointer == pointer) {
                continue;
            }
            let below = format!("{pointer}/");
            let told = tables
                .not_vectors
                .iter()
                .find(|(known, _)| *known == pointer);
            if tables
                .sections
                .iter()
                .any(|s| s.pointer.starts_with(&below))
            {
                self.skip_the_rest(file, &pointer, inner, tables);
            } else {
                let why = told.map_or("unknown here", |(_, why)| *why);
                let name = format!("{file}{}", pointer.replace('/', "."));
                self.skipped.push((name, why.to_owned()));
            }
        }
    }
}
