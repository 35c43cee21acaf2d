//! Something made beside its place and then put there in one step.

use std::ffi::CString;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::Result;
use nix::errno::Errno;
use nix::sys::stat::SFlag;

use super::handle::kind_of;
use super::{MAX_DEPTH, Spot, TOO_DEEP, recorded};
use crate::sys::copy;
use crate::sys::stop::Stop;

/// What is done where something exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is replaced in one step.
    Replace,
    /// It is kept, and that is fine.
    Keep,
    /// It is an error.
    Fail,
}

/// Whose a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owners {
    /// The owners of the original, by number.
    Kept,
    /// All belongs to root.
    Root,
}

/// A hidden name beside a place. What has the name is removed with this value,
/// unless it was [put](Stage::put) into the place.
#[derive(Debug)]
pub struct Stage {
    hidden: Spot,
    place: Spot,
    /// Whether nothing has the hidden name any more.
    settled: bool,
}

impl Stage {
    /// A free name beside `place`.
    ///
    /// # Errors
    ///
    /// Fails if a name has a zero byte, which this one has not.
    pub fn beside(place: Spot) -> Result<Stage> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!(".slate-{}-{count}", process::id());
        let hidden = place.sibling(CString::new(name).map_err(|_| Errno::EINVAL)?);
        Ok(Stage { hidden, place, settled: false })
    }

    /// The hidden name.
    pub fn spot(&self) -> &Spot {
        &self.hidden
    }

    /// Fills the hidden name with a directory that holds a copy of what has a
    /// name, under that name; gives the copy. A directory is copied with all
    /// below it.
    ///
    /// # Errors
    ///
    /// Fails if something cannot be copied; says which.
    pub fn copy(&self, original: &Spot, owners: Owners, stop: Stop) -> anyhow::Result<Spot> {
        self.hidden.make_directory()?;
        let inside = self.hidden.handle()?;
        let copy = inside.child(original.c_name().to_owned());
        if self.hidden.ledger().is_some() {
            recorded::copy(original, &copy, stop)?;
        } else {
            let inside = inside.process_path();
            copy::copy_entry(original.directory(), original.c_name(), &inside, stop)?;
        }
        if owners == Owners::Root {
            hand_to_root(&copy, MAX_DEPTH, stop)?;
        }
        Ok(copy)
    }

    /// Puts what was made, which may be below the hidden name, into the place.
    /// Directories are merged.
    ///
    /// # Errors
    ///
    /// Fails if a file is in a directory's way or the reverse, and with
    /// `EEXIST` where something exists that must not.
    pub fn put(&self, made: &Spot, existing: Existing) -> Result<()> {
        put_level(made, &self.place, existing, MAX_DEPTH)
    }
}

impl Stage {
    /// Puts the file that has the hidden name into the place.
    pub(super) fn settle(mut self, existing: Existing) -> Result<()> {
        put_level(&self.hidden, &self.place, existing, 0)?;
        // What was kept left the new file behind.
        self.settled = existing != Existing::Keep;
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        match self.hidden.remove_tree(Stop::never()) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(error) => tracing::warn!(%error, name = ?self.hidden.name(), "removing what was staged"),
        }
    }
}

fn put_level(made: &Spot, place: &Spot, existing: Existing, levels: usize) -> Result<()> {
    match made.rename_beside(place) {
        Err(Errno::EEXIST) => {}
        result => return result,
    }
    let new = kind_of(&made.stat()?);
    let old = kind_of(&place.stat()?);
    match (new == SFlag::S_IFDIR, old == SFlag::S_IFDIR) {
        (true, true) => merge(made, place, existing, levels),
        (_, _) if existing == Existing::Keep => Ok(()),
        (_, _) if existing == Existing::Fail => Err(Errno::EEXIST),
        (true, false) => Err(Errno::ENOTDIR),
        (false, true) => Err(Errno::EISDIR),
        (false, false) => made.rename_over(place),
    }
}

fn merge(made: &Spot, place: &Spot, existing: Existing, levels: usize) -> Result<()> {
    let below = levels.checked_sub(1).ok_or(TOO_DEEP)?;
    let target = place.handle()?;
    for entry in made.handle()?.entries()? {
        let place = target.child(entry.c_name().to_owned());
        put_level(&entry, &place, existing, below)?;
    }
    Ok(())
}

fn hand_to_root(spot: &Spot, levels: usize, stop: Stop) -> Result<()> {
    stop.cancelled()?;
    let handle = spot.handle()?;
    let stat = handle.stat()?;
    if (stat.st_uid, stat.st_gid) != (0, 0) {
        handle.set_owner(Some(0), Some(0))?;
        if kind_of(&stat) != SFlag::S_IFLNK {
            handle.set_mode(stat.st_mode)?;
        }
    }
    if kind_of(&stat) == SFlag::S_IFDIR {
        let below = levels.checked_sub(1).ok_or(TOO_DEEP)?;
        handle.entries()?.iter().try_for_each(|entry| hand_to_root(entry, below, stop))?;
    }
    Ok(())
}
