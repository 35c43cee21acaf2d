//! The disk layout: what DIB's block-device tree says, typed and checked.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The image's one disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Layout {
    /// Name of the disk, `image0` unless the configuration says otherwise.
    pub name: String,
    /// Fixed size in bytes; absent means just large enough.
    pub size: Option<u64>,
    pub content: DiskContent,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskContent {
    /// One file system over the whole image, no partition table.
    FileSystem(FileSystem),
    Partitions(PartitionTable),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartitionTable {
    pub label: TableLabel,
    /// Alignment of partitions in bytes.
    pub align: u64,
    pub partitions: Vec<Partition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableLabel {
    Mbr,
    Gpt,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Partition {
    pub name: String,
    pub size: PartitionSize,
    /// MBR: `0x83`; GPT: gdisk's four digits, `8300`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The active flag of MBR.
    pub boot: bool,
    pub content: Option<FileSystem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartitionSize {
    Bytes(u64),
    /// Per cent of what remains behind the partitions before it, 1 to 100.
    PercentOfRest(u8),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileSystem {
    /// Name of the node, `mkfs_root` for the root.
    pub name: String,
    /// `ext4`, `xfs`, `vfat`, `swap`, ...
    #[serde(rename = "type")]
    pub kind: String,
    pub label: String,
    pub options: Vec<String>,
    pub uuid: Option<String>,
    pub mount: Option<Mount>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Mount {
    pub point: PathBuf,
    pub fstab: Option<Fstab>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fstab {
    pub options: String,
    pub dump_freq: u8,
    pub fsck_passno: u8,
}

impl Layout {
    /// The file systems with their partition's index, in the order of the disk.
    /// A file system without a partition has no index.
    pub fn file_systems(&self) -> Vec<(Option<usize>, &FileSystem)> {
        match &self.content {
            DiskContent::FileSystem(root) => vec![(None, root)],
            DiskContent::Partitions(table) => {
                let with_index = table.partitions.iter().enumerate();
                with_index.filter_map(|(index, part)| Some((Some(index), part.content.as_ref()?))).collect()
            }
        }
    }
}
