//! The file systems an image can have, and what is known of each.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// File systems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FsKind {
    /// ext2
    Ext2,
    /// ext3
    Ext3,
    /// ext4
    #[default]
    Ext4,
    /// xfs
    Xfs,
    /// btrfs
    Btrfs,
    /// FAT, as the EFI system partition needs it.
    Vfat,
    /// Swap space.
    Swap,
}

impl FsKind {
    /// Every kind, in the order shown to people.
    pub const ALL: [FsKind; 7] =
        [FsKind::Ext2, FsKind::Ext3, FsKind::Ext4, FsKind::Xfs, FsKind::Btrfs, FsKind::Vfat, FsKind::Swap];

    /// The name that mount and fstab know.
    pub fn as_str(self) -> &'static str {
        match self {
            FsKind::Ext2 => "ext2",
            FsKind::Ext3 => "ext3",
            FsKind::Ext4 => "ext4",
            FsKind::Xfs => "xfs",
            FsKind::Btrfs => "btrfs",
            FsKind::Vfat => "vfat",
            FsKind::Swap => "swap",
        }
    }

    /// Whether it is one of the ext family, which mke2fs makes.
    pub fn is_ext(self) -> bool {
        matches!(self, FsKind::Ext2 | FsKind::Ext3 | FsKind::Ext4)
    }

    /// Whether it keeps owners, modes and links, as a root must.
    pub fn keeps_owners(self) -> bool {
        !matches!(self, FsKind::Vfat | FsKind::Swap)
    }

    /// The longest label it takes, in characters.
    pub fn label_limit(self) -> usize {
        match self {
            FsKind::Ext2 | FsKind::Ext3 | FsKind::Ext4 | FsKind::Swap => 16,
            FsKind::Xfs => 12,
            FsKind::Vfat => 11,
            FsKind::Btrfs => 255,
        }
    }

    /// The smallest size its mkfs accepts, in bytes.
    pub fn minimum_size(self) -> u64 {
        match self {
            FsKind::Ext2 | FsKind::Ext3 | FsKind::Ext4 => 8 << 20,
            FsKind::Xfs => 300 << 20,
            FsKind::Btrfs => 110 << 20,
            FsKind::Vfat => 1 << 20,
            FsKind::Swap => 40 << 10,
        }
    }

    /// The programs of the build host that make and fill it, each with
    /// Debian's package.
    pub fn tools(self) -> &'static [(&'static str, &'static str)] {
        match self {
            FsKind::Ext2 | FsKind::Ext3 | FsKind::Ext4 => &[("mke2fs", "e2fsprogs")],
            FsKind::Xfs => &[("mkfs.xfs", "xfsprogs")],
            FsKind::Btrfs => &[("mkfs.btrfs", "btrfs-progs")],
            FsKind::Vfat => &[("mkfs.vfat", "dosfstools"), ("mcopy", "mtools")],
            FsKind::Swap => &[("mkswap", "util-linux")],
        }
    }
}

impl fmt::Display for FsKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FsKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let name = if name == "fat" { "vfat" } else { name };
        FsKind::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| UnknownKind {
            given: name.to_owned(),
            known: FsKind::ALL.map(FsKind::as_str).join(", "),
        })
    }
}

/// A file system that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown file system '{given}' (known: {known})")]
pub struct UnknownKind {
    /// As written.
    pub given: String,
    /// The names that are.
    pub known: String,
}
