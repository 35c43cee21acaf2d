//! The size of the disk and everything on it.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::ext4::Ext;
use super::place::{Extent, PlacedTable, largest_disk, place};
use super::{
    DiskContent, FileSystem, FsKind, Identity, Layout, LayoutError, Partition, PartitionSize, PartitionTable,
    Usage, UsageByMount,
};
use crate::spec::DiskSpec;

/// Disks are whole mebibytes: every format and cloud takes those.
const DISK_UNIT: u64 = 1 << 20;

/// What a file system other than ext spends on itself, as a share of its content.
const OTHER_OVERHEAD_SHARE: u64 = 10;

/// The exact disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DiskPlan {
    /// Bytes.
    pub size: u64,
    /// Logical sector size.
    pub block_size: u32,
    /// Absent where one file system takes the whole disk.
    pub table: Option<PlacedTable>,
    /// In the order of the disk.
    pub file_systems: Vec<PlannedFileSystem>,
}

/// One file system with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedFileSystem {
    /// Name of its node.
    pub name: String,
    /// Index into the layout's partitions.
    pub partition: Option<usize>,
    /// Its bytes on the disk.
    pub extent: Extent,
    /// Its UUID; that of FAT is its first eight digits.
    pub uuid: String,
    /// The program that makes it with all arguments but the device.
    pub mkfs: Vec<String>,
}

/// Plans the disk that holds trees of this usage.
///
/// With no size given anywhere it is just large enough: content, what the file
/// systems spend on themselves, and a reserve to boot with.
///
/// # Errors
///
/// Fails where a size that was given does not hold the content.
pub fn plan_disk(
    layout: &Layout,
    disk: &DiskSpec,
    usage: &UsageByMount,
    identity: &Identity,
) -> Result<DiskPlan, LayoutError> {
    let planner = Planner { layout, disk, usage };
    let fixed = layout.size.or(disk.image_size);
    let (size, table) = match &layout.content {
        DiskContent::FileSystem(fs) => (planner.whole(fs, fixed)?, None),
        DiskContent::Partitions(table) => {
            let (size, placed) = planner.partitioned(table, fixed)?;
            (size, Some(placed))
        }
    };
    let file_systems = layout.file_systems().into_iter().map(|(partition, fs)| {
        let whole = Extent { start: 0, length: size };
        let extent =
            partition.zip(table.as_ref()).map_or(whole, |(index, table)| table.partitions[index].extent);
        let mkfs = planner.mkfs(fs, extent.length, identity)?;
        Ok(PlannedFileSystem { name: fs.name.clone(), partition, extent, uuid: uuid_of(fs, identity), mkfs })
    });
    let file_systems = file_systems.collect::<Result<_, LayoutError>>()?;
    Ok(DiskPlan { size, block_size: layout.block_size, table, file_systems })
}

/// The UUID of a file system: as configured, else derived.
pub(super) fn uuid_of(fs: &FileSystem, identity: &Identity) -> String {
    fs.uuid.clone().unwrap_or_else(|| identity.uuid(&format!("file system {}", fs.name)).to_string())
}

struct Planner<'a> {
    layout: &'a Layout,
    disk: &'a DiskSpec,
    usage: &'a UsageByMount,
}

impl Planner<'_> {
    fn whole(&self, fs: &FileSystem, fixed: Option<u64>) -> Result<u64, LayoutError> {
        let needed = self.needed(fs, fixed.is_some())?;
        match fixed {
            Some(size) => holds(fs, size, needed).map(|()| size),
            None => Ok(needed.next_multiple_of(DISK_UNIT)),
        }
    }

    fn partitioned(
        &self,
        table: &PartitionTable,
        fixed: Option<u64>,
    ) -> Result<(u64, PlacedTable), LayoutError> {
        let needs = table.partitions.iter().map(|part| self.needed_by(part, fixed.is_some()));
        let needs = needs.collect::<Result<Vec<_>, _>>()?;
        self.check_growth(table)?;
        match fixed {
            Some(size) => self.try_size(table, &needs, size).map(|placed| (size, placed)),
            None => self.smallest(table, &needs),
        }
    }

    /// The smallest disk on which every partition holds its content. Larger
    /// disks give every partition at least as much, so bisection finds it.
    fn smallest(&self, table: &PartitionTable, needs: &[u64]) -> Result<(u64, PlacedTable), LayoutError> {
        let largest = largest_disk(table.label, self.layout.block_size) / DISK_UNIT;
        let (mut low, mut high) = (0, largest);
        let mut best = (high * DISK_UNIT, self.try_size(table, needs, high * DISK_UNIT)?);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match self.try_size(table, needs, middle * DISK_UNIT) {
                Ok(placed) => {
                    best = (middle * DISK_UNIT, placed);
                    high = middle;
                }
                Err(_) => low = middle,
            }
        }
        Ok(best)
    }

    fn try_size(&self, table: &PartitionTable, needs: &[u64], size: u64) -> Result<PlacedTable, LayoutError> {
        let placed = place(table, &self.layout.name, self.layout.block_size, size)?;
        for ((partition, place), needed) in table.partitions.iter().zip(&placed.partitions).zip(needs) {
            if let Some(fs) = &partition.content {
                holds(fs, place.extent.length, *needed)?;
            }
        }
        Ok(placed)
    }

    fn needed_by(&self, partition: &Partition, fixed: bool) -> Result<u64, LayoutError> {
        let fixed = fixed || matches!(partition.size, PartitionSize::Bytes(_));
        partition.content.as_ref().map_or(Ok(0), |fs| self.needed(fs, fixed))
    }

    /// What a file system needs. Where its size was given, that is its
    /// content without any reserve: the caller chose how much is free.
    fn needed(&self, fs: &FileSystem, fixed: bool) -> Result<u64, LayoutError> {
        let usage = self.usage_of(fs);
        let floor = fs.kind.minimum_size();
        if fixed && usage == Usage::default() {
            return Ok(floor);
        }
        let extra = if self.is_root(fs) { self.disk.extra_size } else { 0 };
        let reserve = if fixed { 0 } else { Ext::reserve(usage) + extra };
        let needed = match fs.kind {
            kind if kind.is_ext() => Ext::new(fs, self.is_root(fs), self.disk)?.minimum(usage, reserve),
            FsKind::Swap => 0,
            _ => usage.bytes + usage.bytes / OTHER_OVERHEAD_SHARE + reserve,
        };
        Ok(needed.max(floor))
    }

    fn mkfs(&self, fs: &FileSystem, size: u64, identity: &Identity) -> Result<Vec<String>, LayoutError> {
        if fs.kind.is_ext() {
            return Ok(Ext::new(fs, self.is_root(fs), self.disk)?.command(size, identity));
        }
        let uuid = uuid_of(fs, identity);
        let volume = uuid.replace('-', "").chars().take(8).collect::<String>();
        let mut args: Vec<String> = match fs.kind {
            FsKind::Xfs => {
                vec!["mkfs.xfs".into(), "-q".into(), "-f".into(), "-m".into(), format!("uuid={uuid}")]
            }
            FsKind::Vfat => {
                let sector = self.layout.block_size.to_string();
                vec!["mkfs.vfat".into(), "-S".into(), sector, "-i".into(), volume]
            }
            FsKind::Swap => vec!["mkswap".into(), "-q".into(), "-U".into(), uuid],
            _ => vec!["mkfs.btrfs".into(), "-q".into(), "-f".into(), "-U".into(), uuid],
        };
        let label = if fs.kind == FsKind::Vfat { "-n" } else { "-L" };
        args.extend([label.to_owned(), fs.label.clone()]);
        args.extend(fs.options.iter().cloned());
        Ok(args)
    }

    /// A root in an MBR partition ends where MBR does.
    fn check_growth(&self, table: &PartitionTable) -> Result<(), LayoutError> {
        let limit = largest_disk(table.label, self.layout.block_size);
        match self.disk.max_online_resize {
            Some(size) if size > limit => {
                Err(LayoutError::TooLargeForMbr { disk: self.layout.name.clone(), size, limit })
            }
            _ => Ok(()),
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

fn holds(fs: &FileSystem, size: u64, needed: u64) -> Result<(), LayoutError> {
    match size >= needed {
        true => Ok(()),
        false => Err(LayoutError::TooSmall { node: fs.name.clone(), size, needed }),
    }
}
