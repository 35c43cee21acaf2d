//! Files of the build host that the manifest declares.
//!
//! ```no_run
//! # fn main() -> blankslate_sdk::Result {
//! use blankslate_sdk::{host_files, rootfs};
//!
//! if let Some(keys) = host_files::read("~/.ssh/authorized_keys")? {
//!     rootfs::file("/root/.ssh/authorized_keys").mode(0o600).write(keys)?;
//! }
//! # Ok(()) }
//! ```

use std::fmt;

use crate::bindings::wit::host_files::{self as wit, Error as Kind};

pub use wit::Entry;

/// Why a file of the build host could not be read.
#[derive(Clone, Debug)]
pub struct Error {
    path: String,
    kind: Kind,
}

impl Error {
    /// The reason.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Denied(text) => return f.write_str(text),
            _ => write!(f, "reading {} of the build host: ", self.path)?,
        }
        match &self.kind {
            Kind::NotFound => f.write_str("no such file"),
            Kind::Denied(text) | Kind::TooLarge(text) | Kind::Invalid(text) | Kind::Other(text) => {
                f.write_str(text)
            }
        }
    }
}

impl std::error::Error for Error {}

fn at<T>(path: &str, result: Result<T, Kind>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Kind::NotFound) => Ok(None),
        Err(kind) => Err(Error { path: path.to_owned(), kind }),
    }
}

/// Reads a whole file; absent if there is none.
///
/// # Errors
///
/// Fails if the operator did not grant it, or it cannot be read.
pub fn read(path: &str) -> Result<Option<Vec<u8>>, Error> {
    at(path, wit::read(path))
}

/// Reads a whole file as text, what is not UTF-8 replaced; absent if there is none.
///
/// # Errors
///
/// Fails as [`read`] does.
pub fn read_to_string(path: &str) -> Result<Option<String>, Error> {
    Ok(read(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// The entries of a directory, sorted by name; absent if there is none.
///
/// # Errors
///
/// Fails as [`read`] does.
pub fn list(path: &str) -> Result<Option<Vec<Entry>>, Error> {
    at(path, wit::list(path))
}
