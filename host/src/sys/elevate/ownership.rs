//! Files given to another owner.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::sys::stat::{FileStat, Mode, SFlag, fstatat};
use nix::unistd::{Gid, Uid, fchownat};

/// From whom to whom files go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    /// What belongs to others stays theirs.
    pub(super) from: Uid,
    pub(super) to: (Uid, Gid),
    /// What has not changed since then stays, if a time is given.
    pub(super) since: Option<SystemTime>,
}

impl Transfer {
    /// Hands over a file, or a directory with all in it; what is not there, nobody misses.
    /// Symbolic links are handed over themselves, and not followed.
    pub(super) fn of(&self, path: &Path) -> Result<()> {
        let name = CString::new(path.as_os_str().as_encoded_bytes()).context("a path with a zero byte")?;
        self.of_entry(AT_FDCWD, &name)
    }

    fn of_entry(&self, directory: BorrowedFd<'_>, name: &CStr) -> Result<()> {
        let context = || format!("changing the owner of {}", name.to_string_lossy());
        let stat = match fstatat(directory, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
            Err(Errno::ENOENT) => return Ok(()),
            stat => stat.with_context(context)?,
        };
        if SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits()) == SFlag::S_IFDIR {
            self.of_content(directory, name).with_context(context)?;
        }
        if !self.is_due(&stat) {
            return Ok(());
        }
        let (owner, group) = self.to;
        fchownat(directory, name, Some(owner), Some(group), AtFlags::AT_SYMLINK_NOFOLLOW)
            .with_context(context)
    }

    fn of_content(&self, directory: BorrowedFd<'_>, name: &CStr) -> Result<()> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let mut content = Dir::openat(directory, name, flags, Mode::empty())?;
        let names: Vec<CString> =
            content.iter().map(|entry| Ok(entry?.file_name().to_owned())).collect::<Result<_, Errno>>()?;
        let inside = names.iter().filter(|name| !matches!(name.to_bytes(), b"." | b".."));
        inside.into_iter().try_for_each(|name| self.of_entry(content.as_fd(), name))
    }

    fn is_due(&self, stat: &FileStat) -> bool {
        let changed = (stat.st_ctime, stat.st_ctime_nsec);
        stat.st_uid == self.from.as_raw() && self.since.is_none_or(|since| changed >= parts(since))
    }
}

/// Seconds since 1970, and nanoseconds.
fn parts(time: SystemTime) -> (i64, i64) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    (since.as_secs().cast_signed(), i64::from(since.subsec_nanos()))
}
