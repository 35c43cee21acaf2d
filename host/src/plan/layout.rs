//! The disk layout: what DIB's block-device tree says, typed and checked.
//!
//! 1. [`Layout::parse`] reads the tree or graph notation, or
//!    [`Layout::whole_disk`] stands in where there is none;
//! 2. [`Layout::check`] finds everything that cannot work before any work is done;
//! 3. [`plan_disk`] turns the layout and the measured tree into a [`DiskPlan`]:
//!    exact offsets, sizes and mkfs arguments.
//!
//! All three are pure.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::spec::DiskSpec;

mod check;
mod disk;
mod error;
mod ext4;
mod graph;
mod identity;
mod kind;
mod place;
mod size;
mod type_code;
mod usage;
mod yaml;

pub use disk::{DiskPlan, PlannedFileSystem, plan_disk};
pub use error::LayoutError;
pub use identity::Identity;
pub use kind::FsKind;
pub use place::{Extent, PlacedPartition, PlacedTable};
pub use size::{Human, PartitionSize, Percent, SizeError, parse_size};
pub use type_code::TypeCode;
pub use usage::{Usage, UsageByMount};

/// Name of the root file system's node, fixed by the contract.
pub const ROOT_NODE: &str = "mkfs_root";

/// Label of the root file system unless the caller names one.
pub const ROOT_LABEL: &str = "cloudimg-rootfs";

/// The same for xfs, whose labels end at twelve characters.
pub const ROOT_LABEL_XFS: &str = "img-rootfs";

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
    /// Absent means that the partition stays empty, as a BIOS boot partition does.
    pub content: Option<FileSystem>,
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

/// What the caller says of a root file system that the layout leaves open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RootDefaults {
    /// The file system (`FS_TYPE`).
    pub kind: FsKind,
    /// The label; absent means [`ROOT_LABEL`] or, for xfs, [`ROOT_LABEL_XFS`].
    pub label: Option<String>,
    /// Arguments for mkfs (`--mkfs-options`).
    pub options: Vec<String>,
}

impl RootDefaults {
    /// The defaults that a disk's choices give for a root of this kind.
    pub fn new(kind: FsKind, disk: &DiskSpec) -> RootDefaults {
        RootDefaults { kind, label: disk.root_label.clone(), options: disk.mkfs_options.clone() }
    }

    /// The label a root file system of `kind` gets.
    fn label_for(&self, kind: FsKind) -> String {
        let default = if kind == FsKind::Xfs { ROOT_LABEL_XFS } else { ROOT_LABEL };
        self.label.clone().unwrap_or_else(|| default.to_owned())
    }
}

impl Layout {
    /// Reads DIB's block-device configuration in YAML, tree or graph notation.
    ///
    /// # Errors
    ///
    /// Fails where the text is not such a configuration, or names nodes that
    /// are missing, doubled or not supported.
    pub fn parse(yaml: &str, root: &RootDefaults) -> Result<Layout, LayoutError> {
        graph::layout(yaml::items(yaml)?, root)
    }

    /// The layout where no element brings one: a root file system over the
    /// whole image, without a partition table.
    pub fn whole_disk(root: &RootDefaults) -> Layout {
        let fstab = Fstab { options: "defaults".to_owned(), dump_freq: 0, fsck_passno: 1 };
        Layout {
            name: graph::DEFAULT_DISK.to_owned(),
            size: None,
            block_size: graph::DEFAULT_BLOCK_SIZE,
            content: DiskContent::FileSystem(FileSystem {
                name: ROOT_NODE.to_owned(),
                kind: root.kind,
                label: root.label_for(root.kind),
                options: root.options.clone(),
                uuid: None,
                mount: Some(Mount { point: PathBuf::from("/"), fstab: Some(fstab) }),
            }),
        }
    }

    /// Finds what cannot work: sizes that do not fit, too many partitions,
    /// names, labels or mount points given twice, a missing root.
    ///
    /// # Errors
    ///
    /// Fails with the first impossibility, naming node and value.
    pub fn check(&self, disk: &DiskSpec) -> Result<(), LayoutError> {
        check::check(self, disk)
    }

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

    /// The file systems that are mounted, parents before children.
    pub fn mounts(&self) -> Vec<(&Path, &FileSystem)> {
        let mut mounts: Vec<_> = self
            .file_systems()
            .into_iter()
            .filter_map(|(_, fs)| Some((fs.mount.as_ref()?.point.as_path(), fs)))
            .filter(|(_, fs)| fs.kind != FsKind::Swap)
            .collect();
        mounts.sort_by_key(|(point, _)| point.as_os_str());
        mounts
    }

    /// The root file system.
    pub fn root(&self) -> Option<&FileSystem> {
        self.mounts().into_iter().find(|(point, _)| *point == Path::new("/")).map(|(_, fs)| fs)
    }

    /// The lines of `/etc/fstab`, parents before children, swap last.
    pub fn fstab(&self) -> String {
        let mut entries: Vec<_> =
            self.file_systems().into_iter().filter_map(|(_, fs)| fs.fstab_entry()).collect();
        entries.sort();
        entries.into_iter().map(|(_, _, line)| line).collect()
    }
}

impl FileSystem {
    /// The line in `/etc/fstab` behind what it is sorted by.
    fn fstab_entry(&self) -> Option<(bool, PathBuf, String)> {
        let mount = self.mount.as_ref()?;
        let fstab = mount.fstab.as_ref()?;
        let swap = self.kind == FsKind::Swap;
        let (point, options, dump, pass) = if swap {
            ("none".into(), "sw", 0, 0)
        } else {
            (mount.point.display().to_string(), fstab.options.as_str(), fstab.dump_freq, fstab.fsck_passno)
        };
        let line = format!("LABEL={} {point} {} {options} {dump} {pass}\n", self.label, self.kind);
        Some((swap, mount.point.clone(), line))
    }
}

#[cfg(test)]
mod tests;
