//! The image's file systems: made, mounted in order, and closed in the other.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::device::ImageDisk;
use super::fat::FatStage;
use super::journal;
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
    source_date: Option<u64>,
}

#[derive(Debug)]
enum Mounted {
    Kernel { mount: Mount, kind: FsKind, device: PathBuf, point: PathBuf },
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
        make_file_systems(&image, recipe.source_date)?;
        let mut mounts = ImageMounts { mounts: Vec::new(), disk, source_date: recipe.source_date };
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
                let mount = Mount::device(device, &target, kind.as_str(), "")?;
                Mounted::Kernel { mount, kind, device: device.to_owned(), point: point.to_owned() }
            }
        };
        self.mounts.insert(0, mounted);
        Ok(())
    }

    /// Writes everything out, discards what is unused, unmounts and detaches.
    pub(super) fn close(self) -> Result<()> {
        for mounted in self.mounts {
            mounted.close(self.source_date)?;
        }
        self.disk.close()
    }
}

impl Mounted {
    fn close(self, source_date: Option<u64>) -> Result<()> {
        match self {
            Mounted::Fat(stage) => stage.close(),
            Mounted::Kernel { mount, kind, device, point } => {
                disk::sync_filesystem(mount.path())?;
                if kind != FsKind::Ext2 {
                    trim(mount.path());
                }
                mount.close()?;
                if kind.is_ext() { tidy_ext(&device, &point, source_date) } else { Ok(()) }
            }
        }
    }
}

/// Discards what is unused. A file system that cannot only makes a larger file.
fn trim(path: &Path) {
    match trim::fstrim(path) {
        Ok(bytes) => tracing::debug!(bytes, path = %path.display(), "trimmed"),
        Err(error) => tracing::warn!("{error:#}"),
    }
}

/// Removes what an ext file system notes of the build host: where and how
/// often it was mounted, and all that went through its journal.
fn tidy_ext(device: &Path, point: &Path, source_date: Option<u64>) -> Result<()> {
    // Where the device knows no holes, the image is right, only larger.
    if let Err(error) = journal::empty(device) {
        tracing::warn!("{error:#}");
    }
    let tune = Program::new("tune2fs").arg("-M").arg(point).args(["-C", "0"]).arg(device);
    dated(tune, source_date).execute().context("tidying the file system's own notes")
}

/// Runs mkfs for every file system of the plan.
fn make_file_systems(image: &MountedImage, source_date: Option<u64>) -> Result<()> {
    for planned in &image.plan.file_systems {
        let (program, args) = planned.mkfs.split_first().context("a file system without a command")?;
        let mkfs = Program::new(program).args(args).arg(image.device(planned.base));
        let made = dated(mkfs, source_date).execute();
        made.with_context(|| format!("making the file system '{}'", planned.name))?;
    }
    Ok(())
}

/// Has the programs of file systems take this time for now.
fn dated(program: Program, source_date: Option<u64>) -> Program {
    let names = ["SOURCE_DATE_EPOCH", "E2FSPROGS_FAKE_TIME"];
    let date = source_date.map(|date| date.to_string());
    program.envs(date.iter().flat_map(|date| names.map(|name| (name, date))))
}
