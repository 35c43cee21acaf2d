//! LVM's nodes, linked to the partitions that they lie on.

use super::*;
use crate::plan::layout::lvm_options::{extent_size, no_options, volume_size};

impl Nodes {
    /// Links physical volumes to partitions, groups to those, volumes to groups.
    pub(super) fn volume_groups(
        &mut self,
        content: &DiskContent,
        root: &RootDefaults,
    ) -> Result<Vec<VolumeGroup>, LayoutError> {
        let mut physical = Physical::new(std::mem::take(&mut self.physical), content)?;
        let mut groups = Vec::new();
        for node in std::mem::take(&mut self.groups) {
            let taken = physical.take(&node)?;
            groups.push(self.volume_group(node, taken, root)?);
        }
        physical.none_left()?;
        match self.logical.pop() {
            Some(left) => Err(dangling("lvs", &left.name, left.base, "vgs")),
            None => Ok(groups),
        }
    }

    fn volume_group(
        &mut self,
        node: GroupNode,
        physical: Vec<PhysicalVolume>,
        root: &RootDefaults,
    ) -> Result<VolumeGroup, LayoutError> {
        let extent_size = extent_size(&node.name, &node.options)?;
        let of_group = self.logical.extract_if(.., |volume| volume.base == node.name);
        let volumes: Vec<LogicalNode> = of_group.collect();
        let logical = volumes.into_iter().map(|volume| {
            let size = volume_size(&volume, extent_size)?;
            let content = self.file_system(&volume.name, root)?;
            Ok(LogicalVolume { name: volume.name, size, content })
        });
        let logical = logical.collect::<Result<_, LayoutError>>()?;
        Ok(VolumeGroup { name: node.name, extent_size, physical, logical })
    }
}

/// The physical volumes, and which group has each.
struct Physical {
    volumes: Vec<PhysicalVolume>,
    taken: Vec<(PhysicalVolume, String)>,
}

impl Physical {
    fn new(nodes: Vec<PhysicalNode>, content: &DiskContent) -> Result<Physical, LayoutError> {
        let mut volumes: Vec<PhysicalVolume> = Vec::new();
        for PhysicalNode { name, base, options } in nodes {
            no_options("pvs", &name, &options)?;
            let partition = bare_partition(&name, base, content)?;
            if let Some(first) = volumes.iter().find(|other| other.partition == partition) {
                return Err(crowded(&first.name, "partitions of physical volumes", &first.name, &name));
            }
            volumes.push(PhysicalVolume { name, partition });
        }
        Ok(Physical { volumes, taken: Vec::new() })
    }

    /// Takes what a group lies on.
    fn take(&mut self, group: &GroupNode) -> Result<Vec<PhysicalVolume>, LayoutError> {
        let mut all = Vec::new();
        for name in &group.base {
            if let Some((_, first)) = self.taken.iter().find(|(volume, _)| volume.name == *name) {
                return Err(crowded(name, "volume groups", first, &group.name));
            }
            let index = self.volumes.iter().position(|volume| volume.name == *name);
            let index = index.ok_or_else(|| dangling("vgs", &group.name, name.clone(), "pvs"))?;
            let volume = self.volumes.remove(index);
            self.taken.push((volume.clone(), group.name.clone()));
            all.push(volume);
        }
        match all.is_empty() {
            true => Err(LayoutError::MissingKey { kind: "vgs", node: group.name.clone(), key: "base" }),
            false => Ok(all),
        }
    }

    fn none_left(mut self) -> Result<(), LayoutError> {
        self.volumes.pop().map_or(Ok(()), |left| Err(LayoutError::UnusedPhysical(left.name)))
    }
}

/// The index of the partition that a physical volume takes.
fn bare_partition(volume: &str, base: String, content: &DiskContent) -> Result<usize, LayoutError> {
    let partitions = match content {
        DiskContent::FileSystem(_) => &[][..],
        DiskContent::Partitions(table) => &table.partitions,
    };
    let index = partitions.iter().position(|partition| partition.name == base);
    let index = index.ok_or_else(|| dangling("pvs", volume, base, "partition"))?;
    match &partitions[index] {
        Partition { name, content: Some(fs), .. } => Err(crowded(name, "contents", &fs.name, volume)),
        _ => Ok(index),
    }
}
