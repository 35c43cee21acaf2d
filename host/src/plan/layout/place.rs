//! Where partitions lie: from sizes as written to offsets in bytes.

use serde::Serialize;

use super::{LayoutError, PartitionSize, PartitionTable, TableLabel};

/// A run of bytes on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Extent {
    /// Offset from the start of the disk.
    pub start: u64,
    /// Bytes.
    pub length: u64,
}

impl Extent {
    /// The first byte behind it.
    pub fn end(self) -> u64 {
        self.start + self.length
    }
}

/// A partition with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PlacedPartition {
    /// Its number, as in `/dev/sda1`; MBR's logical partitions start at 5.
    pub number: u32,
    /// Its bytes.
    pub extent: Extent,
    /// Offset of the extended boot record in front of a logical partition.
    pub boot_record: Option<u64>,
}

/// A table with all places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlacedTable {
    /// In the order of [`PartitionTable::partitions`].
    pub partitions: Vec<PlacedPartition>,
    /// MBR's extended partition, where there are logical ones.
    pub extended: Option<PlacedPartition>,
}

/// Sectors that GPT's backup takes at the end: 32 of entries and a header.
const GPT_BACKUP_SECTORS: u64 = 33;

/// MBR counts sectors in 32 bits.
const MBR_SECTORS: u64 = u32::MAX as u64;

/// The largest disk a table can describe; GPT's limit is the one of ext4 and
/// of sizes in signed 64 bits.
pub(super) fn largest_disk(label: TableLabel, block_size: u32) -> u64 {
    match label {
        TableLabel::Mbr => MBR_SECTORS * u64::from(block_size),
        TableLabel::Gpt => 1 << 60,
    }
}

/// A disk beyond what its table can describe.
pub(super) fn too_large(label: TableLabel, disk: &str, size: u64, limit: u64) -> LayoutError {
    let disk = disk.to_owned();
    match label {
        TableLabel::Mbr => LayoutError::TooLargeForMbr { disk, size, limit },
        TableLabel::Gpt => LayoutError::TooLarge { disk, size, limit },
    }
}

/// Places the partitions of `table` on a disk of `size` bytes.
pub(super) fn place(
    table: &PartitionTable,
    disk: &str,
    block_size: u32,
    size: u64,
) -> Result<PlacedTable, LayoutError> {
    let mut placer = Placer::new(table, disk, block_size, size)?;
    for partition in &table.partitions {
        placer.add(&partition.name, partition.size, partition.primary)?;
    }
    Ok(PlacedTable { partitions: placer.placed, extended: placer.extended })
}

struct Placer<'a> {
    disk: &'a str,
    size: u64,
    /// Behind the last byte a partition can have.
    end: u64,
    align: u64,
    block: u64,
    next: u64,
    placed: Vec<PlacedPartition>,
    extended: Option<PlacedPartition>,
    logical: u32,
}

impl<'a> Placer<'a> {
    fn new(table: &PartitionTable, disk: &'a str, block_size: u32, size: u64) -> Result<Self, LayoutError> {
        let block = u64::from(block_size);
        let limit = largest_disk(table.label, block_size);
        if size > limit {
            return Err(too_large(table.label, disk, size, limit));
        }
        let end = match table.label {
            TableLabel::Mbr => size / block * block,
            TableLabel::Gpt => (size / block * block).saturating_sub(GPT_BACKUP_SECTORS * block),
        };
        let first = match table.label {
            TableLabel::Mbr => block,
            TableLabel::Gpt => (GPT_BACKUP_SECTORS + 1) * block,
        };
        let next = first.next_multiple_of(table.align);
        let (placed, extended) = (Vec::new(), None);
        Ok(Placer { disk, size, end, align: table.align, block, next, placed, extended, logical: 0 })
    }

    fn add(&mut self, name: &str, size: PartitionSize, primary: bool) -> Result<(), LayoutError> {
        let boot_record = (!primary).then_some(self.next);
        let start = if primary { self.next } else { self.next + self.align };
        let left = self.end.saturating_sub(start);
        let (length, wanted) = match size {
            PartitionSize::Bytes(bytes) => (bytes.next_multiple_of(self.block), bytes),
            PartitionSize::PercentOfRest(percent) => (percent.of(left) / self.align * self.align, self.align),
        };
        if length == 0 || length > left {
            let (disk, partition) = (self.disk.to_owned(), name.to_owned());
            return Err(LayoutError::NoRoom { disk, partition, wanted, left, size: self.size });
        }
        let number = if primary { self.placed.len() as u32 + 1 } else { self.logical(start - self.align) };
        self.placed.push(PlacedPartition { number, extent: Extent { start, length }, boot_record });
        self.next = (start + length).next_multiple_of(self.align);
        Ok(())
    }

    /// The number of the next logical partition. The first one opens the
    /// extended partition, which takes the rest of the disk.
    fn logical(&mut self, start: u64) -> u32 {
        let number = self.placed.len() as u32 + 1;
        let extent = Extent { start, length: self.end - start };
        self.extended.get_or_insert(PlacedPartition { number, extent, boot_record: None });
        self.logical += 1;
        4 + self.logical
    }
}
