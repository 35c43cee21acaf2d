//! Services of the image, by the generic names of the element's `svc-map`.
//!
//! ```no_run
//! # fn main() -> blankslate_sdk::Result {
//! use blankslate_sdk::services;
//!
//! services::enable(["ssh"])?;
//! services::disable(["apt-daily.timer"])?;
//! # Ok(()) }
//! ```

use std::fmt;

use crate::bindings::wit::services as wit;
use crate::error::Failed;

/// Why services were not managed.
#[derive(Clone, Debug)]
pub enum Error {
    /// The element's `svc-map` has no name for it.
    Unmapped(String),
    /// The service manager failed.
    Failed(Failed),
    /// An argument cannot be used.
    Invalid(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unmapped(name) => write!(f, "the element's svc-map has no service for '{name}' here"),
            Error::Failed(failure) => failure.fmt(f),
            Error::Invalid(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl From<wit::Error> for Error {
    fn from(error: wit::Error) -> Self {
        match error {
            wit::Error::Unmapped(name) => Error::Unmapped(name),
            wit::Error::Failed(failure) => Error::Failed(Failed(failure)),
            wit::Error::Invalid(text) => Error::Invalid(text),
        }
    }
}

fn owned<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

/// Makes services start when the image boots.
///
/// # Errors
///
/// Fails if a name has no service here, or the service manager fails.
pub fn enable<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Result<(), Error> {
    Ok(wit::enable(&owned(names))?)
}

/// Makes services not start when the image boots.
///
/// # Errors
///
/// Fails as [`enable`] does.
pub fn disable<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Result<(), Error> {
    Ok(wit::disable(&owned(names))?)
}
