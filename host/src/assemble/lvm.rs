//! LVM's volume groups, written without LVM's tools and the kernel's device
//! mapper: containers and many build hosts have neither.
//!
//! A volume group is what its physical volumes say of it: each begins with a
//! [`label`] that leads to a text in which the whole group is [described](describe).
//! Linear volumes are runs of bytes, which the image's [volumes](super::volume)
//! reach as parts of the disk. A machine that boots the image finds a group as
//! `vgcreate` and `lvcreate` would have made it.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::plan::layout::{DiskPlan, Identity, Layout, PlacedGroup, VolumeGroup};

mod crc;
mod describe;
mod label;

/// Writes label and description to every physical volume; `partitions` are
/// the nodes of the disk's partitions.
pub(super) fn write(
    partitions: &[PathBuf],
    layout: &Layout,
    plan: &DiskPlan,
    identity: &Identity,
) -> Result<()> {
    let mut groups = layout.volume_groups.iter().zip(&plan.groups);
    groups.try_for_each(|(group, placed)| write_group(partitions, group, placed, identity))
}

fn write_group(
    partitions: &[PathBuf],
    group: &VolumeGroup,
    placed: &PlacedGroup,
    identity: &Identity,
) -> Result<()> {
    let text = describe::group(group, placed, identity);
    for (volume, place) in group.physical.iter().zip(&placed.physical) {
        let context = || format!("writing the physical volume '{}' of group '{}'", volume.name, group.name);
        let head = label::head(&describe::physical_id(&volume.name, identity), place, &text);
        let node = partitions.get(volume.partition).context("the partition is missing");
        let node = node.with_context(context)?;
        let device = OpenOptions::new().write(true).open(node).with_context(context)?;
        device.write_all_at(&head.with_context(context)?, 0).with_context(context)?;
        device.sync_all().with_context(context)?;
    }
    Ok(())
}
