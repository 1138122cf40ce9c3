//! Where a signed file goes: a web server may be reading it, and a key may lie beside it.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::Builder;

use super::file;
use crate::Failure;

/// How the first line of a private key in PEM ends, of whatever kind it is (RFC 7468, sections 10, 11 and 13).
const PRIVATE_KEY: &[u8] = b"PRIVATE KEY-----";

/// A place to write to.
#[derive(Debug)]
pub enum Output {
    /// A file, behind any links. What is there is replaced whole, and keeps its mode; a new one gets the usual mode.
    File {
        /// Its own path.
        path: PathBuf,
        /// Those of the file that is there.
        permissions: Option<Permissions>,
    },
    /// A pipe, a terminal or a device: nothing there can be replaced.
    Stream(PathBuf),
}

impl Output {
    /// Looks at what is there. A private key is never written over.
    pub fn at(path: &Path) -> Result<Self, Failure> {
        let there = match fs::metadata(path) {
            Ok(there) => there,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // A link to nothing: its target is made where it points.
                if path.is_symlink() {
                    return Ok(Self::Stream(path.to_owned()));
                }
                return Ok(Self::File {
                    path: path.to_owned(),
                    permissions: None,
                });
            }
            Err(error) => return Err(failed(path, &error)),
        };
        // Below /dev even what a shell sent into a file is a stream: something may stand before us there.
        if !there.is_file() || path.starts_with("/dev") {
            return Ok(Self::Stream(path.to_owned()));
        }
        let bytes = file::read(path)?;
        if bytes
            .windows(PRIVATE_KEY.len())
            .any(|part| part == PRIVATE_KEY)
        {
            return Err(Failure::new(format!(
                "{} holds a private key, which is never written over",
                path.display()
            )));
        }
        Ok(Self::File {
            path: path.canonicalize().map_err(|error| failed(path, &error))?,
            permissions: Some(there.permissions()),
        })
    }

    /// Is it one in which words would stand beside the document?
    pub fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_))
    }

    /// Writes a file whole or not at all; a stream as it comes.
    pub fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::File { path, permissions } => {
                replace(path, permissions.as_ref(), bytes).map_err(|error| failed(path, &error))
            }
            Self::Stream(path) => OpenOptions::new()
                .append(true)
                .create(true)
                .open(path)
                .and_then(|mut stream| stream.write_all(bytes))
                .map_err(|error| failed(path, &error)),
        }
    }
}

fn replace(path: &Path, permissions: Option<&Permissions>, bytes: &[u8]) -> io::Result<()> {
    let mut builder = Builder::new();
    builder.prefix(".handspan-");
    // The umask takes away from it, as from any new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut part = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    part.write_all(bytes)?;
    if let Some(permissions) = permissions {
        part.as_file().set_permissions(permissions.clone())?;
    }
    part.as_file().sync_all()?;
    part.persist(path)?;
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{} can't be written: {error}", path.display()))
}
