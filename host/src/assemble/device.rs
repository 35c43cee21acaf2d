//! The raw image as a block device with its partitions and volumes.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::lvm;
use super::table::DiskTable;
use super::volume::{Attachment, Volume};
use crate::plan::layout::{DiskPlan, Identity, Layout};
use crate::sys::loopdev::{LoopDevice, LoopOptions};

/// The attached image. The fields stand in the order of their release.
#[derive(Debug)]
pub(super) struct ImageDisk {
    logical: Vec<Volume>,
    partitions: Vec<Volume>,
    whole: LoopDevice,
}

impl ImageDisk {
    /// Attaches `file`, and writes its partition table and volume groups. They
    /// are written after attaching: a kernel that scans new devices would
    /// otherwise make the partitions itself.
    pub(super) fn create(
        file: &Path,
        scratch: &Path,
        layout: &Layout,
        plan: &DiskPlan,
        identity: &Identity,
    ) -> Result<ImageDisk> {
        let (partitions, block_size) = (plan.table.is_some(), plan.block_size);
        let options = LoopOptions { partitions, block_size, ..LoopOptions::default() };
        let whole = LoopDevice::attach(file, options)?;
        let mut disk = ImageDisk { logical: Vec::new(), partitions: Vec::new(), whole };
        let Some(table) = DiskTable::of(layout, plan, identity) else { return Ok(disk) };
        let node = OpenOptions::new().read(true).write(true).open(disk.path());
        let mut node = node.with_context(|| format!("opening {}", disk.path().display()))?;
        table.write(&mut node)?;
        drop(node);
        let attachment = Attachment { file, block_size, read_only: false, scratch };
        for partition in table.placed() {
            disk.partitions.push(Volume::partition(&disk.whole, attachment, partition)?);
        }
        lvm::write(&disk.partitions(), layout, plan, identity)?;
        for volume in plan.groups.iter().flat_map(|group| &group.volumes) {
            disk.logical.push(Volume::attach(attachment, &volume.bytes)?);
        }
        Ok(disk)
    }

    /// The whole disk's node.
    pub(super) fn path(&self) -> &Path {
        self.whole.path()
    }

    /// The partitions' nodes, in the order of the table.
    pub(super) fn partitions(&self) -> Vec<PathBuf> {
        self.partitions.iter().map(|volume| volume.path().to_owned()).collect()
    }

    /// The logical volumes' nodes, in the order of the layout.
    pub(super) fn logical(&self) -> Vec<PathBuf> {
        self.logical.iter().map(|volume| volume.path().to_owned()).collect()
    }

    /// Detaches everything; all are tried, and the first failure is reported.
    pub(super) fn close(self) -> Result<()> {
        let volumes = self.logical.into_iter().chain(self.partitions.into_iter().rev());
        let volumes: Vec<_> = volumes.map(Volume::close).collect();
        let whole = self.whole.close();
        volumes.into_iter().chain([whole]).collect()
    }
}
