//! Errors of the image's tree.

use std::fmt;

pub use crate::bindings::wit::rootfs::Error as ErrorKind;

/// Why an operation on the image's tree failed.
#[derive(Clone, Debug)]
pub struct Error {
    operation: &'static str,
    path: String,
    kind: ErrorKind,
}

impl Error {
    /// The reason.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ErrorKind::Denied(text) = &self.kind {
            return f.write_str(text);
        }
        write!(f, "{} {} in the image: ", self.operation, self.path)?;
        match &self.kind {
            ErrorKind::NotFound => f.write_str("no such file or directory"),
            ErrorKind::Exists => f.write_str("it exists already"),
            ErrorKind::NotADirectory => f.write_str("not a directory"),
            ErrorKind::IsADirectory => f.write_str("it is a directory"),
            ErrorKind::NotEmpty => f.write_str("the directory is not empty"),
            ErrorKind::TooManyLinks => f.write_str("too many symbolic links"),
            ErrorKind::UnknownOwner(name) => write!(f, "the image has no user or group '{name}'"),
            ErrorKind::NoSpace => f.write_str("no space left"),
            ErrorKind::TooLarge(text)
            | ErrorKind::Invalid(text)
            | ErrorKind::Denied(text)
            | ErrorKind::Other(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

/// Adds what was tried on which path.
pub(crate) trait During<T> {
    fn during(self, operation: &'static str, path: &str) -> Result<T, Error>;
}

impl<T> During<T> for Result<T, ErrorKind> {
    fn during(self, operation: &'static str, path: &str) -> Result<T, Error> {
        self.map_err(|kind| Error { operation, path: path.to_owned(), kind })
    }
}
