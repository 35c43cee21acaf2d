//! What the command line says when it fails.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::element::ElementError;
use crate::element::installed::NotInstalled;
use crate::plan::PlanError;

use super::style::Style;

/// An error for people: what happened, what to type next, and the exit status.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// Absent if it was told already.
    message: Option<String>,
    hint: Option<String>,
    status: u8,
}

impl Failure {
    /// Status of a request that cannot be met as it stands.
    const REQUEST: u8 = 2;

    /// Status of work that went wrong.
    const WORK: u8 = 1;

    /// What was asked for cannot be done; nothing was begun.
    pub fn request(message: impl Into<String>) -> Failure {
        Failure { message: Some(message.into()), hint: None, status: Failure::REQUEST }
    }

    /// Work went wrong.
    pub fn work(error: &anyhow::Error) -> Failure {
        Failure { message: Some(format!("{error:#}")), hint: None, status: Failure::WORK }
    }

    /// A failure that the report has told.
    pub(super) fn reported(status: u8) -> Failure {
        Failure { message: None, hint: None, status }
    }

    /// The same with the one status that old commands have for everything but
    /// the failure of a hook, which the report has told.
    pub(crate) fn of_old_command(self) -> Failure {
        if self.message.is_none() { self } else { Failure { status: Failure::WORK, ..self } }
    }

    /// The same with what to do about it.
    pub fn with_hint(self, hint: impl Into<String>) -> Failure {
        Failure { hint: Some(hint.into()), ..self }
    }

    /// Prints it; returns the status to exit with.
    pub(crate) fn report(&self) -> ExitCode {
        let style = Style::of(&io::stderr());
        let mut text = String::new();
        if let Some(message) = &self.message {
            text.push_str(&format!("{} {message}\n", style.error("error:")));
        }
        if let Some(hint) = &self.hint {
            text.push_str(&format!("{} {hint}\n", style.bold("hint:")));
        }
        // With stderr gone the status is all that can be told.
        let _ = io::stderr().write_all(text.as_bytes());
        ExitCode::from(self.status)
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        Failure { message: Some(error.to_string()), hint: error.hint(), status: Failure::REQUEST }
    }
}

impl From<ElementError> for Failure {
    fn from(error: ElementError) -> Self {
        PlanError::from(error).into()
    }
}

impl From<NotInstalled> for Failure {
    fn from(error: NotInstalled) -> Self {
        Failure::request(error.to_string()).with_hint(NotInstalled::HINT)
    }
}
