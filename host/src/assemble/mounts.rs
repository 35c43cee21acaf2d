//! The image's file systems: made, mounted in order, and closed in the other.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::device::ImageDisk;
use super::fat::FatStage;
use super::mounted::MountedImage;
use super::recipe::Recipe;
use crate::plan::layout::{DiskPlan, FileSystem, FsKind};
use crate::sys::mount::Mount;
use crate::sys::process::Program;
use crate::sys::{disk, trim};

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
        let disk =
            ImageDisk::create(recipe.target.path(), recipe.scratch, recipe.layout, plan, recipe.identity)?;
        let image = MountedImage {
            root: recipe.mount_point.to_owned(),
            arch: recipe.arch,
            disk: disk.path().to_owned(),
            volumes: disk.partitions(),
            logical: disk.logical(),
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
        let device = image.device(planned.base);
        let mounted = match fs.kind {
            FsKind::Vfat => Mounted::Fat(FatStage::open(device, &target, planned.size())?),
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
        let mkfs = Program::new(program).args(args).arg(image.device(planned.base));
        mkfs.execute().with_context(|| format!("making the file system '{}'", planned.name))?;
    }
    Ok(())
}
