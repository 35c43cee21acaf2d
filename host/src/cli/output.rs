//! Prints results.

use std::io::{self, Write};

use super::Failure;

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
