//! The error a hook returns.

use std::fmt;

use crate::bindings::wit::types::Failure;

/// What a hook returns.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Why a hook failed: a message, what caused it, and what to do about it.
///
/// Every [`std::error::Error`] turns into one by `?`, with its sources as causes.
///
/// ```
/// use blankslate_sdk::{Context, Result};
///
/// fn port(text: &str) -> Result<u16> {
///     text.parse().context(format!("reading the port '{text}'"))
/// }
///
/// let error = port("many").unwrap_err();
/// assert_eq!(error.to_string(), "reading the port 'many': invalid digit found in string");
/// ```
pub struct Error {
    /// The first cause first.
    messages: Vec<String>,
    hint: Option<String>,
}

impl Error {
    /// An error with a message: what was tried, on what, and why it failed.
    pub fn new(message: impl Into<String>) -> Self {
        Error { messages: vec![message.into()], hint: None }
    }

    /// Adds what a person can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Puts a message in front, the present one becoming its cause.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        self.messages.push(message.into());
        self
    }

    fn with_sources(error: &dyn std::error::Error) -> Self {
        let mut messages = Vec::new();
        let mut next = Some(error);
        while let Some(error) = next {
            messages.push(error.to_string());
            next = error.source();
        }
        messages.reverse();
        Error { messages, hint: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut messages = self.messages.iter().rev();
        f.write_str(messages.next().map_or("", String::as_str))?;
        messages.try_for_each(|message| write!(f, ": {message}"))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        Error::with_sources(&error)
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Failed(failure)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut messages = error.messages.into_iter().rev();
        Failure { message: messages.next().unwrap_or_default(), causes: messages.collect(), hint: error.hint }
    }
}

/// A failure that another element returned.
#[derive(Clone, Debug)]
pub struct Failed(pub Failure);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        self.0.causes.iter().try_for_each(|cause| write!(f, ": {cause}"))
    }
}

/// Puts a message in front of an error.
pub trait Context<T> {
    /// Says what was tried, in lower case and without a full stop.
    ///
    /// # Errors
    ///
    /// Fails with the message and the error behind it.
    fn context(self, message: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<Error>> Context<T> for std::result::Result<T, E> {
    fn context(self, message: impl Into<String>) -> Result<T> {
        self.map_err(|error| error.into().context(message))
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, message: impl Into<String>) -> Result<T> {
        self.ok_or_else(|| Error::new(message))
    }
}

/// Returns an [`Error`] with a formatted message.
#[macro_export]
macro_rules! bail {
    ($($message:tt)*) => {
        return ::core::result::Result::Err($crate::Error::new(::std::format!($($message)*)))
    };
}
