//! What can be wrong with a layout.

use super::size::{Human, SizeError};
use super::{BIOS_SECTOR, FsKind, Percent};
use crate::spec::Arch;

/// A layout that cannot work, with the node and the value at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each message says what its fields are")]
pub enum LayoutError {
    #[error("block device configuration: {0}")]
    Syntax(String),
    #[error(
        "block device configuration: entry {entry} has {count} of local_loop, partitioning, lvm, mkfs, mount, \
         fstab; each entry of the list takes exactly one"
    )]
    EntryNotSingle { entry: usize, count: usize },
    #[error("{kind} entry {entry} has no 'base': name the node that it stands on")]
    MissingBase { kind: &'static str, entry: usize },
    #[error("{kind} '{node}' has no '{key}'")]
    MissingKey { kind: &'static str, node: String, key: &'static str },
    #[error("the name '{0}' is used by two block device nodes; each needs its own")]
    DuplicateName(String),
    #[error("{kind} '{node}' stands on '{base}', and there is no such {wanted}")]
    Dangling { kind: &'static str, node: String, base: String, wanted: &'static str },
    #[error("'{base}' carries two of {kind}: '{first}' and '{second}'")]
    Crowded { base: String, kind: &'static str, first: String, second: String },
    #[error(
        "no local_loop: a layout needs the disk that it lies on, usually '- local_loop: {{name: image0}}'"
    )]
    NoDisk,
    #[error("two disks, '{0}' and '{1}': an image has one")]
    TwoDisks(String, String),
    #[error("disk '{0}' holds nothing: give it a partitioning or a mkfs")]
    EmptyDisk(String),
    #[error("disk '{disk}': a block_size of {given} (known: 512, 4096)")]
    BlockSize { disk: String, given: String },
    #[error("{node}: {error}")]
    Size { node: String, error: SizeError },
    #[error("partitioning of '{disk}': label '{given}' (known: mbr, gpt)")]
    TableLabel { disk: String, given: String },
    #[error("partitioning of '{disk}': align {align} is no multiple of the {block_size} byte blocks")]
    Align { disk: String, align: u64, block_size: u32 },
    #[error("partition '{partition}': unknown flag '{flag}' (known: boot, primary)")]
    UnknownFlag { partition: String, flag: String },
    #[error("partition '{0}': gpt has no primary partitions; remove the flag 'primary'")]
    PrimaryInGpt(String),
    #[error("partition '{partition}': type '{given}' is not one of {table}'s: {expected}")]
    TypeCode { partition: String, given: String, table: &'static str, expected: &'static str },
    #[error("partition '{partition}': size {percent} is not between 1% and 100% of what remains")]
    PercentRange { partition: String, percent: Percent },
    #[error(
        "{count} primary partitions on '{disk}': mbr holds {limit}; leave out the flag 'primary' or use gpt"
    )]
    TooManyPrimaries { disk: String, count: usize, limit: usize },
    #[error("{count} partitions on '{disk}': {table} holds {limit}")]
    TooManyPartitions { disk: String, count: usize, table: &'static str, limit: usize },
    #[error(
        "primary partition '{partition}' stands behind '{logical}', which is not primary; put primaries first"
    )]
    PrimaryAfterLogical { partition: String, logical: String },
    #[error("partitions '{0}' and '{1}' both have the flag 'boot'; one partition can be active")]
    TwoBootFlags(String, String),
    #[error("no room for partition '{partition}': it wants {}, and {} of the {} of '{disk}' remain",
        Human(*.wanted), Human(*.left), Human(*.size))]
    NoRoom { disk: String, partition: String, wanted: u64, left: u64, size: u64 },
    #[error("'{disk}' is to reach {}: mbr addresses {}; use gpt", Human(*.size), Human(*.limit))]
    TooLargeForMbr { disk: String, size: u64, limit: u64 },
    #[error("'{disk}' is to reach {}: disks end at {}", Human(*.size), Human(*.limit))]
    TooLarge { disk: String, size: u64, limit: u64 },
    #[error("{node}: unknown file system '{given}' (known: {known})")]
    UnknownFileSystem { node: String, given: String, known: String },
    #[error("file system '{node}': label '{label}' has {} characters, {kind} takes {limit}", label.chars().count())]
    LabelTooLong { node: String, label: String, kind: FsKind, limit: usize },
    #[error("file system '{node}': label {label:?} has characters that fstab and boot loaders cannot take")]
    LabelCharacters { node: String, label: String },
    #[error("file system '{node}' has an empty label; fstab and boot loader find it by label")]
    EmptyLabel { node: String },
    #[error(
        "label '{label}' is used by file systems '{first}' and '{second}'; labels tell them apart at boot"
    )]
    DuplicateLabel { label: String, first: String, second: String },
    #[error("file system '{node}': '{given}' is no UUID")]
    Uuid { node: String, given: String },
    #[error("mount point '{point}' is used by file systems '{first}' and '{second}'")]
    DuplicateMount { point: String, first: String, second: String },
    #[error(
        "file system '{node}': mount point {point:?} is not an absolute path without '..', blanks and backslashes"
    )]
    MountPoint { node: String, point: String },
    #[error("physical volume '{0}' belongs to no volume group")]
    UnusedPhysical(String),
    #[error("{kind} '{node}': option '{option}' is not understood (known: {known})")]
    LvmOption { kind: &'static str, node: String, option: String, known: &'static str },
    #[error("volume group '{group}': an extent of '{given}' (a power of two from 128k to 16g)")]
    ExtentSize { group: String, given: String },
    #[error("logical volume '{volume}': '{given}' is no number of extents, such as 250, 30%VG or 100%FREE")]
    Extents { volume: String, given: String },
    #[error("logical volume '{volume}' is smaller than an extent, which is {extent}")]
    VolumeTooSmall { volume: String, extent: String },
    #[error("logical volume '{0}' is thin: only a running kernel with device-mapper makes thin volumes")]
    ThinPool(String),
    #[error("logical volume '{volume}': unknown type '{given}' (known: linear, thin, thin-pool)")]
    VolumeKind { volume: String, given: String },
    #[error("{kind} '{node}': LVM's names have letters, digits and any of + _ . -, and do not begin with -")]
    VolumeName { kind: &'static str, node: String },
    #[error("no room for logical volume '{volume}': it wants {}, and {} of volume group '{group}' remain",
        Human(*.wanted), Human(*.left))]
    NoExtents { group: String, volume: String, wanted: u64, left: u64 },
    #[error("a component carries no options for mkfs ('opts'): they could name files of the build host")]
    CarriedOptions,
    #[error("no file system is mounted on '/': the image needs a root")]
    NoRoot,
    #[error("the root file system '{node}' is {kind}, which keeps no owners and modes")]
    UnsuitableRoot { node: String, kind: FsKind },
    #[error("file system '{node}' needs {}, and there are {} for it; raise its size or --image-size",
        Human(*.needed), Human(*.size))]
    TooSmall { node: String, size: u64, needed: u64 },
    #[error("file system '{node}' cannot grow to {} (--max-online-resize): ext4 ends at {}",
        Human(*.growth), Human(*.limit))]
    GrowthTooLarge { node: String, growth: u64, limit: u64 },
    #[error("file system '{node}' is to grow to {} (--max-online-resize), and takes {} from the beginning",
        Human(*.growth), Human(*.size))]
    GrowthTooSmall { node: String, growth: u64, size: u64 },
    #[error("file system '{node}' is to have {}: ext4 ends at {}", Human(*.size), Human(*.limit))]
    FileSystemTooLarge { node: String, size: u64, limit: u64 },
    #[error("file system '{node}': a journal of {mib} MiB (journals have {least} to {most} MiB)")]
    Journal { node: String, mib: u64, least: u64, most: u64 },
    #[error("file system '{node}': a journal of {mib} MiB is more than a quarter of its {}", Human(*.size))]
    JournalShare { node: String, mib: u64, size: u64 },
    #[error("no firmware of {arch} can start the disk '{disk}': {why}")]
    NoFirmware { disk: String, arch: Arch, why: &'static str },
    #[error(
        "a BIOS cannot start the disk '{disk}': it reads sectors of {BIOS_SECTOR} bytes, and the block_size is {block_size}"
    )]
    BiosSectors { disk: String, block_size: u32 },
    #[error("no room for the boot loader of a BIOS {}: it takes up to {}, and there are {}",
        place(disk, partition.as_deref()), Human(*.wanted), Human(*.size))]
    NoRoomForLoader { disk: String, partition: Option<String>, size: u64, wanted: u64 },
    #[error("EFI system partition '{partition}' has no vfat file system that is mounted")]
    EfiSystem { partition: String },
}

impl LayoutError {
    /// What to do about it, where that is not part of the message.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            LayoutError::NoRoom { partition, .. } => format!(
                "make '{partition}' or a partition before it smaller, or the disk larger (--image-size); a size \
                 of 100% takes what remains"
            ),
            LayoutError::NoExtents { volume, .. } => format!(
                "make '{volume}' or a volume before it smaller, or the partitions of the group larger; extents \
                 of 100%FREE take what remains"
            ),
            LayoutError::ThinPool(_) => {
                "leave out 'type' and 'thin-pool': a linear volume takes no space before it is written".into()
            }
            LayoutError::LabelCharacters { .. } => {
                "give a label without quotes, '$', backslashes and control characters (--root-label for the root)".into()
            }
            LayoutError::LabelTooLong { limit, .. } => {
                format!("give the mkfs a 'label' of at most {limit} characters (--root-label for the root)")
            }
            LayoutError::TooLarge { .. } | LayoutError::FileSystemTooLarge { .. } => {
                "a plain number counts GiB in --image-size, and 4 KiB blocks in --max-online-resize"
                    .into()
            }
            LayoutError::GrowthTooSmall { .. } => {
                "give --max-online-resize the size that the root may reach one day, such as 1TiB, or leave it out"
                    .into()
            }
            LayoutError::Journal { .. } => "give another --mkfs-journal-size, in MiB, or leave it out".into(),
            LayoutError::JournalShare { .. } => {
                "give a smaller --mkfs-journal-size or a larger --image-size".into()
            }
            LayoutError::UnsuitableRoot { .. } => "use ext4, xfs or btrfs for the root".into(),
            LayoutError::TooManyPartitions { .. } => "make fewer partitions".into(),
            LayoutError::NoFirmware { arch, .. } => {
                let take = "change the layout, or take that of";
                match (arch.has_bios(), arch.has_efi()) {
                    (true, _) => {
                        format!("{take} one of block-device-mbr, block-device-gpt and block-device-efi")
                    }
                    (false, true) => format!("{take} block-device-efi"),
                    (false, false) => {
                        "leave out 'vm', or let the distribution's elements install a boot loader".into()
                    }
                }
            }
            LayoutError::BiosSectors { .. } => {
                "leave the block_size out, or lay the disk out for UEFI alone: an EFI system partition, and no \
                 BIOS boot partition"
                    .into()
            }
            LayoutError::NoRoomForLoader { partition: Some(partition), .. } => {
                format!("give '{partition}' a size of 1MiB")
            }
            LayoutError::NoRoomForLoader { partition: None, .. } => {
                "give the partitioning an 'align' of 1MiB".into()
            }
            LayoutError::EfiSystem { .. } => {
                "give it 'mkfs: {type: vfat, mount: {mount_point: /boot/efi}}'".into()
            }
            _ => return None,
        })
    }
}

/// Where the core of a boot loader for a BIOS is to lie.
fn place(disk: &str, partition: Option<&str>) -> String {
    match partition {
        Some(partition) => format!("in partition '{partition}'"),
        None => format!("before the first partition of '{disk}'"),
    }
}
