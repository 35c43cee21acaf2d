//! A file system with its mount and its line in fstab, each a node.

use std::path::PathBuf;

use super::*;

impl Nodes {
    /// Takes the file system that stands on `base`.
    pub(super) fn file_system(
        &mut self,
        base: &str,
        root: &RootDefaults,
    ) -> Result<Option<FileSystem>, LayoutError> {
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
