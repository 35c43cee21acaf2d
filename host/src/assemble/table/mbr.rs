//! Master boot records, and the chain of extended ones.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use anyhow::{Context, Result};

use super::DiskTable;
use crate::plan::layout::{Extent, Partition, PlacedPartition, TypeCode};

/// Where MBR's boot code ends and its disk signature begins.
const SIGNATURE_OFFSET: usize = 440;
/// Where the four entries of an MBR or extended boot record begin.
const ENTRIES_OFFSET: usize = 446;
/// Bytes of an entry.
const ENTRY: usize = 16;
/// The last two bytes of a boot record.
const BOOT_MAGIC: [u8; 2] = [0x55, 0xAA];
/// The active flag.
const ACTIVE: u8 = 0x80;
/// Type of the entry that leads from one extended boot record to the next.
const NEXT_RECORD: u8 = 0x05;
/// The geometry that firmware assumes of a disk that is addressed by sector.
const HEADS: u64 = 255;
const SECTORS_PER_TRACK: u64 = 63;
/// What stands where a sector lies beyond cylinder 1023.
pub(super) const BEYOND_CHS: [u8; 3] = [0xFE, 0xFF, 0xFF];

/// Writes the record and, for logical partitions, those behind it.
pub(super) fn write(table: &DiskTable<'_>, disk: &mut File) -> Result<()> {
    let sector = table.sector();
    let (primary, logical): (Vec<_>, Vec<_>) =
        table.partitions().partition(|(_, place)| place.boot_record.is_none());

    let mut record = Record::new(sector);
    record.bytes[SIGNATURE_OFFSET..SIGNATURE_OFFSET + 4].copy_from_slice(&table.identity.disk_signature());
    for (slot, (partition, place)) in primary.iter().enumerate() {
        record.entry(slot, partition.boot, mbr_type(partition)?, place.extent, 0);
    }
    let Some(extended) = &table.placed.extended else {
        return record.write(disk, 0);
    };
    record.entry(primary.len(), false, TypeCode::MBR_EXTENDED, extended.extent, 0);
    record.write(disk, 0)?;
    write_chain(disk, &logical, extended.extent, sector)
}

/// Writes the chain of extended boot records: each describes one logical
/// partition relative to itself, and the next record relative to the first.
fn write_chain(
    disk: &mut File,
    logical: &[(&Partition, &PlacedPartition)],
    extended: Extent,
    sector: u64,
) -> Result<()> {
    let start = |place: &PlacedPartition| place.boot_record.unwrap_or_default();
    for (index, (partition, place)) in logical.iter().enumerate() {
        let mut record = Record::new(sector);
        record.entry(0, partition.boot, mbr_type(partition)?, place.extent, start(place));
        if let Some((_, next)) = logical.get(index + 1) {
            let extent = Extent { start: start(next), length: next.extent.end() - start(next) };
            record.entry(1, false, NEXT_RECORD, extent, extended.start);
        }
        record.write(disk, start(place))?;
    }
    Ok(())
}

fn mbr_type(partition: &Partition) -> Result<u8> {
    match partition.kind {
        TypeCode::Mbr(byte) => Ok(byte),
        TypeCode::Gpt(_) => anyhow::bail!("partition '{}' has a type of gpt", partition.name),
    }
}

/// A master or extended boot record.
struct Record {
    bytes: [u8; 512],
    sector: u64,
}

impl Record {
    fn new(sector: u64) -> Record {
        let mut bytes = [0; 512];
        bytes[510..].copy_from_slice(&BOOT_MAGIC);
        Record { bytes, sector }
    }

    /// Fills an entry; its start is counted from `base`.
    fn entry(&mut self, slot: usize, active: bool, kind: u8, extent: Extent, base: u64) {
        let (first, count) = (extent.start / self.sector, extent.length / self.sector);
        let relative = first - base / self.sector;
        let entry = &mut self.bytes[ENTRIES_OFFSET + slot * ENTRY..][..ENTRY];
        entry[0] = if active { ACTIVE } else { 0 };
        entry[1..4].copy_from_slice(&chs(first));
        entry[4] = kind;
        entry[5..8].copy_from_slice(&chs(first + count - 1));
        // The planner keeps MBR disks below 2^32 sectors.
        entry[8..12].copy_from_slice(&(relative as u32).to_le_bytes());
        entry[12..16].copy_from_slice(&(count as u32).to_le_bytes());
    }

    fn write(&self, disk: &mut File, offset: u64) -> Result<()> {
        disk.seek(SeekFrom::Start(offset)).context("seeking")?;
        disk.write_all(&self.bytes).with_context(|| format!("writing the boot record at byte {offset}"))
    }
}

/// Cylinder, head and sector as an entry packs them.
pub(super) fn chs(sector: u64) -> [u8; 3] {
    let cylinder = sector / (HEADS * SECTORS_PER_TRACK);
    if cylinder > 1023 {
        return BEYOND_CHS;
    }
    let head = sector / SECTORS_PER_TRACK % HEADS;
    let number = sector % SECTORS_PER_TRACK + 1;
    [head as u8, (number | cylinder >> 2 & 0xC0) as u8, cylinder as u8]
}
