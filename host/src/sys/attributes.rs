//! Inode flags that `chattr` sets and `lsattr` shows.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;

/// `FS_IMMUTABLE_FL` of `linux/fs.h`.
const IMMUTABLE: libc::c_long = 0x10;

mod ioctl {
    nix::ioctl_read!(
        /// `FS_IOC_GETFLAGS` of `linux/fs.h`.
        get_flags, b'f', 1, libc::c_long
    );
}

/// Whether a regular file or directory has the immutable flag. A file system
/// without such flags answers no.
///
/// # Errors
///
/// Fails if the file cannot be opened or the kernel refuses for another reason.
pub fn is_immutable(path: &Path) -> Result<bool> {
    let context = || format!("reading the inode flags of {}", path.display());
    let file = File::open(path).with_context(context)?;
    let mut flags: libc::c_long = 0;
    // SAFETY: the descriptor is open for the whole call, and the kernel
    // writes at most one long, for which `flags` has room.
    #[expect(unsafe_code, reason = "no safe wrapper for FS_IOC_GETFLAGS")]
    let result = unsafe { ioctl::get_flags(file.as_raw_fd(), &raw mut flags) };
    match result {
        Ok(_) => Ok(flags & IMMUTABLE != 0),
        Err(Errno::ENOTTY | Errno::EOPNOTSUPP | Errno::ENOSYS) => Ok(false),
        Err(error) => Err(error).with_context(context),
    }
}
