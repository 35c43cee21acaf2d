//! Copies within trees whose owners and nodes are written down.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;

use nix::Result;
use nix::sys::stat::{FileStat, SFlag};
use nix::unistd::{getegid, geteuid};

use super::handle::{errno, kind_of};
use super::{Attributes, Handle, MAX_DEPTH, PRIVATE, Spot, TOO_DEEP};
use crate::sys::stop::Stop;

/// Copies what has a name to another name, with all below it.
pub(super) fn copy(from: &Spot, to: &Spot, stop: Stop) -> Result<()> {
    Copier { stop, linked: BTreeMap::new() }.copy(from, to, MAX_DEPTH)
}

/// A copy that is under way.
struct Copier {
    stop: Stop,
    /// Where the files with several names went, by device and inode.
    linked: BTreeMap<(u64, u64), Spot>,
}

impl Copier {
    fn copy(&mut self, from: &Spot, to: &Spot, levels: usize) -> Result<()> {
        self.stop.cancelled()?;
        let below = levels.checked_sub(1).ok_or(TOO_DEEP)?;
        let original = from.handle()?;
        let stat = original.stat()?;
        if kind_of(&stat) == SFlag::S_IFDIR {
            to.make_directory()?;
            let made = to.handle()?;
            for entry in original.entries()? {
                self.copy(&entry, &made.child(entry.c_name().to_owned()), below)?;
            }
        } else {
            let key = (stat.st_dev, stat.st_ino);
            if let Some(first) = self.linked.get(&key) {
                return first.link_as(to);
            }
            copy_file(&original, &stat, to)?;
            if stat.st_nlink > 1 {
                self.linked.insert(key, to.sibling(to.c_name().to_owned()));
            }
        }
        to.handle()?.apply(&attributes(&original, &stat)?)
    }
}

fn copy_file(original: &Handle, stat: &FileStat, to: &Spot) -> Result<()> {
    match kind_of(stat) {
        SFlag::S_IFREG => {
            let (mut content, mut copy) = (original.read()?, to.create(PRIVATE)?);
            io::copy(&mut content, &mut copy).map(drop).map_err(|error| errno(&error))
        }
        SFlag::S_IFLNK => to.make_link(&original.link_target()?),
        kind => to.make_node(kind, stat.st_rdev),
    }
}

/// What a copy takes over. Of times it is those that a hook has set: others
/// differ from one rehearsal to the next.
fn attributes(original: &Handle, stat: &FileStat) -> Result<Attributes> {
    let is_link = kind_of(stat) == SFlag::S_IFLNK;
    let names = if is_link { Vec::new() } else { original.extended_names()? };
    let extended = names.into_iter().map(|name| {
        let value = original.extended(&name)?.unwrap_or_default();
        Ok((name, value))
    });
    let (user, group) = owners(original, stat);
    Ok(Attributes {
        mode: (!is_link).then_some(stat.st_mode & 0o7777),
        user: Some(user),
        group: Some(group),
        modified: original.recorded().and_then(|record| record.modified),
        extended: extended.collect::<Result<Vec<(OsString, Vec<u8>)>>>()?,
    })
}

/// Outside of a tree with a ledger, what belongs to this process's user would
/// belong to root if root ran it.
fn owners(original: &Handle, stat: &FileStat) -> (u32, u32) {
    if original.recorded().is_some() {
        return (stat.st_uid, stat.st_gid);
    }
    let user = if stat.st_uid == geteuid().as_raw() { 0 } else { stat.st_uid };
    let group = if stat.st_gid == getegid().as_raw() { 0 } else { stat.st_gid };
    (user, group)
}
