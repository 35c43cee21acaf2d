//! Where logical volumes lie: from extents to bytes of the disk.
//!
//! Each volume takes the first physical volume that holds it whole, so that
//! it is one run of bytes; only where none does it is spread over several.

use serde::Serialize;

use super::place::{Extent, PlacedTable};
use super::{Layout, LayoutError, VolumeGroup, VolumeSize};

/// What a physical volume keeps in front of its extents for its label and the
/// group's description: LVM's own default.
const METADATA: u64 = 1 << 20;

/// A volume group with its places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlacedGroup {
    /// In the order of [`VolumeGroup::physical`].
    pub physical: Vec<PlacedPhysical>,
    /// In the order of [`VolumeGroup::logical`].
    pub volumes: Vec<PlacedVolume>,
}

/// A physical volume with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlacedPhysical {
    /// The partition's bytes.
    pub extent: Extent,
    /// Bytes in front of its first extent.
    pub metadata: u64,
    /// How many extents it has.
    pub extents: u64,
}

/// A logical volume with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlacedVolume {
    /// Its extents, in its own order.
    pub runs: Vec<Run>,
    /// The same as bytes of the disk.
    pub bytes: Vec<Extent>,
}

/// Extents that follow each other on one physical volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Index into the group's physical volumes.
    pub physical: usize,
    /// The first extent there.
    pub first: u64,
    /// How many.
    pub count: u64,
}

/// Places the volumes of all groups on the partitions of `table`.
pub(super) fn place_groups(layout: &Layout, table: &PlacedTable) -> Result<Vec<PlacedGroup>, LayoutError> {
    layout.volume_groups.iter().map(|group| place_group(group, table)).collect()
}

fn place_group(group: &VolumeGroup, table: &PlacedTable) -> Result<PlacedGroup, LayoutError> {
    let physical = group.physical.iter().map(|volume| {
        let extent = table.partitions[volume.partition].extent;
        let extents = extent.length.saturating_sub(METADATA) / group.extent_size;
        PlacedPhysical { extent, metadata: METADATA, extents }
    });
    let physical: Vec<_> = physical.collect();
    let total: u64 = physical.iter().map(|volume| volume.extents).sum();
    let mut allocator = Allocator { physical: &physical, used: vec![0; physical.len()] };
    let mut volumes = Vec::new();
    for volume in &group.logical {
        let left = allocator.left();
        let count = match volume.size {
            VolumeSize::Extents(count) => count,
            VolumeSize::PercentOfGroup(percent) => percent.of(total),
            VolumeSize::PercentOfFree(percent) => percent.of(left),
        };
        if count == 0 || count > left {
            let (wanted, left) = (count.max(1) * group.extent_size, left * group.extent_size);
            let (group, volume) = (group.name.clone(), volume.name.clone());
            return Err(LayoutError::NoExtents { group, volume, wanted, left });
        }
        let runs = allocator.take(count);
        let bytes = runs.iter().map(|run| physical[run.physical].bytes(*run, group.extent_size)).collect();
        volumes.push(PlacedVolume { runs, bytes });
    }
    Ok(PlacedGroup { physical, volumes })
}

impl PlacedPhysical {
    fn bytes(&self, run: Run, extent_size: u64) -> Extent {
        let start = self.extent.start + self.metadata + run.first * extent_size;
        Extent { start, length: run.count * extent_size }
    }
}

/// What is taken of each physical volume, from its start on.
struct Allocator<'a> {
    physical: &'a [PlacedPhysical],
    used: Vec<u64>,
}

impl Allocator<'_> {
    fn left(&self) -> u64 {
        (0..self.used.len()).map(|index| self.left_on(index)).sum()
    }

    fn left_on(&self, index: usize) -> u64 {
        self.physical[index].extents - self.used[index]
    }

    /// Takes extents that are there.
    fn take(&mut self, mut count: u64) -> Vec<Run> {
        let all = 0..self.used.len();
        let whole = all.clone().find(|index| self.left_on(*index) >= count);
        let mut runs = Vec::new();
        for physical in whole.map_or(all, |index| index..index + 1) {
            let taken = count.min(self.left_on(physical));
            if taken > 0 {
                runs.push(Run { physical, first: self.used[physical], count: taken });
                self.used[physical] += taken;
                count -= taken;
            }
        }
        runs
    }
}
