//! GUID partition tables.

use std::collections::BTreeMap;
use std::fs::File;

use anyhow::{Context, Result, ensure};
use gpt::disk::LogicalBlockSize;
use gpt::mbr::ProtectiveMBR;
use gpt::partition_types::{OperatingSystem, Type};

use super::DiskTable;
use crate::plan::layout::{Partition, PlacedPartition, TypeCode};

/// Writes the table, its backup and the protective record.
pub(super) fn write(table: &DiskTable<'_>, disk: &mut File) -> Result<()> {
    let sector = table.sector();
    let (size, kernel_sector) = match sector {
        4096 => (LogicalBlockSize::Lb4096, 4096),
        _ => (LogicalBlockSize::Lb512, 512),
    };
    ensure!(kernel_sector == sector, "a disk with sectors of {sector} bytes");
    let protected = u32::try_from(table.plan.size / sector - 1).unwrap_or(u32::MAX);
    ProtectiveMBR::with_lb_size(protected)
        .overwrite_lba0(disk)
        .context("writing the protective boot record")?;

    let config = gpt::GptConfig::new().writable(true).logical_block_size(size);
    let mut gpt = config.create_from_device(&mut *disk, Some(table.identity.uuid("disk")))?;
    gpt.update_partitions(gpt_entries(table)?)?;
    gpt.write()?;
    Ok(())
}

fn gpt_entries(table: &DiskTable<'_>) -> Result<BTreeMap<u32, gpt::partition::Partition>> {
    let sector = table.sector();
    let entry = |(partition, place): (&Partition, &PlacedPartition)| {
        let TypeCode::Gpt(guid) = partition.kind else {
            anyhow::bail!("partition '{}' has a type of mbr", partition.name);
        };
        let entry = gpt::partition::Partition {
            part_type_guid: Type { guid, os: OperatingSystem::None },
            part_guid: table.identity.uuid(&format!("partition {}", partition.name)),
            first_lba: place.extent.start / sector,
            last_lba: place.extent.end() / sector - 1,
            flags: 0,
            name: partition.name.clone(),
        };
        Ok((place.number, entry))
    };
    table.partitions().map(entry).collect()
}
