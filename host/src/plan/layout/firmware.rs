//! Which firmware can start a disk, and whether its boot loader has a place there.

use super::{
    DiskContent, DiskPlan, Extent, FileSystem, FsKind, Identity, Layout, LayoutError, Partition,
    PartitionSize, PartitionTable, TableLabel, TypeCode, UsageByMount, plan_disk,
};
use crate::spec::{Arch, DiskSpec};

/// The only sectors that a BIOS reads.
pub const BIOS_SECTOR: u32 = 512;

/// Room for the core of a boot loader for a BIOS. GRUB's takes 27 KiB where it
/// reads ext4 and 75 KiB where it reads btrfs on LVM, and grows with its versions.
const BIOS_LOADER: u64 = 128 << 10;

impl Layout {
    /// Finds what keeps every machine of an architecture from starting the
    /// disk: no place for a boot loader, or one that is of no use.
    ///
    /// # Errors
    ///
    /// Fails with the first impossibility, naming node and value.
    pub fn check_boot(&self, disk: &DiskSpec, arch: Arch) -> Result<(), LayoutError> {
        if !arch.has_bios() && !arch.has_efi() {
            return Err(self.unbootable(arch, "its machines start by neither BIOS nor UEFI"));
        }
        let DiskContent::Partitions(table) = &self.content else {
            return Err(self.unbootable(arch, "it has no partition table"));
        };
        let system = table.partitions.iter().find(|partition| partition.kind.is_efi_system());
        let bios = arch.has_bios()
            && match table.label {
                TableLabel::Mbr => system.is_none(),
                TableLabel::Gpt => bios_boot(table).is_some(),
            };
        if bios {
            self.check_bios(table, disk)?;
        }
        match system {
            Some(partition) => check_efi(partition),
            None if bios => Ok(()),
            None => Err(self.unbootable(arch, missing(table.label, arch))),
        }
    }

    /// Where the core of a boot loader for a BIOS lies: behind the MBR up to
    /// the first partition, or in the BIOS boot partition of a GPT disk.
    pub fn bios_space(&self, plan: &DiskPlan) -> Option<Extent> {
        let (DiskContent::Partitions(table), Some(placed)) = (&self.content, &plan.table) else {
            return None;
        };
        if table.label == TableLabel::Gpt {
            return bios_boot(table).map(|(index, _)| placed.partitions[index].extent);
        }
        let starts = placed.partitions.iter().map(|place| place.boot_record.unwrap_or(place.extent.start));
        let (start, end) = (u64::from(BIOS_SECTOR), starts.min().unwrap_or(plan.size));
        Some(Extent { start, length: end.saturating_sub(start) })
    }

    fn check_bios(&self, table: &PartitionTable, disk: &DiskSpec) -> Result<(), LayoutError> {
        let name = || self.name.clone();
        if self.block_size != BIOS_SECTOR {
            return Err(LayoutError::BiosSectors { disk: name(), block_size: self.block_size });
        }
        let partition = bios_boot(table).map(|(_, partition)| partition);
        let grows = partition.is_some_and(|it| matches!(it.size, PartitionSize::PercentOfRest(_)))
            && self.size.or(disk.image_size).is_none();
        // A tree of no size: what is larger than that has more room, if any.
        let plan = plan_disk(self, disk, &UsageByMount::new(), &Identity::new(b""))?;
        match self.bios_space(&plan) {
            Some(space) if space.length < BIOS_LOADER && !grows => Err(LayoutError::NoRoomForLoader {
                disk: name(),
                partition: partition.map(|it| it.name.clone()),
                size: space.length,
                wanted: BIOS_LOADER,
            }),
            _ => Ok(()),
        }
    }

    fn unbootable(&self, arch: Arch, why: &'static str) -> LayoutError {
        LayoutError::NoFirmware { disk: self.name.clone(), arch, why }
    }
}

/// The BIOS boot partition with its index.
fn bios_boot(table: &PartitionTable) -> Option<(usize, &Partition)> {
    table.partitions.iter().enumerate().find(|(_, partition)| partition.kind == TypeCode::BIOS_BOOT)
}

fn missing(label: TableLabel, arch: Arch) -> &'static str {
    match (label, arch.has_bios()) {
        (TableLabel::Gpt, true) => {
            "it has neither an EFI system partition (EF00) nor a BIOS boot partition (EF02)"
        }
        (TableLabel::Gpt, false) => "it has no EFI system partition (EF00)",
        (TableLabel::Mbr, _) => "it has no EFI system partition (0xEF)",
    }
}

/// The boot loader is a file on the partition, in a file system that firmware reads.
fn check_efi(partition: &Partition) -> Result<(), LayoutError> {
    let serves = |fs: &FileSystem| fs.kind == FsKind::Vfat && fs.mount.is_some();
    match partition.content.as_ref().is_some_and(serves) {
        true => Ok(()),
        false => Err(LayoutError::EfiSystem { partition: partition.name.clone() }),
    }
}
