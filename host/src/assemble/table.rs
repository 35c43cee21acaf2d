//! Partition tables, written to a disk.

use std::fs::File;

use anyhow::{Context, Result};

use crate::plan::layout::{
    DiskContent, DiskPlan, Identity, Layout, Partition, PartitionTable, PlacedPartition, PlacedTable,
    TableLabel,
};

mod gpt;
mod mbr;

/// The partition table of a planned disk.
#[derive(Clone, Copy, Debug)]
pub struct DiskTable<'a> {
    table: &'a PartitionTable,
    placed: &'a PlacedTable,
    plan: &'a DiskPlan,
    identity: &'a Identity,
}

impl<'a> DiskTable<'a> {
    /// The table that `plan` has for `layout`, if it has one.
    pub fn of(layout: &'a Layout, plan: &'a DiskPlan, identity: &'a Identity) -> Option<DiskTable<'a>> {
        match (&layout.content, &plan.table) {
            (DiskContent::Partitions(table), Some(placed)) => {
                Some(DiskTable { table, placed, plan, identity })
            }
            _ => None,
        }
    }

    /// Where each partition lies.
    pub fn placed(&self) -> &'a [PlacedPartition] {
        &self.placed.partitions
    }

    /// Writes it to an empty disk.
    ///
    /// # Errors
    ///
    /// Fails where the disk cannot be written, or a partition has a type of the
    /// other kind of table.
    pub fn write(&self, disk: &mut File) -> Result<()> {
        match self.table.label {
            TableLabel::Mbr => mbr::write(self, disk).context("writing the master boot record"),
            TableLabel::Gpt => gpt::write(self, disk).context("writing the partition table"),
        }?;
        disk.sync_all().context("writing out the partition table")
    }

    /// The bytes of a sector.
    fn sector(&self) -> u64 {
        u64::from(self.plan.block_size)
    }

    fn partitions(&self) -> impl Iterator<Item = (&'a Partition, &'a PlacedPartition)> {
        self.table.partitions.iter().zip(&self.placed.partitions)
    }
}

#[cfg(test)]
mod tests;
