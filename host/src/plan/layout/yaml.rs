//! The configuration as it is written, and the tree notation taken apart.
//!
//! In the tree notation a node stands inside the one it lies on; in the graph
//! notation it names it as `base`. Both become the same flat list of [`Item`]s.

use super::LayoutError;
use super::nodes::{DiskNode, Entry, FstabNode, LvmNode, MkfsNode, MountNode, TableNode};

/// One node with its name and what it stands on.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Disk(Box<DiskNode>),
    Table { base: String, node: TableNode },
    Lvm(LvmNode),
    Mkfs { name: String, base: String, node: MkfsNode },
    Mount { name: String, base: String, node: MountNode },
    Fstab { name: String, base: String, node: FstabNode },
}

/// Reads the configuration and takes the tree notation apart.
pub(super) fn items(yaml: &str) -> Result<Vec<Item>, LayoutError> {
    let entries: Vec<Entry> =
        serde_saphyr::from_str(yaml).map_err(|error| LayoutError::Syntax(error.to_string()))?;
    let mut flat = Flat { items: Vec::new(), entry: 0 };
    for entry in entries {
        flat.entry += 1;
        flat.entry(entry)?;
    }
    Ok(flat.items)
}

/// Whether a file system has options for the program that makes it.
pub(super) fn have_options(yaml: &str) -> Result<bool, LayoutError> {
    let has = |item: &Item| matches!(item, Item::Mkfs { node, .. } if node.opts.is_some());
    Ok(items(yaml)?.iter().any(has))
}

/// The list that grows while a tree is walked.
struct Flat {
    items: Vec<Item>,
    /// Number of the entry of the list being walked, for messages.
    entry: usize,
}

impl Flat {
    fn entry(&mut self, entry: Entry) -> Result<(), LayoutError> {
        let Entry { local_loop, partitioning, lvm, mkfs, mount, fstab } = entry;
        let given = [
            local_loop.is_some(),
            partitioning.is_some(),
            lvm.is_some(),
            mkfs.is_some(),
            mount.is_some(),
            fstab.is_some(),
        ];
        let count = given.into_iter().filter(|given| *given).count();
        if count != 1 {
            return Err(LayoutError::EntryNotSingle { entry: self.entry, count });
        }
        local_loop.map_or(Ok(()), |node| self.disk(node))?;
        partitioning.map_or(Ok(()), |node| self.table(node, None))?;
        self.items.extend(lvm.map(Item::Lvm));
        mkfs.map_or(Ok(()), |node| self.mkfs(node, None))?;
        mount.map_or(Ok(()), |node| self.mount(node, None))?;
        fstab.map_or(Ok(()), |node| self.fstab(node, None))
    }

    fn disk(&mut self, mut node: DiskNode) -> Result<(), LayoutError> {
        let (table, lvm, mkfs) = (node.partitioning.take(), node.lvm.take(), node.mkfs.take());
        let name = node.name.clone();
        self.items.push(Item::Disk(Box::new(node)));
        self.items.extend(lvm.map(Item::Lvm));
        table.map_or(Ok(()), |node| self.table(node, Some(&name)))?;
        mkfs.map_or(Ok(()), |node| self.mkfs(node, Some(&name)))
    }

    fn table(&mut self, mut node: TableNode, parent: Option<&str>) -> Result<(), LayoutError> {
        let base = self.base("partitioning", node.base.take(), parent)?;
        let (mut nested, mut groups) = (Vec::new(), Vec::new());
        for partition in node.partitions.iter_mut().flatten() {
            groups.extend(partition.lvm.take());
            nested.extend(partition.mkfs.take().map(|mkfs| (partition.name.clone(), mkfs)));
        }
        self.items.push(Item::Table { base, node });
        self.items.extend(groups.into_iter().map(Item::Lvm));
        nested.into_iter().try_for_each(|(partition, mkfs)| self.mkfs(mkfs, Some(&partition)))
    }

    fn mkfs(&mut self, mut node: MkfsNode, parent: Option<&str>) -> Result<(), LayoutError> {
        let base = self.base("mkfs", node.base.take(), parent)?;
        let name = node.name.take().unwrap_or_else(|| format!("mkfs_{base}"));
        let mount = node.mount.take();
        self.items.push(Item::Mkfs { name: name.clone(), base, node });
        mount.map_or(Ok(()), |node| self.mount(*node, Some(&name)))
    }

    fn mount(&mut self, mut node: MountNode, parent: Option<&str>) -> Result<(), LayoutError> {
        let base = self.base("mount", node.base.take(), parent)?;
        let name = node.name.take().unwrap_or_else(|| format!("mount_{base}"));
        let fstab = node.fstab.take();
        self.items.push(Item::Mount { name: name.clone(), base, node });
        fstab.map_or(Ok(()), |node| self.fstab(node, Some(&name)))
    }

    fn fstab(&mut self, mut node: FstabNode, parent: Option<&str>) -> Result<(), LayoutError> {
        let base = self.base("fstab", node.base.take(), parent)?;
        let name = node.name.take().unwrap_or_else(|| format!("fstab_{base}"));
        self.items.push(Item::Fstab { name, base, node });
        Ok(())
    }

    /// What a node stands on: what it says, else the node around it.
    fn base(
        &self,
        kind: &'static str,
        said: Option<String>,
        parent: Option<&str>,
    ) -> Result<String, LayoutError> {
        said.or_else(|| parent.map(str::to_owned)).ok_or(LayoutError::MissingBase { kind, entry: self.entry })
    }
}
