//! Inode flags that `chattr` sets and `lsattr` shows.

use std::fs::{self, File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;

/// `FS_IMMUTABLE_FL` of `linux/fs.h`.
const IMMUTABLE: libc::c_long = 0x10;

/// `FS_APPEND_FL` of `linux/fs.h`.
const APPEND_ONLY: libc::c_long = 0x20;

mod ioctl {
    nix::ioctl_read!(
        /// `FS_IOC_GETFLAGS` of `linux/fs.h`.
        get_flags, b'f', 1, libc::c_long
    );
    nix::ioctl_write_ptr!(
        /// `FS_IOC_SETFLAGS` of `linux/fs.h`.
        set_flags, b'f', 2, libc::c_long
    );
}

/// Whether a regular file or directory has the immutable flag. A file system
/// without such flags answers no.
///
/// # Errors
///
/// Fails if the file cannot be opened or the kernel refuses for another reason.
pub fn is_immutable(path: &Path) -> Result<bool> {
    let flags = open(path).and_then(|file| get(&file));
    let flags = flags.with_context(|| format!("reading the inode flags of {}", path.display()))?;
    Ok(flags & IMMUTABLE != 0)
}

/// Gives a regular file the immutable flag.
///
/// # Errors
///
/// Fails if the file cannot be opened or the kernel refuses, for a file system
/// without such flags too.
pub fn make_immutable(path: &Path) -> Result<()> {
    let made = open(path).and_then(|file| set(&file, get(&file)? | IMMUTABLE));
    made.with_context(|| format!("making {} immutable", path.display()))
}

/// Takes the flags that keep files from being removed from all files of a
/// directory's file system. Links are not followed.
///
/// # Errors
///
/// Fails if a directory cannot be listed or the kernel refuses.
pub fn make_removable(directory: &Path) -> Result<()> {
    let context = |path: &Path| format!("making {} removable", path.display());
    let device = fs::symlink_metadata(directory).with_context(|| context(directory))?.dev();
    let mut left = vec![directory.to_owned()];
    while let Some(path) = left.pop() {
        let stat = fs::symlink_metadata(&path).with_context(|| context(&path))?;
        if stat.dev() != device || !(stat.is_dir() || stat.is_file()) {
            continue;
        }
        clear(&path).with_context(|| context(&path))?;
        if stat.is_dir() {
            for entry in fs::read_dir(&path).with_context(|| context(&path))? {
                left.push(entry.with_context(|| context(&path))?.path());
            }
        }
    }
    Ok(())
}

fn clear(path: &Path) -> Result<()> {
    let file = open(path)?;
    let flags = get(&file)?;
    let cleared = flags & !(IMMUTABLE | APPEND_ONLY);
    if cleared == flags { Ok(()) } else { set(&file, cleared) }
}

fn open(path: &Path) -> Result<File> {
    Ok(OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)?)
}

/// The flags; none on a file system that has no such flags.
fn get(file: &File) -> Result<libc::c_long> {
    let mut flags: libc::c_long = 0;
    // SAFETY: the descriptor is open for the whole call, and the kernel
    // writes at most one long, for which `flags` has room.
    #[expect(unsafe_code, reason = "no safe wrapper for FS_IOC_GETFLAGS")]
    let result = unsafe { ioctl::get_flags(file.as_raw_fd(), &raw mut flags) };
    match result {
        Ok(_) => Ok(flags),
        Err(Errno::ENOTTY | Errno::EOPNOTSUPP | Errno::ENOSYS) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

fn set(file: &File, flags: libc::c_long) -> Result<()> {
    // SAFETY: the descriptor is open for the whole call, and the kernel reads
    // at most one long from `flags`.
    #[expect(unsafe_code, reason = "no safe wrapper for FS_IOC_SETFLAGS")]
    let result = unsafe { ioctl::set_flags(file.as_raw_fd(), &raw const flags) };
    result.map(drop).map_err(Into::into)
}
