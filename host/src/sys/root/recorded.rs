//! Copies within trees whose owners and nodes are written down.

use std::ffi::OsString;
use std::io;

use nix::Result;
use nix::errno::Errno;
use nix::sys::stat::{FileStat, SFlag};
use nix::sys::time::TimeSpec;
use nix::unistd::{getegid, geteuid};

use super::handle::{errno, kind_of};
use super::{Attributes, Handle, MAX_DEPTH, Spot};

/// Copies what has a name to another name, with all below it.
pub(super) fn copy(from: &Spot, to: &Spot) -> Result<()> {
    copy_level(from, to, MAX_DEPTH)
}

fn copy_level(from: &Spot, to: &Spot, levels: usize) -> Result<()> {
    let below = levels.checked_sub(1).ok_or(Errno::ENAMETOOLONG)?;
    let original = from.handle()?;
    let stat = original.stat()?;
    match kind_of(&stat) {
        SFlag::S_IFDIR => {
            to.make_directory()?;
            let made = to.handle()?;
            for entry in original.entries()? {
                copy_level(&entry, &made.child(entry.c_name().to_owned())?, below)?;
            }
        }
        SFlag::S_IFREG => {
            let (mut content, mut copy) = (original.read()?, to.create()?);
            io::copy(&mut content, &mut copy).map_err(|error| errno(&error))?;
        }
        SFlag::S_IFLNK => to.make_link(&original.link_target()?)?,
        kind => to.make_node(kind, stat.st_rdev)?,
    }
    to.handle()?.apply(&attributes(&original, &stat)?)
}

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
        modified: original.recorded().map_or_else(
            || Some(TimeSpec::new(stat.st_mtime, stat.st_mtime_nsec)).filter(|_| !is_link),
            |record| record.modified,
        ),
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
