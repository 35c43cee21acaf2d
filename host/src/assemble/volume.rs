//! A part of the disk as a block device.
//!
//! | part | device |
//! | --- | --- |
//! | a partition | known to the kernel as part of the disk, or a loop device of its own |
//! | a logical volume in one run | a loop device on these bytes |
//! | a logical volume in several runs | a loop device on a file that stands in for them |

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::plan::layout::{Extent, PlacedPartition};
use crate::sys::blkpg::{self, Partition};
use crate::sys::copy::copy_range;
use crate::sys::disk;
use crate::sys::loopdev::{LoopDevice, LoopOptions};

/// A part of the disk while it is attached.
#[derive(Debug)]
#[must_use = "dropping a volume detaches it"]
pub(crate) enum Volume {
    /// Known to the kernel as part of the whole disk.
    Partition(Partition),
    /// A loop device of its own.
    Run(LoopDevice),
    /// A loop device on a file with the bytes of all runs.
    Runs(LoopDevice, StandIn),
}

/// How a disk is attached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attachment<'a> {
    /// The file or device that is the disk.
    pub(crate) file: &'a Path,
    /// Its logical sector size.
    pub(crate) block_size: u32,
    /// Whether writing is refused.
    pub(crate) read_only: bool,
    /// Where files may stand that are gone in the end.
    pub(crate) scratch: &'a Path,
}

impl Volume {
    /// A partition of the attached disk `whole`.
    pub(crate) fn partition(
        whole: &LoopDevice,
        disk: Attachment<'_>,
        place: &PlacedPartition,
    ) -> Result<Volume> {
        let Extent { start, length } = place.extent;
        match blkpg::add_partition(whole, place.number, start, length) {
            Ok(partition) => Ok(Volume::Partition(partition)),
            Err(error) => {
                tracing::debug!("no partition, using a loop device of its own: {error:#}");
                Volume::attach(disk, &[place.extent])
            }
        }
    }

    /// These bytes of a disk. Several runs that can be written begin empty:
    /// whoever makes a disk makes their file system, too.
    pub(crate) fn attach(disk: Attachment<'_>, extents: &[Extent]) -> Result<Volume> {
        let options =
            LoopOptions { read_only: disk.read_only, block_size: disk.block_size, ..LoopOptions::default() };
        if let [extent] = extents {
            let options = LoopOptions { offset: extent.start, size_limit: extent.length, ..options };
            return LoopDevice::attach(disk.file, options).map(Volume::Run);
        }
        let stand_in = StandIn::new(disk, extents)?;
        let device = LoopDevice::attach(&stand_in.path, options)?;
        Ok(Volume::Runs(device, stand_in))
    }

    /// The device's node.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Volume::Partition(partition) => partition.path(),
            Volume::Run(device) | Volume::Runs(device, _) => device.path(),
        }
    }

    /// Detaches it; what a file stood in for gets the file's content.
    pub(crate) fn close(self) -> Result<()> {
        match self {
            Volume::Partition(partition) => partition.close(),
            Volume::Run(device) => device.close(),
            Volume::Runs(device, stand_in) => device.close().and_then(|()| stand_in.scatter()),
        }
    }
}

/// A file with the bytes of several runs; it is gone when this value ends.
#[derive(Debug)]
pub(crate) struct StandIn {
    path: PathBuf,
    content: File,
    extents: Vec<Extent>,
    disk: File,
    read_only: bool,
}

impl StandIn {
    /// The bytes of the disk, or, where they are to be written, none yet.
    fn new(disk: Attachment<'_>, extents: &[Extent]) -> Result<StandIn> {
        let start = extents.first().map_or(0, |extent| extent.start);
        let path = disk.scratch.join(format!("runs-at-{start}"));
        let file = OpenOptions::new().read(true).write(!disk.read_only).open(disk.file);
        let file = file.with_context(|| format!("opening {}", disk.file.display()))?;
        let content = disk::create_sparse(&path, extents.iter().map(|extent| extent.length).sum())?;
        let stand_in =
            StandIn { path, content, extents: extents.to_vec(), disk: file, read_only: disk.read_only };
        if disk.read_only {
            stand_in.each(|content, at, run| {
                copy_range(&stand_in.disk, run.start, content, at, run.length)
                    .context("reading a logical volume")
            })?;
        }
        Ok(stand_in)
    }

    /// Writes the content to where it belongs.
    fn scatter(self) -> Result<()> {
        if self.read_only {
            return Ok(());
        }
        self.each(|content, at, run| {
            copy_range(content, at, &self.disk, run.start, run.length).context("writing a logical volume")
        })?;
        self.disk.sync_all().context("writing out a logical volume")
    }

    /// Calls with each run and where its bytes stand in the file.
    fn each(&self, copy: impl Fn(&File, u64, &Extent) -> Result<()>) -> Result<()> {
        let mut at = 0;
        for extent in &self.extents {
            copy(&self.content, at, extent)?;
            at += extent.length;
        }
        Ok(())
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!("removing {}: {error}", self.path.display());
        }
    }
}
