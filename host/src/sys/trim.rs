//! Discarding what a mounted file system does not use.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;

/// `struct fstrim_range` of `linux/fs.h`.
#[repr(C)]
#[derive(Debug)]
struct Range {
    start: u64,
    length: u64,
    minimum: u64,
}

/// `_IOWR('X', 121, struct fstrim_range)`.
const FITRIM: libc::Ioctl = 0xC018_5879;

/// `_IO(0x12, 119)`
const BLKDISCARD: libc::Ioctl = 0x1277;

/// Tells a block device that nobody needs these bytes any more. On a loop
/// device they become a hole in the file behind it.
///
/// # Errors
///
/// Fails where the device cannot discard.
#[expect(unsafe_code, reason = "BLKDISCARD has no wrapper")]
pub fn discard(device: &File, start: u64, length: u64) -> Result<()> {
    let range = [start, length];
    // SAFETY: the descriptor is open and `range` is the pair of numbers that BLKDISCARD reads.
    let result = unsafe { libc::ioctl(device.as_raw_fd(), BLKDISCARD, range.as_ptr()) };
    Errno::result(result).map(drop).with_context(|| format!("discarding {length} bytes at {start}"))
}

/// Discards every free block of the file system mounted at `path`.
///
/// On a loop device each discarded block becomes a hole in the file behind it.
/// Returns the bytes discarded; ext4 does not count again what it has already
/// discarded since the mount. Where the file system that holds the image knows
/// no holes, nothing is discarded: the image is right, only larger than it
/// need be, which is logged.
#[expect(unsafe_code, reason = "FITRIM has no wrapper")]
pub fn fstrim(path: &Path) -> Result<u64> {
    let directory = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut range = Range { start: 0, length: u64::MAX, minimum: 0 };
    // SAFETY: the descriptor is open and `range` has the layout FITRIM reads and writes.
    let result = unsafe { libc::ioctl(directory.as_raw_fd(), FITRIM, &raw mut range) };
    Errno::result(result).with_context(|| format!("discarding the unused blocks of {}", path.display()))?;
    Ok(range.length)
}
