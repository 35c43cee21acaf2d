//! The nodes of a configuration as they are written.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// An entry of the list: exactly one field is set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) local_loop: Option<DiskNode>,
    pub(super) partitioning: Option<TableNode>,
    pub(super) lvm: Option<LvmNode>,
    pub(super) mkfs: Option<MkfsNode>,
    pub(super) mount: Option<MountNode>,
    pub(super) fstab: Option<FstabNode>,
}

/// `local_loop`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DiskNode {
    pub(super) name: String,
    pub(super) size: Option<String>,
    pub(super) block_size: Option<String>,
    /// Where DIB puts the raw file; the workspace decides that here.
    #[serde(rename = "directory")]
    _directory: Option<String>,
    pub(super) lvm: Option<LvmNode>,
    pub(super) partitioning: Option<TableNode>,
    pub(super) mkfs: Option<MkfsNode>,
}

/// `partitioning`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableNode {
    pub(super) base: Option<String>,
    /// Tables are no nodes of the graph; their names are free.
    #[serde(rename = "name")]
    _name: Option<String>,
    pub(super) label: Option<String>,
    pub(super) align: Option<String>,
    pub(super) partitions: Option<Vec<PartitionNode>>,
}

/// An entry of `partitions`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartitionNode {
    pub(super) name: String,
    /// Always the table's.
    #[serde(rename = "base")]
    _base: Option<String>,
    pub(super) size: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) flags: Vec<String>,
    pub(super) lvm: Option<LvmNode>,
    pub(super) mkfs: Option<MkfsNode>,
}

/// `lvm`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LvmNode {
    /// The parts have names of their own; this one is free.
    #[serde(rename = "name")]
    _name: Option<String>,
    /// Each physical volume names what it lies on.
    #[serde(rename = "base")]
    _base: Option<IgnoredAny>,
    pub(super) pvs: Vec<PhysicalNode>,
    pub(super) vgs: Vec<GroupNode>,
    pub(super) lvs: Vec<LogicalNode>,
}

/// An entry of `pvs`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhysicalNode {
    pub(super) name: String,
    pub(super) base: String,
    #[serde(default)]
    pub(super) options: Vec<String>,
}

/// An entry of `vgs`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupNode {
    pub(super) name: String,
    pub(super) base: Vec<String>,
    #[serde(default)]
    pub(super) options: Vec<String>,
}

/// An entry of `lvs`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogicalNode {
    pub(super) name: String,
    pub(super) base: String,
    pub(super) size: Option<String>,
    pub(super) extents: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(rename = "thin-pool")]
    pub(super) thin_pool: Option<String>,
    #[serde(default)]
    pub(super) options: Vec<String>,
}

/// `mkfs`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MkfsNode {
    pub(super) name: Option<String>,
    pub(super) base: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) label: Option<String>,
    pub(super) opts: Option<String>,
    pub(super) uuid: Option<String>,
    pub(super) mount: Option<Box<MountNode>>,
}

/// `mount`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MountNode {
    pub(super) name: Option<String>,
    pub(super) base: Option<String>,
    pub(super) mount_point: Option<String>,
    pub(super) fstab: Option<FstabNode>,
}

/// `fstab`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FstabNode {
    pub(super) name: Option<String>,
    pub(super) base: Option<String>,
    pub(super) options: Option<String>,
    #[serde(rename = "dump-freq")]
    pub(super) dump_freq: Option<u8>,
    #[serde(rename = "fsck-passno")]
    pub(super) fsck_passno: Option<u8>,
}
