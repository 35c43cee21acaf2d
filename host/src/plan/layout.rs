//! The disk layout: what DIB's block-device tree says, typed and checked.
//!
//! 1. [`Layout::parse`] reads the tree or graph notation, or
//!    [`Layout::whole_disk`] stands in where there is none;
//! 2. [`Layout::check`] finds everything that cannot work before any work is done;
//! 3. [`Layout::check_boot`] does so for a disk that is to get a boot loader;
//! 4. [`plan_disk`] turns the layout and the measured tree into a [`DiskPlan`]:
//!    exact offsets, sizes and mkfs arguments.
//!
//! All four are pure.

use std::path::{Path, PathBuf};

use crate::spec::DiskSpec;

mod check;
mod disk;
mod error;
mod ext4;
mod firmware;
mod fstab;
mod graph;
mod identity;
mod kind;
mod lvm_options;
mod mkfs;
mod nodes;
mod percent;
mod place;
mod read;
mod size;
mod type_code;
mod types;
mod usage;
mod volumes;
mod yaml;

pub use disk::{DiskPlan, PlannedFileSystem, plan_disk};
pub use error::LayoutError;
pub use firmware::BIOS_SECTOR;
pub use identity::Identity;
pub use kind::FsKind;
pub use percent::Percent;
pub use place::{Extent, PlacedPartition, PlacedTable};
pub use size::{Human, PartitionSize, SizeError, parse_size};
pub use type_code::TypeCode;
pub use types::{
    Base, DiskContent, FileSystem, Fstab, Layout, LogicalVolume, Mount, Partition, PartitionTable,
    PhysicalVolume, TableLabel, VolumeGroup, VolumeSize,
};
pub use usage::{Usage, UsageByMount};
pub use volumes::{PlacedGroup, PlacedPhysical, PlacedVolume, Run};

/// Name of the root file system's node, fixed by the contract.
pub const ROOT_NODE: &str = "mkfs_root";

/// Label of the root file system unless the caller names one.
pub const ROOT_LABEL: &str = "cloudimg-rootfs";

/// The same for xfs, whose labels end at twelve characters.
pub const ROOT_LABEL_XFS: &str = "img-rootfs";

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

    /// Whether a configuration has options for the programs that make file systems.
    ///
    /// # Errors
    ///
    /// Fails as [`Layout::parse`] does for what is no configuration.
    pub fn has_options(yaml: &str) -> Result<bool, LayoutError> {
        yaml::have_options(yaml)
    }

    /// The layout where no element brings one: a root file system over the
    /// whole image, without a partition table.
    pub fn whole_disk(root: &RootDefaults) -> Layout {
        let fstab = Fstab { options: "defaults".to_owned(), dump_freq: 0, fsck_passno: 1 };
        Layout {
            name: graph::DEFAULT_DISK.to_owned(),
            size: None,
            block_size: read::DEFAULT_BLOCK_SIZE,
            volume_groups: Vec::new(),
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

    /// The same disk with other sectors, of 512 or 4096 bytes.
    ///
    /// # Errors
    ///
    /// Fails where disks have no sectors of such a size.
    pub fn with_block_size(self, given: &str) -> Result<Layout, LayoutError> {
        Ok(Layout { block_size: read::block_size(&self.name, given)?, ..self })
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

    /// The file systems with what they lie on: partitions in the order of the
    /// disk, then logical volumes.
    pub fn file_systems(&self) -> Vec<(Base, &FileSystem)> {
        let mut all: Vec<_> = match &self.content {
            DiskContent::FileSystem(root) => vec![(Base::Disk, root)],
            DiskContent::Partitions(table) => {
                let contents = table.partitions.iter().map(|partition| partition.content.as_ref());
                contents.enumerate().filter_map(|(at, fs)| Some((Base::Partition(at), fs?))).collect()
            }
        };
        let volumes = self.volumes().enumerate();
        all.extend(
            volumes.filter_map(|(at, (_, volume))| Some((Base::Volume(at), volume.content.as_ref()?))),
        );
        all
    }

    /// The logical volumes of all groups, each with its group.
    pub fn volumes(&self) -> impl Iterator<Item = (&VolumeGroup, &LogicalVolume)> {
        self.volume_groups.iter().flat_map(|group| group.logical.iter().map(move |volume| (group, volume)))
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
}

#[cfg(test)]
mod tests;
