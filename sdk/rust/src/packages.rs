//! Packages of the image, by the generic names of the element's `pkg-map`.

use std::fmt;

use crate::bindings::wit::packages as wit;
use crate::error::Failed;

pub use wit::Distribution;

/// Why packages were not managed.
#[derive(Clone, Debug)]
pub enum Error {
    /// The element's `pkg-map` has no name for it.
    Unmapped(String),
    /// The package manager failed.
    Failed(Failed),
    /// An argument cannot be used.
    Invalid(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unmapped(name) => write!(f, "the element's pkg-map has no package for '{name}' here"),
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

/// The distribution at hand.
///
/// # Errors
///
/// Fails if the distribution cannot say.
pub fn distribution() -> Result<Distribution, Error> {
    Ok(wit::describe()?)
}

/// Installs packages.
///
/// # Errors
///
/// Fails if a name has no package here, or the package manager fails.
///
/// ```no_run
/// # fn main() -> blankslate_sdk::Result {
/// blankslate_sdk::packages::install(["curl", "jq"])?;
/// # Ok(()) }
/// ```
pub fn install<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Result<(), Error> {
    Ok(wit::install(&owned(names))?)
}

/// Removes packages, those that are not there ignored.
///
/// # Errors
///
/// Fails as [`install`] does.
pub fn remove<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Result<(), Error> {
    Ok(wit::remove(&owned(names))?)
}

/// Whether all of the packages are installed.
///
/// # Errors
///
/// Fails as [`install`] does.
pub fn installed<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Result<bool, Error> {
    Ok(wit::installed(&owned(names))?.into_iter().all(|installed| installed))
}

/// The distribution's names for generic ones.
///
/// # Errors
///
/// Fails if a name has no package here.
pub fn resolve<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Result<Vec<String>, Error> {
    Ok(wit::resolve(&owned(names))?)
}
