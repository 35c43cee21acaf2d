//! The image while it is mounted: what hooks and boot loaders work with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::plan::layout::{Base, DiskContent, DiskPlan, FileSystem, FsKind, Layout};
use crate::spec::Arch;

/// A mounted image, as a description: whoever holds it keeps nothing alive.
#[derive(Clone, Debug)]
pub struct MountedImage {
    /// Where its root is mounted.
    pub root: PathBuf,
    /// The architecture that the image is for.
    pub arch: Arch,
    /// The node of the whole disk.
    pub disk: PathBuf,
    /// The nodes of the partitions, in the order of the layout.
    pub volumes: Vec<PathBuf>,
    /// The nodes of the logical volumes, in the order of the layout.
    pub logical: Vec<PathBuf>,
    /// The layout.
    pub layout: Layout,
    /// Exact places and sizes.
    pub plan: DiskPlan,
}

impl MountedImage {
    /// The node of what a file system lies on.
    pub fn device(&self, base: Base) -> &Path {
        let node = match base {
            Base::Disk => None,
            Base::Partition(index) => self.volumes.get(index),
            Base::Volume(index) => self.logical.get(index),
        };
        node.unwrap_or(&self.disk)
    }

    /// The file system that holds `path` of the image, with what it lies on.
    pub fn holder(&self, path: &Path) -> Option<(Base, &FileSystem)> {
        let point = |fs: &FileSystem| {
            fs.mount.as_ref().map(|mount| mount.point.clone()).filter(|_| fs.kind != FsKind::Swap)
        };
        let holders = self
            .layout
            .file_systems()
            .into_iter()
            .filter(|(_, fs)| point(fs).is_some_and(|point| path.starts_with(point)));
        holders.max_by_key(|(_, fs)| point(fs).map_or(0, |point| point.components().count()))
    }

    /// The nodes of the disk, its partitions and its logical volumes.
    pub fn nodes(&self) -> impl Iterator<Item = &Path> {
        let parts = self.volumes.iter().chain(&self.logical);
        std::iter::once(self.disk.as_path()).chain(parts.map(PathBuf::as_path))
    }

    /// What shell hooks are told of the disk: `IMAGE_BLOCK_DEVICE`, the whole
    /// disk, and `IMAGE_BLOCK_DEVICES`, the body of a bash array by node name.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let mut devices = format!("[{}]={}", self.layout.name, self.disk.display());
        if let DiskContent::Partitions(table) = &self.layout.content {
            for (partition, node) in table.partitions.iter().zip(&self.volumes) {
                devices += &format!(" [{}]={}", partition.name, node.display());
            }
        }
        for ((_, volume), node) in self.layout.volumes().zip(&self.logical) {
            devices += &format!(" [{}]={}", volume.name, node.display());
        }
        BTreeMap::from([
            ("IMAGE_BLOCK_DEVICE".to_owned(), self.disk.display().to_string()),
            ("IMAGE_BLOCK_DEVICES".to_owned(), devices),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::layout::{Identity, RootDefaults, UsageByMount, plan_disk};
    use crate::spec::DiskSpec;

    fn image(yaml: &str, volumes: &[&str]) -> MountedImage {
        let layout = Layout::parse(yaml, &RootDefaults::default()).unwrap();
        let plan =
            plan_disk(&layout, &DiskSpec::default(), &UsageByMount::new(), &Identity::new(b"test")).unwrap();
        let volumes = volumes.iter().map(PathBuf::from).collect();
        MountedImage {
            root: "/mnt".into(),
            arch: Arch::Amd64,
            disk: "/dev/loop7".into(),
            volumes,
            logical: Vec::new(),
            layout,
            plan,
        }
    }

    const TWO: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: boot, size: 512MiB, mkfs: {type: ext4, mount: {mount_point: /boot}}}
      - {name: root, size: 100%, mkfs: {mount: {mount_point: /}}}";

    #[test]
    fn what_shell_hooks_are_told() {
        let variables = image(TWO, &["/dev/loop7p1", "/dev/loop7p2"]).variables();
        assert_eq!(variables["IMAGE_BLOCK_DEVICE"], "/dev/loop7");
        assert_eq!(
            variables["IMAGE_BLOCK_DEVICES"],
            "[image0]=/dev/loop7 [boot]=/dev/loop7p1 [root]=/dev/loop7p2"
        );
        let whole =
            image("- local_loop: {name: image0, mkfs: {name: mkfs_root, mount: {mount_point: /}}}", &[]);
        assert_eq!(whole.variables()["IMAGE_BLOCK_DEVICES"], "[image0]=/dev/loop7");
        assert_eq!(whole.device(Base::Disk), Path::new("/dev/loop7"));
    }

    #[test]
    fn the_file_system_of_a_path() {
        let image = image(TWO, &["/dev/loop7p1", "/dev/loop7p2"]);
        for (path, partition) in [("/boot/grub", 0), ("/boot", 0), ("/bootloader", 1), ("/", 1)] {
            let (index, _) = image.holder(Path::new(path)).unwrap();
            assert_eq!(index, Base::Partition(partition), "{path}");
        }
    }
}
