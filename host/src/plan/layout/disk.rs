//! The size of the disk and everything on it.

use serde::Serialize;

use super::mkfs::{command, uuid_of};
use super::place::{Extent, PlacedTable};
use super::volumes::PlacedGroup;
use super::{Base, Identity, Layout, LayoutError, UsageByMount};
use crate::spec::DiskSpec;

mod planner;

use planner::Planner;

/// The exact disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DiskPlan {
    /// Bytes.
    pub size: u64,
    /// Logical sector size.
    pub block_size: u32,
    /// Absent where one file system takes the whole disk.
    pub table: Option<PlacedTable>,
    /// LVM's volume groups, in the order of the layout.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<PlacedGroup>,
    /// Partitions in the order of the disk, then logical volumes.
    pub file_systems: Vec<PlannedFileSystem>,
}

/// One file system with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedFileSystem {
    /// Name of its node.
    pub name: String,
    /// What it lies on.
    pub base: Base,
    /// Its bytes on the disk: one run, but for a logical volume that is spread
    /// over several physical ones.
    pub extents: Vec<Extent>,
    /// Its UUID; that of FAT is its first eight digits.
    pub uuid: String,
    /// The program that makes it with all arguments but the device.
    pub mkfs: Vec<String>,
}

impl PlannedFileSystem {
    /// Its bytes.
    pub fn size(&self) -> u64 {
        self.extents.iter().map(|extent| extent.length).sum()
    }
}

impl DiskPlan {
    /// The bytes of what a file system lies on.
    pub fn extents(&self, base: Base) -> Vec<Extent> {
        match (base, &self.table) {
            (Base::Partition(index), Some(table)) => vec![table.partitions[index].extent],
            (Base::Volume(index), _) => {
                let mut volumes = self.groups.iter().flat_map(|group| &group.volumes);
                volumes.nth(index).map(|volume| volume.bytes.clone()).unwrap_or_default()
            }
            _ => vec![Extent { start: 0, length: self.size }],
        }
    }
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
    let planner = Planner { layout, disk, usage, fixed: layout.size.or(disk.image_size) };
    planner.check_limits()?;
    let needs = planner.needs()?;
    let mut plan = match planner.fixed {
        Some(size) => planner.try_size(&needs, size)?,
        None => planner.smallest(&needs)?,
    };
    for (base, fs) in layout.file_systems() {
        let extents = plan.extents(base);
        let size = extents.iter().map(|extent| extent.length).sum();
        let mkfs = match fs.kind.is_ext() {
            true => {
                let ext = planner.ext(fs)?;
                ext.check_size(size)?;
                ext.command(size, identity)
            }
            false => command(fs, layout.block_size, identity),
        };
        let (name, uuid) = (fs.name.clone(), uuid_of(fs, identity));
        plan.file_systems.push(PlannedFileSystem { name, base, extents, uuid, mkfs });
    }
    Ok(plan)
}
