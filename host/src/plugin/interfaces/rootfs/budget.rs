//! How much the files of the image may grow by.

use std::collections::HashSet;
use std::path::Path;

use nix::sys::stat::{FileStat, SFlag};

use crate::plugin::bindings::wit::rootfs::Error;
use crate::plugin::limits::Limit;
use crate::plugin::state::State;
use crate::sys::root::{Handle, MAX_DEPTH, Spot, TOO_DEEP};

/// What a new file, directory, link or node counts besides its content.
const ENTRY: u64 = 4096;

/// The unit of `st_blocks`.
const STAT_BLOCK: u64 = 512;

impl State {
    /// Counts bytes that are to be written.
    pub(super) fn spend(&self, bytes: usize) -> Result<(), Error> {
        self.spend_bytes(bytes as u64)
    }

    /// Counts a new file of any kind, with what it holds.
    pub(super) fn spend_entry(&self, bytes: usize) -> Result<(), Error> {
        self.spend_bytes(ENTRY.saturating_add(bytes as u64))
    }

    /// Makes a directory with those on the way, and counts them.
    pub(super) fn make_directories(&self, path: &Path) -> Result<(), Error> {
        let made = self.root.make_directories(path)?;
        self.spend_bytes(ENTRY.saturating_mul(made))
    }

    /// Counts what a copy of a file or a tree is going to hold.
    pub(super) fn spend_copy(&self, original: &Spot) -> Result<(), Error> {
        let device = original.stat()?.st_dev;
        Copy { state: self, device, linked: HashSet::new() }.spend(original, MAX_DEPTH)
    }

    fn spend_bytes(&self, bytes: u64) -> Result<(), Error> {
        if self.used.written.add(bytes) > self.limits().get(Limit::Written) {
            return Err(self.too_large(Limit::Written));
        }
        Ok(())
    }
}

/// A copy that is to be made.
struct Copy<'a> {
    state: &'a State,
    /// Of the file system that is copied; others that are mounted in it are not.
    device: u64,
    /// Files with several names that are counted.
    linked: HashSet<u64>,
}

impl Copy<'_> {
    fn spend(&mut self, spot: &Spot, levels: usize) -> Result<(), Error> {
        self.state.stop()?;
        let handle = spot.handle()?;
        let stat = handle.stat()?;
        self.state.spend_bytes(ENTRY)?;
        if stat.st_dev != self.device {
            return Ok(());
        }
        match handle.kind()? {
            SFlag::S_IFDIR => {
                let below = levels.checked_sub(1).ok_or(TOO_DEEP)?;
                handle.entries()?.iter().try_for_each(|entry| self.spend(entry, below))?;
            }
            SFlag::S_IFLNK => return self.state.spend_bytes(size(&stat)),
            _ if stat.st_nlink > 1 && !self.linked.insert(stat.st_ino) => return Ok(()),
            SFlag::S_IFREG => self.state.spend_bytes(self.content(&stat))?,
            _ => {}
        }
        self.state.spend_bytes(extended_size(&handle)?)
    }

    /// Bytes of a file's content without its holes, which a rehearsal fills.
    fn content(&self, stat: &FileStat) -> u64 {
        match self.state.context.rehearsal {
            Some(_) => size(stat),
            None => size(stat).min(stat.st_blocks.cast_unsigned().saturating_mul(STAT_BLOCK)),
        }
    }
}

fn size(stat: &FileStat) -> u64 {
    stat.st_size.cast_unsigned()
}

fn extended_size(handle: &Handle) -> Result<u64, Error> {
    let mut bytes = 0;
    for name in handle.extended_names()? {
        bytes += name.len() as u64 + handle.extended(&name)?.map_or(0, |value| value.len() as u64);
    }
    Ok(bytes)
}
