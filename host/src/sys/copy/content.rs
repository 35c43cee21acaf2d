//! The content of a regular file.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::copy_file_range;
use nix::unistd::{Whence, lseek64};

use crate::sys::stop::Stop;

/// The size of a thread's buffer.
pub(super) const BUFFER: usize = 256 * 1024;

/// The size from which content is worth the calls that may avoid copying it through a buffer.
const LARGE: u64 = 128 * 1024;

/// Copies one file or device with its holes.
pub(super) fn copy_file(source: &Path, destination: &Path) -> Result<u64> {
    let mut source = File::open(source)?;
    let destination = File::options().write(true).truncate(true).open(destination)?;
    // Devices have no length of their own, and no holes.
    let size = source.seek(SeekFrom::End(0))?;
    let has_holes = source.metadata()?.is_file();
    Transfer::new(Stop::default()).copy(&source, &destination, size, has_holes, &mut vec![0; BUFFER])
}

/// How much is copied before the next look at whether it is to go on.
const STEP: usize = 64 << 20;

/// How content gets from one file to another: what the two file systems cannot
/// do is tried once, not for every file.
#[derive(Debug)]
pub(super) struct Transfer {
    clones: AtomicBool,
    ranges: AtomicBool,
    stop: Stop,
}

impl Transfer {
    pub(super) fn new(stop: Stop) -> Self {
        Self { clones: AtomicBool::new(true), ranges: AtomicBool::new(true), stop }
    }

    /// Copies all of `source`, `size` bytes with holes or without, to the empty `destination`;
    /// returns the bytes of content.
    pub(super) fn copy(
        &self,
        source: &File,
        destination: &File,
        size: u64,
        has_holes: bool,
        buffer: &mut [u8],
    ) -> Result<u64> {
        if size >= LARGE && self.clone(source, destination) {
            return Ok(size);
        }
        if !has_holes {
            return self.copy_range(source, destination, 0..size, buffer);
        }
        let mut copied = 0;
        for_each_extent(source, 0..size, |extent| {
            copied += self.copy_range(source, destination, extent, buffer)?;
            Ok(())
        })?;
        destination.set_len(size).context("setting its size")?;
        Ok(copied)
    }

    /// Has the destination share the source's blocks, where the file system can.
    #[expect(unsafe_code, reason = "FICLONE has no wrapper")]
    fn clone(&self, source: &File, destination: &File) -> bool {
        if !self.clones.load(Ordering::Relaxed) {
            return false;
        }
        // SAFETY: both descriptors are open for the length of the call.
        let result = unsafe { libc::ioctl(destination.as_raw_fd(), libc::FICLONE, source.as_raw_fd()) };
        let cloned = result == 0;
        self.clones.store(cloned, Ordering::Relaxed);
        cloned
    }

    fn copy_range(
        &self,
        source: &File,
        destination: &File,
        extent: std::ops::Range<u64>,
        buffer: &mut [u8],
    ) -> Result<u64> {
        let mut at = extent.start;
        while at < extent.end {
            self.stop.check()?;
            let wanted = usize::try_from(extent.end - at).unwrap_or(STEP).min(STEP);
            let length = match self.within_kernel(source, destination, at, wanted)? {
                Some(length) => length,
                None => through_buffer(source, destination, at, wanted, buffer)?,
            };
            if length == 0 {
                break;
            }
            at += length as u64;
        }
        Ok(at - extent.start)
    }

    /// Copies some bytes without their leaving the kernel; `None` where it does not.
    fn within_kernel(&self, from: &File, to: &File, at: u64, wanted: usize) -> Result<Option<usize>> {
        if (wanted as u64) < LARGE || !self.ranges.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut offsets: [i64; 2] = [at.cast_signed(); 2];
        let [source_at, destination_at] = &mut offsets;
        match copy_file_range(from, Some(source_at), to, Some(destination_at), wanted) {
            // Some file systems (procfs) say so where there is content all the same.
            Ok(0) => Ok(None),
            Ok(length) => Ok(Some(length)),
            Err(Errno::EXDEV | Errno::EINVAL | Errno::EOPNOTSUPP | Errno::ENOSYS | Errno::EPERM) => {
                self.ranges.store(false, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) => Err(error).context("copying its content"),
        }
    }
}

fn through_buffer(from: &File, to: &File, at: u64, wanted: usize, buffer: &mut [u8]) -> Result<usize> {
    let room = wanted.min(buffer.len());
    let length = loop {
        match from.read_at(&mut buffer[..room], at) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            result => break result.context("reading its content")?,
        }
    };
    to.write_all_at(&buffer[..length], at).context("writing its content")?;
    Ok(length)
}

/// The bytes of a file that are not in holes.
pub(in crate::sys) fn data_length(file: &File, size: u64) -> Result<u64> {
    let mut total = 0;
    for_each_extent(file, 0..size, |extent| {
        total += extent.end - extent.start;
        Ok(())
    })?;
    Ok(total)
}

/// Calls `visit` for each stretch of a part of a file that is not a hole.
pub(super) fn for_each_extent(
    file: &File,
    part: std::ops::Range<u64>,
    mut visit: impl FnMut(std::ops::Range<u64>) -> Result<()>,
) -> Result<()> {
    let seek = |at: u64, whence| lseek64(file, at.cast_signed(), whence).map(i64::cast_unsigned);
    let mut at = part.start;
    while at < part.end {
        let start = match seek(at, Whence::SeekData) {
            Ok(start) if start < part.end => start,
            // Only a hole follows.
            Ok(_) | Err(Errno::ENXIO) => break,
            Err(error) => return Err(error).context("looking for its holes"),
        };
        let end = seek(start, Whence::SeekHole).context("looking for its holes")?.min(part.end);
        visit(start..end)?;
        at = end;
    }
    Ok(())
}
