//! The image while it is mounted: what hooks and boot loaders work with.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::device::ImageDisk;
use super::fat::FatStage;
use super::recipe::Recipe;
use crate::plan::layout::{DiskContent, DiskPlan, FileSystem, FsKind, Layout};
use crate::spec::Arch;
use crate::sys::mount::Mount;
use crate::sys::process::Program;
use crate::sys::{disk, trim};

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
    /// The layout.
    pub layout: Layout,
    /// Exact places and sizes.
    pub plan: DiskPlan,
}

impl MountedImage {
    /// The node of a partition, or of the whole disk where there is no table.
    pub fn device(&self, partition: Option<usize>) -> &Path {
        partition.and_then(|index| self.volumes.get(index)).unwrap_or(&self.disk)
    }

    /// The file system that holds `path` of the image, with its partition.
    pub fn holder(&self, path: &Path) -> Option<(Option<usize>, &FileSystem)> {
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

    /// The nodes of all disks and partitions.
    pub fn nodes(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(self.disk.as_path()).chain(self.volumes.iter().map(PathBuf::as_path))
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
        BTreeMap::from([
            ("IMAGE_BLOCK_DEVICE".to_owned(), self.disk.display().to_string()),
            ("IMAGE_BLOCK_DEVICES".to_owned(), devices),
        ])
    }
}

/// The mounts behind a [`MountedImage`], in the order of their release.
#[derive(Debug)]
pub(super) struct ImageMounts {
    /// Children before parents.
    mounts: Vec<Mounted>,
    disk: ImageDisk,
}

#[derive(Debug)]
enum Mounted {
    Kernel { mount: Mount, trims: bool },
    Fat(FatStage),
}

impl ImageMounts {
    /// Attaches the target, makes its file systems and mounts them.
    pub(super) fn create(recipe: &Recipe<'_>, plan: &DiskPlan) -> Result<(MountedImage, ImageMounts)> {
        let disk = ImageDisk::create(recipe.target.path(), recipe.layout, plan, recipe.identity)?;
        let image = MountedImage {
            root: recipe.mount_point.to_owned(),
            arch: recipe.arch,
            disk: disk.path().to_owned(),
            volumes: disk.volumes(),
            layout: recipe.layout.clone(),
            plan: plan.clone(),
        };
        make_file_systems(&image)?;
        let mut mounts = ImageMounts { mounts: Vec::new(), disk };
        for (point, fs) in recipe.layout.mounts() {
            mounts.add(&image, point, fs)?;
        }
        Ok((image, mounts))
    }

    fn add(&mut self, image: &MountedImage, point: &Path, fs: &FileSystem) -> Result<()> {
        let target = image.root.join(point.strip_prefix("/").unwrap_or(point));
        fs::create_dir_all(&target)
            .with_context(|| format!("making the mount point {}", target.display()))?;
        let planned = image.plan.file_systems.iter().find(|planned| planned.name == fs.name);
        let planned = planned.with_context(|| format!("file system '{}' is not in the plan", fs.name))?;
        let device = image.device(planned.partition);
        let mounted = match fs.kind {
            FsKind::Vfat => Mounted::Fat(FatStage::open(device, &target, planned.extent.length)?),
            kind => {
                let trims = kind != FsKind::Ext2;
                Mounted::Kernel { mount: Mount::device(device, &target, kind.as_str(), "")?, trims }
            }
        };
        self.mounts.insert(0, mounted);
        Ok(())
    }

    /// Writes everything out, discards what is unused, unmounts and detaches.
    pub(super) fn close(self) -> Result<()> {
        for mounted in self.mounts {
            mounted.close()?;
        }
        self.disk.close()
    }
}

impl Mounted {
    fn close(self) -> Result<()> {
        match self {
            Mounted::Fat(stage) => stage.close(),
            Mounted::Kernel { mount, trims } => {
                disk::sync_filesystem(mount.path())?;
                if trims {
                    // A file system that cannot discard only makes a larger file.
                    match trim::fstrim(mount.path()) {
                        Ok(bytes) => tracing::debug!(bytes, path = %mount.path().display(), "trimmed"),
                        Err(error) => tracing::warn!("{error:#}"),
                    }
                }
                mount.close()
            }
        }
    }
}

/// Runs mkfs for every file system of the plan.
fn make_file_systems(image: &MountedImage) -> Result<()> {
    for planned in &image.plan.file_systems {
        let (program, args) = planned.mkfs.split_first().context("a file system without a command")?;
        let mkfs = Program::new(program).args(args).arg(image.device(planned.partition));
        mkfs.execute().with_context(|| format!("making the file system '{}'", planned.name))?;
    }
    Ok(())
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
        assert_eq!(whole.device(None), Path::new("/dev/loop7"));
    }

    #[test]
    fn the_file_system_of_a_path() {
        let image = image(TWO, &["/dev/loop7p1", "/dev/loop7p2"]);
        for (path, partition) in [("/boot/grub", 0), ("/boot", 0), ("/bootloader", 1), ("/", 1)] {
            let (index, _) = image.holder(Path::new(path)).unwrap();
            assert_eq!(index, Some(partition), "{path}");
        }
    }
}
