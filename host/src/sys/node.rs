//! Nodes of block devices, where nothing makes them.
//!
//! On a machine the kernel does (devtmpfs). A container has a `/dev` of its
//! own, as it was when the container was started.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, Result};
use nix::sys::stat::{Mode, SFlag, makedev, mknod};

/// Makes the node of a block device where there is none; whether it did.
pub(super) fn ensure_node(path: &Path) -> Result<bool> {
    let number = device_number(path)?;
    match path.symlink_metadata() {
        Ok(node) if node.rdev() == number => return Ok(false),
        // It was left by a device of that name which had another number.
        Ok(_) => fs::remove_file(path)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    mknod(path, SFlag::S_IFBLK, Mode::from_bits_truncate(0o660), number)?;
    Ok(true)
}

/// The number of the block device that has a path's name.
fn device_number(path: &Path) -> Result<u64> {
    let name = path.file_name().context("a device has no name")?.to_string_lossy();
    let attribute = format!("/sys/class/block/{name}/dev");
    let numbers = fs::read_to_string(&attribute).with_context(|| format!("reading {attribute}"))?;
    let (major, minor) = numbers.trim_end().split_once(':').context("a device has no number")?;
    Ok(makedev(major.parse()?, minor.parse()?))
}
