//! What a layout is made of.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{FsKind, PartitionSize, Percent, TypeCode};

/// The image's one disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Layout {
    /// Name of the disk, `image0` unless the configuration says otherwise.
    pub name: String,
    /// Fixed size in bytes; absent means just large enough.
    pub size: Option<u64>,
    /// Logical sector size: 512 or 4096.
    pub block_size: u32,
    /// What the disk holds.
    pub content: DiskContent,
    /// LVM's volume groups, which lie on partitions of the disk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volume_groups: Vec<VolumeGroup>,
}

/// What a disk holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskContent {
    /// One file system over the whole image, no partition table.
    FileSystem(FileSystem),
    /// A partition table.
    Partitions(PartitionTable),
}

/// A partition table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartitionTable {
    /// Which kind of table.
    pub label: TableLabel,
    /// Alignment of partitions in bytes.
    pub align: u64,
    /// In the order of the disk.
    pub partitions: Vec<Partition>,
}

/// Kinds of partition tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableLabel {
    /// The classic master boot record.
    Mbr,
    /// GUID partition table, with a protective master boot record.
    Gpt,
}

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Partition {
    /// The node's name, which is GPT's partition name too.
    pub name: String,
    /// How large it is.
    pub size: PartitionSize,
    /// Its type, in the table's own terms.
    #[serde(rename = "type")]
    pub kind: TypeCode,
    /// The active flag of MBR.
    pub boot: bool,
    /// One of MBR's four; others live in an extended partition. Always true for GPT.
    pub primary: bool,
    /// Absent means that the partition stays empty, as a BIOS boot partition
    /// does, or is a physical volume of a volume group.
    pub content: Option<FileSystem>,
}

/// A volume group of LVM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct VolumeGroup {
    /// Its name, which is its node's.
    pub name: String,
    /// Bytes of an extent, the unit of all volumes.
    pub extent_size: u64,
    /// The partitions that it lies on, in the order they are filled.
    pub physical: Vec<PhysicalVolume>,
    /// Its volumes, in the order they take their extents.
    pub logical: Vec<LogicalVolume>,
}

/// A partition that belongs to a volume group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PhysicalVolume {
    /// The node's name.
    pub name: String,
    /// Index into the table's partitions.
    pub partition: usize,
}

/// A linear volume of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LogicalVolume {
    /// Its name, which is its node's.
    pub name: String,
    /// How large it is.
    pub size: VolumeSize,
    /// Absent means that it stays empty.
    pub content: Option<FileSystem>,
}

/// The size of a logical volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeSize {
    /// So many extents.
    Extents(u64),
    /// Share of all extents of the group.
    PercentOfGroup(Percent),
    /// Share of the extents that the volumes before it left.
    PercentOfFree(Percent),
}

/// What a file system lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// The whole disk.
    Disk,
    /// A partition, by its index in the table.
    Partition(usize),
    /// A logical volume, by its index among those of all groups.
    Volume(usize),
}

/// One file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileSystem {
    /// Name of the node, `mkfs_root` for the root.
    pub name: String,
    /// Which file system.
    #[serde(rename = "type")]
    pub kind: FsKind,
    /// Its label, by which fstab and boot loaders find it.
    pub label: String,
    /// Further arguments for mkfs.
    pub options: Vec<String>,
    /// Absent means derived from the plan.
    pub uuid: Option<String>,
    /// Absent means that nothing is mounted or copied.
    pub mount: Option<Mount>,
}

/// Where a file system is mounted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Mount {
    /// Absolute path in the image, or `none` for swap.
    pub point: PathBuf,
    /// Absent means no line in `/etc/fstab`.
    pub fstab: Option<Fstab>,
}

/// The rest of a line in `/etc/fstab`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fstab {
    /// Mount options.
    pub options: String,
    /// Whether dump saves it.
    pub dump_freq: u8,
    /// The pass in which fsck checks it; 0 is never.
    pub fsck_passno: u8,
}
