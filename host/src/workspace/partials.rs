//! Outputs that are not complete yet, noted where the next build finds them.
//!
//! They stand beside the outputs, outside of the workspace: a note is a
//! symbolic link in it that leads there.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// End of the names of outputs that are not complete.
pub const PARTIAL: &str = ".partial";

/// The notes of one build.
#[derive(Debug)]
pub struct Partials {
    directory: PathBuf,
}

impl Partials {
    /// Notes in this directory, which exists.
    pub fn new(directory: &Path) -> Partials {
        Partials { directory: directory.to_owned() }
    }

    /// Notes a file that is to be made.
    ///
    /// # Errors
    ///
    /// Fails if the note cannot be written.
    pub fn note(&self, file: &Path) -> io::Result<()> {
        let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        symlink(std::path::absolute(file)?, self.directory.join(name))
    }

    /// Removes the files that are noted and still there. Whatever a note says,
    /// nothing but a regular file of such a name goes.
    ///
    /// # Errors
    ///
    /// Fails if the notes cannot be read or a file cannot be removed.
    pub fn remove(&self) -> Result<()> {
        let context = || format!("reading the notes in {}", self.directory.display());
        let notes = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            notes => notes.with_context(context)?,
        };
        for note in notes {
            let Ok(file) = fs::read_link(note.with_context(context)?.path()) else { continue };
            let is_partial = file.is_absolute() && file.to_string_lossy().ends_with(PARTIAL);
            if is_partial && file.symlink_metadata().is_ok_and(|found| found.is_file()) {
                fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_partial_files_are_removed() {
        let (notes, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let partials = Partials::new(notes.path());
        let half = place.path().join(".x.raw.abc123.partial");
        let whole = place.path().join("x.raw");
        for file in [&half, &whole] {
            fs::write(file, "").unwrap();
            partials.note(file).unwrap();
        }
        partials.note(&place.path().join(".gone.partial")).unwrap();
        partials.remove().unwrap();
        assert!(!half.exists() && whole.exists());
    }
}
