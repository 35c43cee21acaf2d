//! How large the disk is, and whether everything on it has room.

use std::path::{Path, PathBuf};

use super::DiskPlan;
use crate::plan::layout::ext4::Ext;
use crate::plan::layout::place::{largest_disk, place, too_large};
use crate::plan::layout::volumes::place_groups;
use crate::plan::layout::{
    Base, DiskContent, FileSystem, FsKind, Layout, LayoutError, PartitionSize, TableLabel, Usage,
    UsageByMount, VolumeSize,
};
use crate::spec::DiskSpec;

/// Disks are whole mebibytes: every format and cloud takes those.
const DISK_UNIT: u64 = 1 << 20;

/// What a file system other than ext spends on itself, as a share of its content.
const OTHER_OVERHEAD_SHARE: u64 = 10;

/// What decides the size.
pub(super) struct Planner<'a> {
    pub(super) layout: &'a Layout,
    pub(super) disk: &'a DiskSpec,
    pub(super) usage: &'a UsageByMount,
    /// The size of the disk, where it is given.
    pub(super) fixed: Option<u64>,
}

impl<'a> Planner<'a> {
    /// The smallest disk on which everything holds its content. Larger disks
    /// give each file system at least as much, so bisection finds it.
    pub(super) fn smallest(&self, needs: &[u64]) -> Result<DiskPlan, LayoutError> {
        let (mut low, mut high) = (0, self.largest() / DISK_UNIT);
        let mut best = self.try_size(needs, high * DISK_UNIT)?;
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match self.try_size(needs, middle * DISK_UNIT) {
                Ok(plan) => (best, high) = (plan, middle),
                Err(_) => low = middle,
            }
        }
        Ok(best)
    }

    /// The disk at this size, without its file systems, for which there is room.
    pub(super) fn try_size(&self, needs: &[u64], size: u64) -> Result<DiskPlan, LayoutError> {
        let Layout { name, block_size, content, .. } = self.layout;
        let table = match content {
            DiskContent::FileSystem(_) => None,
            DiskContent::Partitions(table) => Some(place(table, name, *block_size, size)?),
        };
        let groups = table.as_ref().map_or(Ok(Vec::new()), |table| place_groups(self.layout, table))?;
        let plan = DiskPlan { size, block_size: *block_size, table, groups, file_systems: Vec::new() };
        for ((base, fs), needed) in self.layout.file_systems().into_iter().zip(needs) {
            let size = plan.extents(base).iter().map(|extent| extent.length).sum();
            if size < *needed {
                return Err(LayoutError::TooSmall { node: fs.name.clone(), size, needed: *needed });
            }
        }
        Ok(plan)
    }

    fn largest(&self) -> u64 {
        largest_disk(self.label(), self.layout.block_size)
    }

    /// A disk without a table ends where one with GPT does.
    fn label(&self) -> TableLabel {
        match &self.layout.content {
            DiskContent::Partitions(table) => table.label,
            DiskContent::FileSystem(_) => TableLabel::Gpt,
        }
    }

    /// What each file system needs, in the order of [`Layout::file_systems`].
    pub(super) fn needs(&self) -> Result<Vec<u64>, LayoutError> {
        let all = self.layout.file_systems().into_iter();
        all.map(|(base, fs)| self.needed(fs, self.fixed.is_some() || self.is_given(base))).collect()
    }

    /// Whether the layout says how large something is.
    fn is_given(&self, base: Base) -> bool {
        let partition = |index: usize| match &self.layout.content {
            DiskContent::Partitions(table) => {
                matches!(table.partitions[index].size, PartitionSize::Bytes(_))
            }
            DiskContent::FileSystem(_) => false,
        };
        match base {
            Base::Disk => false,
            Base::Partition(index) => partition(index),
            Base::Volume(index) => self.layout.volumes().nth(index).is_some_and(|(group, volume)| {
                matches!(volume.size, VolumeSize::Extents(_))
                    || group.physical.iter().all(|physical| partition(physical.partition))
            }),
        }
    }

    /// What a file system needs. Where its size was given, that is its
    /// content without any reserve: the caller chose how much is free.
    fn needed(&self, fs: &'a FileSystem, fixed: bool) -> Result<u64, LayoutError> {
        let usage = self.usage_of(fs);
        let floor = fs.kind.minimum_size();
        if fixed && usage == Usage::default() {
            return Ok(floor);
        }
        let extra = if self.is_root(fs) { self.disk.extra_size } else { 0 };
        let reserve = if fixed { 0 } else { Ext::reserve(usage) + extra };
        let needed = match fs.kind {
            kind if kind.is_ext() => self.ext(fs)?.minimum(usage, reserve),
            FsKind::Swap => 0,
            _ => usage.bytes + usage.bytes / OTHER_OVERHEAD_SHARE + reserve,
        };
        Ok(needed.max(floor))
    }

    pub(super) fn ext(&self, fs: &'a FileSystem) -> Result<Ext<'a>, LayoutError> {
        Ext::new(fs, self.is_root(fs), self.disk)
    }

    /// Nothing reaches beyond the disk that the table can describe: not the
    /// disk, not what is to be left free, and not a root that grows.
    pub(super) fn check_limits(&self) -> Result<(), LayoutError> {
        let limit = self.largest();
        let asked = [self.fixed, Some(self.disk.extra_size), self.disk.max_online_resize];
        match asked.into_iter().flatten().find(|size| *size > limit) {
            Some(size) => Err(too_large(self.label(), &self.layout.name, size, limit)),
            None => Ok(()),
        }
    }

    fn usage_of(&self, fs: &FileSystem) -> Usage {
        let point: Option<&PathBuf> = fs.mount.as_ref().map(|mount| &mount.point);
        point.and_then(|point| self.usage.get(point)).copied().unwrap_or_default()
    }

    fn is_root(&self, fs: &FileSystem) -> bool {
        fs.mount.as_ref().is_some_and(|mount| mount.point == Path::new("/"))
    }
}
