//! Partitions of a loop device, told to the kernel one by one.
//!
//! No kernel code that reads partition tables takes part: the planner knows
//! where its partitions are. Kernels without such code, and containers where
//! nobody makes device nodes, work alike.

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::errno::Errno;

use super::loopdev::LoopDevice;
use super::node::ensure_node;

const BLKPG: libc::Ioctl = 0x1269;
const BLKPG_ADD_PARTITION: i32 = 1;
const BLKPG_DEL_PARTITION: i32 = 2;

/// How often deleting is tried while someone (a scanner of new devices) has the partition open.
const DELETE_ATTEMPTS: u32 = 50;

/// The pause between two attempts.
const DELETE_PAUSE: Duration = Duration::from_millis(100);

/// `struct blkpg_partition` of `linux/blkpg.h`.
#[repr(C)]
#[derive(Debug)]
struct Extent {
    start: i64,
    length: i64,
    number: i32,
    device_name: [u8; 64],
    volume_name: [u8; 64],
}

/// `struct blkpg_ioctl_arg`.
#[repr(C)]
#[derive(Debug)]
struct Request {
    operation: i32,
    flags: i32,
    length: i32,
    data: *mut Extent,
}

/// A partition that the kernel knows as long as this value lives, and no longer than its loop device.
///
/// It keeps the device open: end it before the [`LoopDevice`].
#[derive(Debug)]
#[must_use = "dropping a partition deletes it"]
pub struct Partition {
    disk: File,
    number: i32,
    path: PathBuf,
    /// Whether the node was made here, where nothing else makes them.
    made_node: bool,
    known: bool,
}

/// Tells the kernel that partition `number` of `device` begins at byte `start` and is `length` bytes long.
///
/// The device must have been attached with [`super::loopdev::LoopOptions::partitions`].
pub fn add_partition(device: &LoopDevice, number: u32, start: u64, length: u64) -> Result<Partition> {
    let path = PathBuf::from(format!("{}p{number}", device.path().display()));
    let context = || format!("adding the partition {} ({length} bytes at {start})", path.display());
    let number = i32::try_from(number).with_context(context)?;
    let extent = extent(number, start, length).with_context(context)?;
    let disk = device.device()?.try_clone().with_context(context)?;
    request(&disk, BLKPG_ADD_PARTITION, extent).with_context(context)?;
    let mut partition = Partition { disk, number, path: path.clone(), made_node: false, known: true };
    partition.made_node = ensure_node(&path).with_context(context)?;
    Ok(partition)
}

impl Partition {
    /// The partition's node, such as `/dev/loop0p1`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Has the kernel forget the partition; what is on it stays.
    pub fn close(mut self) -> Result<()> {
        self.delete()
    }

    fn delete(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.known) {
            return Ok(());
        }
        let context = || format!("deleting the partition {}", self.path.display());
        delete_patiently(&self.disk, self.number).with_context(context)?;
        if self.made_node {
            fs::remove_file(&self.path).with_context(context)?;
        }
        Ok(())
    }
}

impl Drop for Partition {
    fn drop(&mut self) {
        if let Err(error) = self.delete() {
            tracing::warn!("a partition stays behind: {error:#}");
        }
    }
}

fn delete_patiently(disk: &File, number: i32) -> Result<()> {
    let mut attempt = 1;
    loop {
        match request(disk, BLKPG_DEL_PARTITION, extent(number, 0, 0)?) {
            Err(error) if busy(&error) && attempt < DELETE_ATTEMPTS => {
                attempt += 1;
                std::thread::sleep(DELETE_PAUSE);
            }
            result => return result,
        }
    }
}

fn busy(error: &anyhow::Error) -> bool {
    error.downcast_ref() == Some(&Errno::EBUSY)
}

fn extent(number: i32, start: u64, length: u64) -> Result<Extent> {
    let (start, length) = (start.try_into()?, length.try_into()?);
    Ok(Extent { start, length, number, device_name: [0; 64], volume_name: [0; 64] })
}

#[expect(unsafe_code, reason = "ioctl")]
fn request(disk: &File, operation: i32, mut extent: Extent) -> Result<()> {
    let length = i32::try_from(size_of::<Extent>())?;
    let request = Request { operation, flags: 0, length, data: &raw mut extent };
    // SAFETY: the descriptor is open; `request` has the layout BLKPG reads, and
    // what it points to lives until the call returns.
    let result = unsafe { libc::ioctl(disk.as_raw_fd(), BLKPG, &raw const request) };
    Ok(Errno::result(result).map(drop)?)
}
