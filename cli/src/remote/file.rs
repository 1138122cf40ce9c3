//! A remote document from a file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::Failure;

/// More than any phone reads, less than what hurts: what is too large is for the core to say.
const FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The file's bytes, as a phone would get them.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES).read_to_end(&mut bytes))
        .map_err(|error| {
            Failure::new(format!(
                "the document {} can't be read: {error}",
                path.display()
            ))
        })?;
    Ok(bytes)
}
