//! A regular file that is being written.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write;

use nix::Result;
use nix::errno::Errno;
use nix::sys::time::TimeSpec;

use super::handle::{errno, kind_of};
use super::{Existing, Handle, Spot, Stage};
use nix::sys::stat::{Mode, SFlag};

/// Permissions of a new file of which nothing else is said.
const NEW: u32 = 0o644;

/// Permissions of a file that is not to be seen yet.
pub(super) const PRIVATE: Mode = Mode::S_IRUSR.union(Mode::S_IWUSR);

/// Attributes to give to a file; absent ones stay as they are.
#[derive(Clone, Debug, Default)]
pub struct Attributes {
    /// Permission bits.
    pub mode: Option<u32>,
    /// Number of the owning user.
    pub user: Option<u32>,
    /// Number of the owning group.
    pub group: Option<u32>,
    /// Time of the last change of the contents.
    pub modified: Option<TimeSpec>,
    /// Extended attributes.
    pub extended: Vec<(OsString, Vec<u8>)>,
}

impl Handle {
    /// Gives attributes to the file, in the order in which none undoes another.
    /// A symbolic link has no mode to set.
    ///
    /// # Errors
    ///
    /// Fails if the kernel refuses.
    pub fn apply(&self, attributes: &Attributes) -> Result<()> {
        let stat = self.stat()?;
        let (user, group) = (attributes.user.unwrap_or(stat.st_uid), attributes.group.unwrap_or(stat.st_gid));
        let new_owner = (user, group) != (stat.st_uid, stat.st_gid);
        if new_owner {
            self.set_owner(attributes.user, attributes.group)?;
        }
        let present = stat.st_mode & 0o7777;
        let mode = attributes.mode.unwrap_or(present);
        // A change of owner takes the set-user-id bits away.
        if (new_owner || mode != present) && kind_of(&stat) != SFlag::S_IFLNK {
            self.set_mode(mode)?;
        }
        for (name, value) in &attributes.extended {
            self.set_extended(name, value)?;
        }
        attributes.modified.map_or(Ok(()), |time| self.set_modified(time))
    }
}

/// The new contents of a regular file. Nothing is to be seen of them before
/// [`Draft::finish`]; dropped they leave no trace.
#[derive(Debug)]
pub struct Draft {
    stage: Stage,
    file: File,
    old: Option<Handle>,
}

impl Draft {
    /// Begins new contents for a place.
    ///
    /// # Errors
    ///
    /// Fails with `EISDIR` for a directory and `ENXIO` for what is no regular file either.
    pub fn begin(place: Spot) -> Result<Draft> {
        let old = place.existing()?;
        if let Some(old) = &old {
            old.require_regular()?;
        }
        let stage = Stage::beside(place)?;
        let file = stage.spot().create(PRIVATE)?;
        Ok(Draft { stage, file, old })
    }

    /// Whether something has the place already.
    pub fn replaces(&self) -> bool {
        self.old.is_some()
    }

    /// Adds to the contents.
    ///
    /// # Errors
    ///
    /// Fails if they cannot be written.
    pub fn write(&mut self, contents: &[u8]) -> Result<()> {
        self.file.write_all(contents).map_err(|error| errno(&error))
    }

    /// Puts the file in its place. Attributes that are not given are those of
    /// what it replaces, else mode 0644 and root's.
    ///
    /// # Errors
    ///
    /// Fails with `EEXIST` where something exists that must not.
    pub fn finish(self, attributes: &Attributes, existing: Existing) -> Result<()> {
        let mut complete = attributes.clone();
        let (mode, user, group) = self.inherited()?;
        complete.mode.get_or_insert(mode);
        complete.user.get_or_insert(user);
        complete.group.get_or_insert(group);
        complete.extended = self.inherited_extended(&attributes.extended)?;
        Handle::of(self.file, self.stage.spot()).apply(&complete)?;
        self.stage.settle(existing)
    }

    fn inherited(&self) -> Result<(u32, u32, u32)> {
        let Some(old) = &self.old else { return Ok((NEW, 0, 0)) };
        let stat = old.stat()?;
        Ok((stat.st_mode & 0o7777, stat.st_uid, stat.st_gid))
    }

    fn inherited_extended(&self, given: &[(OsString, Vec<u8>)]) -> Result<Vec<(OsString, Vec<u8>)>> {
        let Some(old) = &self.old else { return Ok(given.to_vec()) };
        let mut all = Vec::new();
        for name in old.extended_names()? {
            if let Some(value) = old.extended(&name)? {
                all.push((name, value));
            }
        }
        all.extend(given.iter().cloned());
        Ok(all)
    }
}

/// Writes a whole regular file where nothing exists, at its place, which costs
/// a third of what a [`Draft`] does. It is removed if it cannot be written.
///
/// # Errors
///
/// Fails with `EEXIST` where something exists, a symbolic link included.
pub fn write_new(place: &Spot, contents: &[u8], attributes: &Attributes) -> Result<()> {
    let mut complete = attributes.clone();
    let mode = *complete.mode.get_or_insert(NEW);
    let owners = (*complete.user.get_or_insert(0), *complete.group.get_or_insert(0));
    // Nobody but root of the build host reaches a tree while it is built.
    let first = if owners == (0, 0) { Mode::from_bits_truncate(mode & 0o777) } else { PRIVATE };
    let mut file = place.create(first)?;
    let filled = file.write_all(contents).map_err(|error| errno(&error));
    filled.and_then(|()| Handle::of(file, place).apply(&complete)).or_else(|error| {
        place.remove_file()?;
        Err(error)
    })
}

/// Writes a whole regular file, as a [`Draft`] does.
///
/// # Errors
///
/// Fails as [`Draft::begin`] and [`Draft::finish`] do.
pub fn write(place: Spot, contents: &[u8], attributes: &Attributes, existing: Existing) -> Result<()> {
    match (write_new(&place, contents, attributes), existing) {
        (Err(Errno::EEXIST), Existing::Keep) => Ok(()),
        (Err(Errno::EEXIST), Existing::Replace) => {
            let mut draft = Draft::begin(place)?;
            draft.write(contents)?;
            draft.finish(attributes, existing)
        }
        (result, _) => result,
    }
}

/// Adds to the end of a regular file, which is made if there is none.
///
/// # Errors
///
/// Fails as [`Draft::begin`] does.
pub fn append(place: Spot, contents: &[u8]) -> Result<()> {
    match place.existing()? {
        Some(old) => old.append()?.write_all(contents).map_err(|error| errno(&error)),
        None => write(place, contents, &Attributes::default(), Existing::Fail),
    }
}
