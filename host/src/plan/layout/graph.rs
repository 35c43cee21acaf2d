//! From the flat list of nodes to the [`Layout`].

use std::collections::BTreeSet;

use super::nodes::{
    DiskNode, FstabNode, GroupNode, LogicalNode, LvmNode, MkfsNode, MountNode, PartitionNode, PhysicalNode,
    TableNode,
};
use super::read::{DEFAULT_ALIGN, DEFAULT_BLOCK_SIZE, block_size, flags, size_of, table_label, type_code};
use super::yaml::Item;
use super::*;

mod file_systems;
mod groups;

/// Name of the disk where no configuration names one.
pub(super) const DEFAULT_DISK: &str = "image0";

/// Links the nodes by their bases.
pub(super) fn layout(items: Vec<Item>, root: &RootDefaults) -> Result<Layout, LayoutError> {
    check_names(&items)?;
    let mut nodes = Nodes::default();
    for item in items {
        nodes.add(item)?;
    }
    nodes.link(root)
}

/// Every node but the tables has a name of its own.
fn check_names(items: &[Item]) -> Result<(), LayoutError> {
    let mut seen = BTreeSet::new();
    let mut names: Vec<&str> = Vec::new();
    for item in items {
        match item {
            Item::Disk(disk) => names.push(&disk.name),
            Item::Table { node, .. } => {
                names.extend(node.partitions.iter().flatten().map(|part| part.name.as_str()))
            }
            Item::Lvm(LvmNode { pvs, vgs, lvs, .. }) => {
                names.extend(pvs.iter().map(|node| node.name.as_str()));
                names.extend(vgs.iter().map(|node| node.name.as_str()));
                names.extend(lvs.iter().map(|node| node.name.as_str()));
            }
            Item::Mkfs { name, .. } | Item::Mount { name, .. } | Item::Fstab { name, .. } => names.push(name),
        }
    }
    match names.into_iter().find(|name| !seen.insert(*name)) {
        Some(name) => Err(LayoutError::DuplicateName(name.to_owned())),
        None => Ok(()),
    }
}

/// A named node and what it stands on.
struct Node<T> {
    name: String,
    base: String,
    node: T,
}

/// The nodes by kind, not linked yet.
#[derive(Default)]
struct Nodes {
    disk: Option<Box<DiskNode>>,
    table: Option<(String, TableNode)>,
    physical: Vec<PhysicalNode>,
    groups: Vec<GroupNode>,
    logical: Vec<LogicalNode>,
    mkfs: Vec<Node<MkfsNode>>,
    mounts: Vec<Node<MountNode>>,
    fstabs: Vec<Node<FstabNode>>,
}

impl Nodes {
    fn add(&mut self, item: Item) -> Result<(), LayoutError> {
        match item {
            Item::Disk(disk) => match &self.disk {
                Some(first) => return Err(LayoutError::TwoDisks(first.name.clone(), disk.name)),
                None => self.disk = Some(disk),
            },
            Item::Table { base, node } => {
                if let Some((first, _)) = self.table.replace((base, node)) {
                    return Err(crowded(&first, "partition tables", "partitioning", "partitioning"));
                }
            }
            Item::Lvm(LvmNode { pvs, vgs, lvs, .. }) => {
                self.physical.extend(pvs);
                self.groups.extend(vgs);
                self.logical.extend(lvs);
            }
            Item::Mkfs { name, base, node } => self.mkfs.push(Node { name, base, node }),
            Item::Mount { name, base, node } => self.mounts.push(Node { name, base, node }),
            Item::Fstab { name, base, node } => self.fstabs.push(Node { name, base, node }),
        }
        Ok(())
    }

    fn link(mut self, root: &RootDefaults) -> Result<Layout, LayoutError> {
        let disk = self.disk.take().ok_or(LayoutError::NoDisk)?;
        let size = disk.size.as_deref().map(|text| size_of(&disk.name, text)).transpose()?;
        let given = disk.block_size.as_deref().map(|given| block_size(&disk.name, given)).transpose()?;
        let block_size = given.unwrap_or(DEFAULT_BLOCK_SIZE);
        let content = match self.table.take() {
            Some((base, _)) if base != disk.name => {
                return Err(dangling("partitioning", "partitions", base, "local_loop"));
            }
            Some((_, table)) => DiskContent::Partitions(self.table(&disk.name, table, root)?),
            None => {
                let fs = self.file_system(&disk.name, root)?;
                DiskContent::FileSystem(fs.ok_or_else(|| LayoutError::EmptyDisk(disk.name.clone()))?)
            }
        };
        let volume_groups = self.volume_groups(&content, root)?;
        self.none_left()?;
        Ok(Layout { name: disk.name, size, block_size, content, volume_groups })
    }

    fn table(
        &mut self,
        disk: &str,
        node: TableNode,
        root: &RootDefaults,
    ) -> Result<PartitionTable, LayoutError> {
        let missing = |key| LayoutError::MissingKey { kind: "partitioning of", node: disk.to_owned(), key };
        let label = table_label(disk, node.label.as_deref().ok_or_else(|| missing("label"))?)?;
        let align = node.align.as_deref().map(|text| size_of("partitioning", text)).transpose()?;
        let nodes = node.partitions.ok_or_else(|| missing("partitions"))?;
        let partitions = nodes.into_iter().map(|node| self.partition(node, label, root));
        let partitions = partitions.collect::<Result<_, _>>()?;
        Ok(PartitionTable { label, align: align.unwrap_or(DEFAULT_ALIGN), partitions })
    }

    fn partition(
        &mut self,
        node: PartitionNode,
        table: TableLabel,
        root: &RootDefaults,
    ) -> Result<Partition, LayoutError> {
        let name = node.name;
        let size = node.size.ok_or_else(|| LayoutError::MissingKey {
            kind: "partition",
            node: name.clone(),
            key: "size",
        })?;
        let size =
            size.parse().map_err(|error| LayoutError::Size { node: format!("partition '{name}'"), error })?;
        let (boot, primary) = flags(&name, &node.flags, table)?;
        let kind = type_code(&name, node.kind.as_deref(), table)?;
        let content = self.file_system(&name, root)?;
        Ok(Partition { name, size, kind, boot, primary, content })
    }

    /// What was not taken stands on nothing.
    fn none_left(&mut self) -> Result<(), LayoutError> {
        let left = [
            self.mkfs.pop().map(|left| dangling("mkfs", &left.name, left.base, "disk, partition or volume")),
            self.mounts.pop().map(|left| dangling("mount", &left.name, left.base, "mkfs")),
            self.fstabs.pop().map(|left| dangling("fstab", &left.name, left.base, "mount")),
        ];
        left.into_iter().flatten().next().map_or(Ok(()), Err)
    }
}

fn crowded(base: &str, kind: &'static str, first: &str, second: &str) -> LayoutError {
    let (first, second) = (first.to_owned(), second.to_owned());
    LayoutError::Crowded { base: base.to_owned(), kind, first, second }
}

fn dangling(kind: &'static str, node: &str, base: String, wanted: &'static str) -> LayoutError {
    LayoutError::Dangling { kind, node: node.to_owned(), base, wanted }
}
