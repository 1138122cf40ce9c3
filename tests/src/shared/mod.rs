//! Published vectors, translated to the flat form.
//!
//! The folder is named by `HANDSPAN_VECTORS` and holds `datadog.json` and `protocol.json`, or one of them; each section of
//! these may be missing. What is about formats or questions that are not built is skipped by name, what peers and we see
//! differently is checked against our value, and what can't be read is told, never passed over.

mod adapt;
mod hosts;
mod ids;
mod json;
mod reading;
mod sampling;
mod writing;

use std::path::{Path, PathBuf};

use serde_json::Value;

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

/// A section: where it stands, and who translates one of its vectors. None of a translation: unknown shape.
struct Section {
    pointer: &'static str,
    translate: fn(&Value, &Value) -> Option<Item>,
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

impl Translation {
    fn add(&mut self, file: &str, document: &Value) {
        let sections = match file {
            "datadog" => DATADOG.as_slice(),
            _ => PROTOCOL.as_slice(),
        };
        let mut cases = Vec::new();
        for section in sections {
            let Some(found) = document.pointer(section.pointer) else {
                continue;
            };
            for (place, vector) in json::each(found) {
                let name = format!("{file}{}{place}", section.pointer.replace('/', "."));
                self.add_item(name, (section.translate)(vector, document), &mut cases);
            }
        }
        self.skip_the_rest(file, document, sections);
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

    /// Sections that no table names are about something else; they are told by name.
    fn skip_the_rest(&mut self, file: &str, document: &Value, sections: &[Section]) {
        let known = |pointer: &str| {
            sections.iter().any(|section| {
                section.pointer == pointer || section.pointer.starts_with(&format!("{pointer}/"))
            })
        };
        for (name, section) in document.as_object().into_iter().flatten() {
            if name.starts_with('_') {
                continue;
            }
            let pointer = format!("/{name}");
            if !known(&pointer) {
                self.skipped
                    .push((format!("{file}.{name}"), "about something else".to_owned()));
                continue;
            }
            for (inner, _) in section.as_object().into_iter().flatten() {
                let named = sections.iter().any(|section| section.pointer == pointer);
                if !named && !known(&format!("{pointer}/{inner}")) {
                    self.skipped.push((
                        format!("{file}.{name}.{inner}"),
                        "about something else, or prose".to_owned(),
                    ));
                }
            }
        }
    }
}

const DATADOG: [Section; 17] = [
    Section {
        pointer: "/host_matching/ios_union_semantics",
        translate: hosts::matching,
    },
    Section {
        pointer: "/host_matching/android_exact_then_first_suffix_semantics",
        translate: hosts::matching,
    },
    Section {
        pointer: "/host_matching/wildcard_patterns_2026/ios_sanitizer",
        translate: hosts::configured,
    },
    Section {
        pointer: "/host_matching/wildcard_patterns_2026/android_sanitizer",
        translate: hosts::configured,
    },
    Section {
        pointer: "/host_sanitizer/ios",
        translate: hosts::configured,
    },
    Section {
        pointer: "/host_sanitizer/android",
        translate: hosts::configured,
    },
    Section {
        pointer: "/headers_ios_writers",
        translate: writing::writer,
    },
    Section {
        pointer: "/headers_ios_end_to_end",
        translate: writing::end_to_end,
    },
    Section {
        pointer: "/headers_android/sampled_ptags",
        translate: writing::android_tags,
    },
    Section {
        pointer: "/headers_android/not_sampled",
        translate: writing::android_not_sampled,
    },
    Section {
        pointer: "/headers_android/sampling_decision_from_existing_headers",
        translate: reading::decision,
    },
    Section {
        pointer: "/header_readers_ios",
        translate: reading::reader,
    },
    Section {
        pointer: "/trace_id_strings",
        translate: ids::trace_id,
    },
    Section {
        pointer: "/span_id_strings",
        translate: ids::span_id,
    },
    Section {
        pointer: "/sampling/vectors",
        translate: sampling::decision,
    },
    Section {
        pointer: "/sampling/seed_from_session",
        translate: sampling::seed,
    },
    Section {
        pointer: "/sampling/composition",
        translate: sampling::composition,
    },
];

const PROTOCOL: [Section; 12] = [
    Section {
        pointer: "/emit",
        translate: writing::emit,
    },
    Section {
        pointer: "/parse",
        translate: reading::observed,
    },
    Section {
        pointer: "/tracestate_merge_derived",
        translate: reading::merge,
    },
    Section {
        pointer: "/b3_spec/single",
        translate: reading::b3_single,
    },
    Section {
        pointer: "/b3_spec/multi",
        translate: reading::b3_multi,
    },
    Section {
        pointer: "/datadog/hex_to_decimal",
        translate: ids::hex_to_decimal,
    },
    Section {
        pointer: "/datadog/tid",
        translate: reading::tid,
    },
    Section {
        pointer: "/datadog/tracestate_dd_member",
        translate: reading::dd_member,
    },
    Section {
        pointer: "/sampling/knuth",
        translate: sampling::knuth,
    },
    Section {
        pointer: "/sampling/session_uuid",
        translate: sampling::session_uuid,
    },
    Section {
        pointer: "/sampling/combined_rate",
        translate: sampling::combined_rate,
    },
    Section {
        pointer: "/host_matching_observed",
        translate: hosts::observed,
    },
];
