//! Prints results.

use std::io::{self, Write};

use serde::Serialize;

use super::Failure;

/// Prints a value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::work(&error.into()))?;
    print(&format!("{text}\n"))
}

/// Prints to stdout. A reader that has gone away, as `head` does, is no error.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::work(&anyhow::Error::new(error).context("writing to stdout")))
        }
        _ => Ok(()),
    }
}
