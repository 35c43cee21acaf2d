//! Files that stand for disks, and the file systems that hold them.

use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use anyhow::{Context, Result};
use nix::fcntl::{FallocateFlags, fallocate};
use nix::sys::statvfs::statvfs;

/// The unit of `st_blocks`, whatever the file system's own block is.
const STAT_BLOCK: u64 = 512;

/// Creates a file of `size` bytes that takes no space until it is written.
pub fn create_sparse(path: &Path, size: u64) -> Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path);
    let file = file.with_context(|| format!("creating {}", path.display()))?;
    file.set_len(size).with_context(|| format!("giving {} a size of {size} bytes", path.display()))?;
    Ok(file)
}

/// Gives an existing file another size; what is added takes no space.
pub fn resize(path: &Path, size: u64) -> Result<()> {
    let file = OpenOptions::new().write(true).open(path);
    let file = file.with_context(|| format!("opening {}", path.display()))?;
    file.set_len(size).with_context(|| format!("giving {} a size of {size} bytes", path.display()))
}

/// Has bytes of a file or a block device read as zeroes and take no space.
///
/// # Errors
///
/// Fails where the file system or the device has no holes.
pub fn punch(file: &File, start: u64, length: u64) -> Result<()> {
    let flags = FallocateFlags::FALLOC_FL_PUNCH_HOLE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
    fallocate(file, flags, start.cast_signed(), length.cast_signed())
        .with_context(|| format!("making a hole of {length} bytes at {start}"))
}

/// The bytes of disk a file takes, which is less than its size where it has holes.
pub fn allocated(path: &Path) -> Result<u64> {
    let metadata = path.symlink_metadata().with_context(|| format!("looking at {}", path.display()))?;
    Ok(metadata.blocks() * STAT_BLOCK)
}

/// The bytes an ordinary user could still write to the file system that holds `path`.
pub fn free_space(path: &Path) -> Result<u64> {
    let facts = statvfs(path).with_context(|| format!("asking how much space {} has", path.display()))?;
    Ok(facts.blocks_available() * facts.fragment_size())
}

/// Writes everything the file system at `path` still holds in memory.
///
/// A write that fails late (a full disk under a sparse file, say) shows here;
/// an unmount would hide it.
pub fn sync_filesystem(path: &Path) -> Result<()> {
    let directory = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    nix::unistd::syncfs(&directory)
        .with_context(|| format!("writing out the file system at {}", path.display()))
}

nix::ioctl_none!(
    /// `BLKFLSBUF`.
    flush_buffers,
    0x12,
    97
);

/// Drops what is kept in memory of a block device, so that reads see what was
/// written to its partitions. A regular file has nothing of the kind.
#[expect(unsafe_code, reason = "an ioctl without an argument")]
pub fn forget_cached(device: &Path) -> Result<()> {
    let file = File::open(device).with_context(|| format!("opening {}", device.display()))?;
    if !file.metadata()?.file_type().is_block_device() {
        return Ok(());
    }
    // SAFETY: BLKFLSBUF takes no argument; the descriptor is open.
    unsafe { flush_buffers(file.as_raw_fd()) }
        .with_context(|| format!("dropping what is cached of {}", device.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparse_file_has_a_size_and_takes_no_space() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("disk.raw");
        let file = create_sparse(&path, 1 << 40).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 1 << 40);
        assert_eq!(allocated(&path).unwrap(), 0);
        resize(&path, 1 << 41).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 1 << 41);
    }

    #[test]
    fn an_existing_file_is_not_overwritten() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("disk.raw");
        std::fs::write(&path, "precious").unwrap();
        let error = create_sparse(&path, 4096).unwrap_err();
        assert_eq!(format!("{error:#}"), format!("creating {}: File exists (os error 17)", path.display()));
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    }

    #[test]
    fn free_space_of_a_missing_path_is_an_error_that_names_it() {
        let error = free_space(Path::new("/no/such/path")).unwrap_err();
        assert!(error.to_string().contains("/no/such/path"), "{error:#}");
        assert!(free_space(Path::new("/")).is_ok());
    }
}
