//! The content of a chroot's `/dev`.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use nix::errno::Errno;
use nix::sys::stat::{Mode, SFlag, fchmodat, makedev, mknod};

/// The options of its file system: room for nodes and for a program's mistake, no more.
pub(in crate::sys) const OPTIONS: &str = "mode=755,size=4m,nr_inodes=4096";

/// The options of its pseudo terminals, which are none of the machine's.
pub(in crate::sys) const PTS_OPTIONS: &str = "newinstance,ptmxmode=0666,mode=0620,gid=5";

/// The options of its shared memory.
pub(in crate::sys) const SHM_OPTIONS: &str = "mode=1777";

/// Character devices by name, major and minor number (`Documentation/admin-guide/devices.txt`).
///
/// The console is a second null: nothing in a build may write to the machine's.
const NODES: [(&str, u64, u64); 7] = [
    ("null", 1, 3),
    ("zero", 1, 5),
    ("full", 1, 7),
    ("random", 1, 8),
    ("urandom", 1, 9),
    ("tty", 5, 0),
    ("console", 1, 3),
];

/// Symbolic links by name and target.
pub(in crate::sys) const LINKS: [(&str, &str); 5] = [
    ("ptmx", "pts/ptmx"),
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
];

/// The character devices by name and number.
pub(in crate::sys) fn nodes() -> impl Iterator<Item = (&'static str, u64)> {
    NODES.into_iter().map(|(name, major, minor)| (name, makedev(major, minor)))
}

/// Fills an empty `/dev`.
pub(super) fn populate(dev: &Path) -> Result<()> {
    for (name, number) in nodes() {
        make_node(&dev.join(name), SFlag::S_IFCHR, 0o666, number)?;
    }
    for (name, target) in LINKS {
        let link = dev.join(name);
        symlink(target, &link).with_context(|| format!("making the link {}", link.display()))?;
    }
    Ok(())
}

/// Makes a node for a block device of the machine, under its own name; one that is there is kept.
pub(super) fn expose(device: &Path, dev: &Path) -> Result<()> {
    let (name, number) = block_device(device)?;
    make_node(&dev.join(name), SFlag::S_IFBLK, 0o660, number)
}

/// The name and the number of a block device of the machine.
pub(in crate::sys) fn block_device(device: &Path) -> Result<(OsString, u64)> {
    let context = || format!("showing {} in a chroot", device.display());
    let metadata = fs::metadata(device).with_context(context)?;
    ensure!(metadata.file_type().is_block_device(), "{} is no block device", device.display());
    Ok((device.file_name().with_context(context)?.to_owned(), metadata.rdev()))
}

fn make_node(path: &Path, kind: SFlag, mode: u32, device: u64) -> Result<()> {
    let mode = Mode::from_bits_truncate(mode);
    match mknod(path, kind, mode, device) {
        Ok(()) | Err(Errno::EEXIST) => {}
        Err(error) => {
            return Err(error).with_context(|| format!("making the device node {}", path.display()));
        }
    }
    // The umask has no say in it.
    let follow = nix::sys::stat::FchmodatFlags::FollowSymlink;
    fchmodat(nix::fcntl::AT_FDCWD, path, mode, follow)
        .with_context(|| format!("setting the mode of {}", path.display()))
}
