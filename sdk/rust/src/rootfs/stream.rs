//! Files piece by piece.

use super::Result;
use super::error::During;
use crate::bindings::wit::rootfs as wit;

/// Reads a file piece by piece.
#[derive(Debug)]
pub struct Reader {
    path: String,
    handle: wit::Reader,
}

/// Opens a file to be read piece by piece.
///
/// # Errors
///
/// Fails for what does not exist or is no regular file.
pub fn open(path: &str) -> Result<Reader> {
    let handle = wit::open(path).during("reading", path)?;
    Ok(Reader { path: path.to_owned(), handle })
}

impl Reader {
    /// The next piece, at most `limit` bytes and at most 1 MiB; empty at the end.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub fn read(&mut self, limit: u32) -> Result<Vec<u8>> {
        self.handle.read(limit).during("reading", &self.path)
    }
}

/// Writes a file piece by piece. Dropped unfinished it leaves no trace.
#[derive(Debug)]
#[must_use = "nothing is to be seen of the file before `finish` is called"]
pub struct Writer {
    path: String,
    handle: wit::Writer,
}

impl Writer {
    pub(super) fn new(path: &str, handle: wit::Writer) -> Self {
        Writer { path: path.to_owned(), handle }
    }

    /// Writes the next piece.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written.
    pub fn write(&mut self, contents: &[u8]) -> Result {
        self.handle.write(contents).during("writing", &self.path)
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written.
    pub fn finish(self) -> Result {
        wit::Writer::finish(self.handle).during("writing", &self.path)
    }
}
