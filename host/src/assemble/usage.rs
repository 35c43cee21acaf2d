//! How much of the tree goes onto each file system.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Result;

use crate::element::{HookKind, Phase};
use crate::plan::layout::{Layout, Usage, UsageByMount};
use crate::plan::{Plan, PlannedHook};
use crate::sys::measure;

pub(super) mod largest;

/// Measures what goes onto each file system of the layout.
///
/// # Errors
///
/// Fails if part of the tree cannot be read.
pub fn measure(tree: &Path, layout: &Layout) -> Result<UsageByMount> {
    let mut usage = UsageByMount::new();
    // Children come after their parents, and are taken from them.
    for (point, _) in layout.mounts() {
        let within = tree.join(point.strip_prefix("/").unwrap_or(point));
        let size = match within.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            _ => measure::tree_size(&within)?,
        };
        let parent =
            usage.keys().filter(|other| point.starts_with(other)).max_by_key(|other| other.as_os_str().len());
        if let Some(parent) = parent.cloned().and_then(|parent| usage.get_mut(&parent)) {
            parent.bytes = parent.bytes.saturating_sub(size.bytes);
            parent.inodes = parent.inodes.saturating_sub(size.inodes);
        }
        usage.insert(point.to_owned(), Usage { bytes: size.bytes, inodes: size.inodes });
    }
    Ok(usage)
}

/// Phases whose hooks work in the image.
const IN_IMAGE: [Phase; 3] = [Phase::PreFinalise, Phase::Finalise, Phase::Cleanup];

/// Bytes to leave free, besides, for what shell hooks make in the image, such as
/// an initramfs and what it takes to make one: as much as diskimage-builder
/// leaves, where the tree takes 60 % of the root file system, and 64 MiB.
pub(super) fn room(plan: &Plan, usage: &UsageByMount) -> u64 {
    let is_shell = |hook: &PlannedHook| hook.kind == HookKind::Shell;
    if !IN_IMAGE.iter().any(|phase| plan.hooks(*phase).iter().any(is_shell)) {
        return 0;
    }
    let root = usage.get(Path::new("/")).map_or(0, |usage| usage.bytes);
    root * 4 / 6 + (64 << 20)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::plan::layout::RootDefaults;

    const THREE: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: log, size: 1GiB, mkfs: {type: ext4, mount: {mount_point: /var/log}}}
      - {name: root, size: 50%, mkfs: {mount: {mount_point: /}}}
      - {name: var, size: 100%, mkfs: {type: ext4, mount: {mount_point: /var}}}
      ";

    #[test]
    fn each_file_system_is_measured_without_those_below() {
        let tree = tempfile::tempdir().unwrap();
        let path = |name: &str| tree.path().join(name);
        fs::create_dir_all(path("var/log")).unwrap();
        fs::write(path("file"), vec![0; 4096]).unwrap();
        fs::write(path("var/file"), vec![0; 8192]).unwrap();
        fs::write(path("var/log/file"), vec![0; 12288]).unwrap();
        let layout = Layout::parse(THREE, &RootDefaults::default()).unwrap();
        let usage = measure(tree.path(), &layout).unwrap();
        let blocks: Vec<_> = usage.values().map(|usage| (usage.bytes / 4096, usage.inodes)).collect();
        assert_eq!(blocks, [(2, 2), (3, 2), (4, 2)], "a directory and a file each");
    }

    #[test]
    fn a_mount_point_that_the_tree_lacks_holds_nothing() {
        let tree = tempfile::tempdir().unwrap();
        let layout = Layout::parse(THREE, &RootDefaults::default()).unwrap();
        assert_eq!(measure(tree.path(), &layout).unwrap().len(), 1);
    }
}
