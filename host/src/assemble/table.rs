//! Partition tables, written to a disk.

use std::fs::File;

use anyhow::{Context, Result};

use crate::plan::layout::{DiskPlan, Identity, PartitionTable, PlacedTable, TableLabel};

mod gpt;
mod mbr;

/// Writes the partition table of `plan` to an empty disk.
///
/// # Errors
///
/// Fails where the disk cannot be written, or a partition has a type of the
/// other kind of table.
pub fn write(
    disk: &mut File,
    table: &PartitionTable,
    placed: &PlacedTable,
    plan: &DiskPlan,
    identity: &Identity,
) -> Result<()> {
    match table.label {
        TableLabel::Mbr => {
            mbr::write(disk, table, placed, plan, identity).context("writing the master boot record")
        }
        TableLabel::Gpt => {
            gpt::write(disk, table, placed, plan, identity).context("writing the partition table")
        }
    }?;
    disk.sync_all().context("writing out the partition table")
}

#[cfg(test)]
mod tests;
