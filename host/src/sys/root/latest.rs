//! The directory that a file was written to last.
//!
//! Whoever writes many files writes most of them beside the one before. What a
//! directory's path led to is taken to be the same as long as nobody looked up
//! anything else: whatever changes it begins with that, or says
//! [`Root::forget`]. The directory was in the tree when it was found, and is
//! held by descriptor: no change of its path leads out of it.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::Result;

use super::{Root, Spot, parted, trimmed};

/// A directory with the path it was found by; absent where none is kept.
#[derive(Debug, Default)]
pub(super) struct Latest(Mutex<Option<(PathBuf, Arc<OwnedFd>)>>);

impl Latest {
    fn kept(&self) -> MutexGuard<'_, Option<(PathBuf, Arc<OwnedFd>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Root {
    /// A [`Root::spot`] for one of many files that are written one after the
    /// other: in the directory of the one before, as it was found, if the path
    /// is the same and nothing else was looked up since.
    ///
    /// # Errors
    ///
    /// Fails as [`Root::spot`] does.
    pub fn next_spot(&self, path: &Path) -> Result<Spot> {
        let path = trimmed(path);
        let (parent, name) = parted(&path)?;
        let same = self.latest.kept().as_ref().filter(|(path, _)| path == parent).map(|(_, it)| it.clone());
        let directory = match same {
            Some(directory) => directory,
            None => {
                let directory = self.directory(parent)?;
                *self.latest.kept() = Some((parent.to_owned(), directory.clone()));
                directory
            }
        };
        Ok(Spot::new(directory, name, self.ledger.clone()))
    }

    /// Has the directory of the next file looked up anew: for what may change
    /// the tree without this value.
    pub fn forget(&self) {
        *self.latest.kept() = None;
    }
}
