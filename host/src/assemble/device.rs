//! The raw image as a block device with its partitions.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::table;
use crate::plan::layout::{DiskContent, DiskPlan, Extent, Identity, Layout};
use crate::sys::blkpg::{self, Partition};
use crate::sys::loopdev::{LoopDevice, LoopOptions};

/// The attached image. The fields stand in the order of their release.
#[derive(Debug)]
pub(super) struct ImageDisk {
    volumes: Vec<Volume>,
    whole: LoopDevice,
}

/// A partition as a block device.
#[derive(Debug)]
enum Volume {
    /// Known to the kernel as part of the whole disk.
    Partition(Partition),
    /// A loop device of its own, where the kernel takes no partitions.
    Offset(LoopDevice),
}

impl Volume {
    fn path(&self) -> &Path {
        match self {
            Volume::Partition(partition) => partition.path(),
            Volume::Offset(device) => device.path(),
        }
    }

    fn close(self) -> Result<()> {
        match self {
            Volume::Partition(partition) => partition.close(),
            Volume::Offset(device) => device.close(),
        }
    }
}

impl ImageDisk {
    /// Attaches `file` and writes its partition table. The table is written
    /// after attaching: a kernel that scans new devices would otherwise make
    /// the partitions itself.
    pub(super) fn create(
        file: &Path,
        layout: &Layout,
        plan: &DiskPlan,
        identity: &Identity,
    ) -> Result<ImageDisk> {
        let partitions = plan.table.is_some();
        let whole = LoopDevice::attach(file, LoopOptions { partitions, ..LoopOptions::default() })?;
        let mut disk = ImageDisk { volumes: Vec::new(), whole };
        let (DiskContent::Partitions(table), Some(placed)) = (&layout.content, &plan.table) else {
            return Ok(disk);
        };
        let node = OpenOptions::new().read(true).write(true).open(disk.path());
        let mut node = node.with_context(|| format!("opening {}", disk.path().display()))?;
        table::write(&mut node, table, placed, plan, identity)?;
        drop(node);
        for partition in &placed.partitions {
            let volume = volume(&disk.whole, file, partition.number, partition.extent)?;
            disk.volumes.push(volume);
        }
        Ok(disk)
    }

    /// The whole disk's node.
    pub(super) fn path(&self) -> &Path {
        self.whole.path()
    }

    /// The partitions' nodes, in the order of the table.
    pub(super) fn volumes(&self) -> Vec<PathBuf> {
        self.volumes.iter().map(|volume| volume.path().to_owned()).collect()
    }

    /// Detaches everything; all are tried, and the first failure is reported.
    pub(super) fn close(self) -> Result<()> {
        let volumes: Vec<_> = self.volumes.into_iter().rev().map(Volume::close).collect();
        let whole = self.whole.close();
        volumes.into_iter().chain([whole]).collect()
    }
}

fn volume(whole: &LoopDevice, file: &Path, number: u32, extent: Extent) -> Result<Volume> {
    match blkpg::add_partition(whole, number, extent.start, extent.length) {
        Ok(partition) => Ok(Volume::Partition(partition)),
        Err(error) => {
            tracing::debug!("no partition, using a loop device of its own: {error:#}");
            let options =
                LoopOptions { offset: extent.start, size_limit: extent.length, ..LoopOptions::default() };
            LoopDevice::attach(file, options).map(Volume::Offset)
        }
    }
}
