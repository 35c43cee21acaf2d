//! Owners, extended attributes, modes and times.
//!
//! Their order matters: changing the owner drops setuid bits and
//! capabilities, writing content drops capabilities, an access control list
//! changes the mode, and everything changes the times.

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::AtFlags;
use nix::sys::stat::{FchmodatFlags, FileStat, Mode, UtimensatFlags, fchmod, fchmodat, futimens, utimensat};
use nix::sys::time::TimeSpec;
use nix::unistd::{Gid, Uid, fchown, fchownat, getegid, geteuid};
use xattr::FileExt;

/// The extended attributes that belong to a file; others (`btrfs.`, `lustre.`, `system.nfs4_acl`)
/// describe the file system it is on.
const PORTABLE: [&[u8]; 4] = [b"user.", b"trusted.", b"security.", b"system.posix_acl_"];

/// The owner that what this process makes gets without being given one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Maker {
    uid: u32,
    gid: u32,
}

impl Maker {
    pub(super) fn current() -> Self {
        Self { uid: geteuid().as_raw(), gid: getegid().as_raw() }
    }

    fn made_owner_of(self, stat: &FileStat) -> bool {
        (self.uid, self.gid) == (stat.st_uid, stat.st_gid)
    }
}

/// Gives an open file or directory the attributes of another.
pub(super) fn copy_open(from: &File, to: &File, stat: &FileStat) -> Result<()> {
    fchown(to, Some(Uid::from_raw(stat.st_uid)), Some(Gid::from_raw(stat.st_gid)))
        .context("setting its owner")?;
    for name in names(from.list_xattr())? {
        let value = from.get_xattr(&name).with_context(|| attribute("reading", &name))?;
        if let Some(value) = value {
            to.set_xattr(&name, &value).with_context(|| attribute("setting", &name))?;
        }
    }
    fchmod(to, mode(stat)).context("setting its mode")?;
    let (accessed, modified) = times(stat);
    futimens(to, &accessed, &modified).context("setting its times")
}

/// Gives a link or special file, which cannot be opened, the attributes of another.
pub(super) fn copy_named(
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    name: &CStr,
    stat: &FileStat,
    maker: Maker,
) -> Result<()> {
    let is_link = stat.st_mode & libc::S_IFMT == libc::S_IFLNK;
    if !maker.made_owner_of(stat) {
        let (uid, gid) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
        fchownat(to, name, Some(uid), Some(gid), AtFlags::AT_SYMLINK_NOFOLLOW)
            .context("setting its owner")?;
    }
    let (source, target) = (path_of(from, name), path_of(to, name));
    for attribute_name in names(xattr::list(&source))? {
        let value = xattr::get(&source, &attribute_name);
        if let Some(value) = value.with_context(|| attribute("reading", &attribute_name))? {
            xattr::set(&target, &attribute_name, &value)
                .with_context(|| attribute("setting", &attribute_name))?;
        }
    }
    if !is_link {
        fchmodat(to, name, mode(stat), FchmodatFlags::FollowSymlink).context("setting its mode")?;
    }
    let (accessed, modified) = times(stat);
    utimensat(to, name, &accessed, &modified, UtimensatFlags::NoFollowSymlink).context("setting its times")
}

/// The attributes of a list that are to be copied; none where the file system has no such thing.
fn names(list: std::io::Result<xattr::XAttrs>) -> Result<Vec<std::ffi::OsString>> {
    let unsupported = |error: &std::io::Error| error.raw_os_error() == Some(Errno::EOPNOTSUPP as i32);
    match list {
        Ok(names) => Ok(names.filter(|name| portable(name)).collect()),
        Err(error) if unsupported(&error) => Ok(Vec::new()),
        Err(error) => Err(error).context("listing its extended attributes"),
    }
}

fn portable(name: &OsStr) -> bool {
    PORTABLE.iter().any(|prefix| name.as_bytes().starts_with(prefix))
}

fn attribute(action: &str, name: &OsStr) -> String {
    format!("{action} its extended attribute {}", name.display())
}

/// A path for the calls on extended attributes, which know no directory descriptors.
fn path_of(directory: BorrowedFd<'_>, name: &CStr) -> PathBuf {
    let directory = PathBuf::from(format!("/proc/self/fd/{}", directory.as_fd().as_raw_fd()));
    directory.join(OsStr::from_bytes(name.to_bytes()))
}

fn mode(stat: &FileStat) -> Mode {
    Mode::from_bits_truncate(stat.st_mode)
}

fn times(stat: &FileStat) -> (TimeSpec, TimeSpec) {
    (TimeSpec::new(stat.st_atime, stat.st_atime_nsec), TimeSpec::new(stat.st_mtime, stat.st_mtime_nsec))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_the_file_are_told_from_those_of_its_file_system() {
        for (name, expected) in [
            ("user.note", true),
            ("trusted.overlay.opaque", true),
            ("security.capability", true),
            ("system.posix_acl_default", true),
            ("system.nfs4_acl", false),
            ("btrfs.compression", false),
        ] {
            assert_eq!(portable(OsStr::new(name)), expected, "{name}");
        }
    }
}
