//! The project's own vectors: those in the folder itself for every language, those in `core` for Rust alone, or for others
//! in another form.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::Value;

use crate::case::Case;
use crate::contradictions;

/// Folder of the vectors that look at one function of the core.
const CORE: &str = "core";
/// What platforms make of URLs. Not of the flat form: each language reads the file for itself.
pub const URL_CONFUSION: &str = "url_confusion.json";

/// A file of vectors.
#[derive(Debug)]
pub struct VectorFile {
    /// File name without its ending.
    pub name: String,
    /// What its vectors are about.
    pub about: String,
    /// The vectors.
    pub cases: Vec<Case>,
}

/// The folder of the project's own vectors.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// Reads all of the project's own vectors, in order of their names.
pub fn read() -> Result<Vec<VectorFile>, String> {
    let mut paths = json_files(&folder())?;
    paths.extend(json_files(&folder().join(CORE))?);
    let others = [contradictions::FILE, URL_CONFUSION];
    paths.retain(|path| !others.iter().any(|other| path.ends_with(other)));
    paths.sort();
    paths.iter().map(|path| read_file(path)).collect()
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<io::Result<Vec<_>>>()
        })
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    Ok(paths)
}

fn read_file(path: &Path) -> Result<VectorFile, String> {
    let value = read_json(path)?;
    let cases = value
        .get("cases")
        .and_then(Value::as_array)
        .ok_or("no \"cases\"");
    let cases = cases.map_err(|why| format!("{}: {why}", path.display()))?;
    Ok(VectorFile {
        name: path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        about: value
            .get("about")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        cases: cases
            .iter()
            .map(Case::from_json)
            .collect::<Result<_, _>>()
            .map_err(|why| format!("{}: {why}", path.display()))?,
    })
}

/// A JSON file.
pub fn read_json(path: &Path) -> Result<Value, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}
