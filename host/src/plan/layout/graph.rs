//! From the flat list of nodes to the [`Layout`].

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::yaml::{DiskNode, FstabNode, Item, MkfsNode, MountNode, PartitionNode, TableNode};
use super::*;

/// Name of the disk where no configuration names one.
pub(super) const DEFAULT_DISK: &str = "image0";

/// Sector size where the configuration names none.
pub(super) const DEFAULT_BLOCK_SIZE: u32 = 512;

/// Alignment where the configuration names none: a multiple of every erase
/// block and stripe in use, and room for a boot loader behind the MBR.
const DEFAULT_ALIGN: u64 = 1 << 20;

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
    disk: Option<DiskNode>,
    table: Option<(String, TableNode)>,
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
            Item::Table { base, node } => match self.table.replace((base, node)) {
                Some((first, _)) => {
                    return Err(crowded(&first, "partition tables", "partitioning", "partitioning"));
                }
                None => {}
            },
            Item::Mkfs { name, base, node } => self.mkfs.push(Node { name, base, node }),
            Item::Mount { name, base, node } => self.mounts.push(Node { name, base, node }),
            Item::Fstab { name, base, node } => self.fstabs.push(Node { name, base, node }),
        }
        Ok(())
    }

    fn link(mut self, root: &RootDefaults) -> Result<Layout, LayoutError> {
        let disk = self.disk.take().ok_or(LayoutError::NoDisk)?;
        let size = disk.size.as_deref().map(|text| size_of(&disk.name, text)).transpose()?;
        let block_size = block_size(&disk)?;
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
        self.none_left()?;
        Ok(Layout { name: disk.name, size, block_size, content })
    }

    fn table(
        &mut self,
        disk: &str,
        node: TableNode,
        root: &RootDefaults,
    ) -> Result<PartitionTable, LayoutError> {
        let missing = |key| LayoutError::MissingKey { kind: "partitioning of", node: disk.to_owned(), key };
        let label = match node.label.as_deref() {
            Some("mbr") => TableLabel::Mbr,
            Some("gpt") => TableLabel::Gpt,
            Some(given) => {
                return Err(LayoutError::TableLabel { disk: disk.to_owned(), given: given.to_owned() });
            }
            None => return Err(missing("label")),
        };
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

    /// Takes the file system that stands on `base`.
    fn file_system(&mut self, base: &str, root: &RootDefaults) -> Result<Option<FileSystem>, LayoutError> {
        let Some(Node { name, node, .. }) = take_one(&mut self.mkfs, base, "file systems")? else {
            return Ok(None);
        };
        let defaults = (name == ROOT_NODE).then_some(root);
        let kind = match (node.kind, defaults) {
            (Some(given), _) => given.parse().map_err(|error: kind::UnknownKind| {
                let node = format!("file system '{name}'");
                LayoutError::UnknownFileSystem { node, given: error.given, known: error.known }
            })?,
            (None, Some(defaults)) => defaults.kind,
            (None, None) => return Err(LayoutError::MissingKey { kind: "mkfs", node: name, key: "type" }),
        };
        let label = node.label.or_else(|| Some(defaults?.label_for(kind))).unwrap_or_else(|| name.clone());
        // FAT stores its labels in upper case.
        let label = if kind == FsKind::Vfat { label.to_uppercase() } else { label };
        let given = node.opts.map(|opts| opts.split_whitespace().map(str::to_owned).collect());
        let options = given.or_else(|| Some(defaults?.options.clone())).unwrap_or_default();
        let mount = self.mount(&name)?;
        Ok(Some(FileSystem { name, kind, label, options, uuid: node.uuid, mount }))
    }

    /// Takes the mount of a file system.
    fn mount(&mut self, base: &str) -> Result<Option<Mount>, LayoutError> {
        let Some(Node { name, node, .. }) = take_one(&mut self.mounts, base, "mounts")? else {
            return Ok(None);
        };
        let point = node.mount_point;
        let fstab = take_one(&mut self.fstabs, &name, "fstab entries")?.map(|fstab| Fstab {
            options: fstab.node.options.unwrap_or_else(|| "defaults".to_owned()),
            dump_freq: fstab.node.dump_freq.unwrap_or(0),
            fsck_passno: fstab.node.fsck_passno.unwrap_or(2),
        });
        let point = point.ok_or(LayoutError::MissingKey { kind: "mount", node: name, key: "mount_point" })?;
        Ok(Some(Mount { point: PathBuf::from(point), fstab }))
    }

    /// What was not taken stands on nothing.
    fn none_left(&mut self) -> Result<(), LayoutError> {
        let left = [
            self.mkfs.pop().map(|left| dangling("mkfs", &left.name, left.base, "disk or partition")),
            self.mounts.pop().map(|left| dangling("mount", &left.name, left.base, "mkfs")),
            self.fstabs.pop().map(|left| dangling("fstab", &left.name, left.base, "mount")),
        ];
        left.into_iter().flatten().next().map_or(Ok(()), Err)
    }
}

/// Takes the one node that stands on `base`.
fn take_one<T>(
    nodes: &mut Vec<Node<T>>,
    base: &str,
    kind: &'static str,
) -> Result<Option<Node<T>>, LayoutError> {
    let Some(index) = nodes.iter().position(|node| node.base == base) else { return Ok(None) };
    let first = nodes.remove(index);
    match nodes.iter().find(|node| node.base == base) {
        Some(second) => Err(crowded(base, kind, &first.name, &second.name)),
        None => Ok(Some(first)),
    }
}

fn crowded(base: &str, kind: &'static str, first: &str, second: &str) -> LayoutError {
    let (first, second) = (first.to_owned(), second.to_owned());
    LayoutError::Crowded { base: base.to_owned(), kind, first, second }
}

fn dangling(kind: &'static str, node: &str, base: String, wanted: &'static str) -> LayoutError {
    LayoutError::Dangling { kind, node: node.to_owned(), base, wanted }
}

fn size_of(node: &str, text: &str) -> Result<u64, LayoutError> {
    parse_size(text).map_err(|error| LayoutError::Size { node: format!("'{node}'"), error })
}

fn block_size(disk: &DiskNode) -> Result<u32, LayoutError> {
    match disk.block_size.as_deref() {
        None => Ok(DEFAULT_BLOCK_SIZE),
        Some("512") => Ok(512),
        Some("4096") => Ok(4096),
        Some(given) => Err(LayoutError::BlockSize { disk: disk.name.clone(), given: given.to_owned() }),
    }
}

/// The flags `boot` and `primary`.
fn flags(partition: &str, flags: &[String], table: TableLabel) -> Result<(bool, bool), LayoutError> {
    let (mut boot, mut primary) = (false, table == TableLabel::Gpt);
    for flag in flags {
        match (flag.as_str(), table) {
            ("boot", _) => boot = true,
            ("primary", TableLabel::Mbr) => primary = true,
            ("primary", TableLabel::Gpt) => return Err(LayoutError::PrimaryInGpt(partition.to_owned())),
            _ => {
                let partition = partition.to_owned();
                return Err(LayoutError::UnknownFlag { partition, flag: flag.clone() });
            }
        }
    }
    Ok((boot, primary))
}

fn type_code(partition: &str, given: Option<&str>, table: TableLabel) -> Result<TypeCode, LayoutError> {
    let Some(given) = given else { return Ok(TypeCode::default_for(table)) };
    TypeCode::parse(given, table).ok_or_else(|| LayoutError::TypeCode {
        partition: partition.to_owned(),
        given: given.to_owned(),
        table: check::table_name(table),
        expected: TypeCode::expected(table),
    })
}
