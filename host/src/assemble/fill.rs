//! The tree, copied into an image that is just large enough.
//!
//! Knows nothing of hooks: see [`super::assemble`] for what runs in the image.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};

use super::fstab::write_fstab;
use super::mounted::MountedImage;
use super::mounts::ImageMounts;
use super::recipe::{Recipe, Target};
use crate::plan::layout::{DiskPlan, Human, UsageByMount, plan_disk};
use crate::spec::DiskSpec;
use crate::sys::copy::{CopyOptions, CopyStats, copy_tree, is_no_space};
use crate::sys::disk;

/// How often a larger image is tried after one that was too small: the
/// estimate leaves a reserve, so that once is rare already.
const ATTEMPTS: u32 = 4;

/// What each further attempt adds, as a share of the tree, and at least.
const GROWTH_SHARE: u64 = 4;
const GROWTH_MINIMUM: u64 = 128 << 20;

/// Free space of the work directory below which a full image is its fault.
const WORK_SPACE_MINIMUM: u64 = 32 << 20;

/// A mounted image with the tree on it; unmounted and detached when this value ends.
#[derive(Debug)]
#[must_use = "dropping a filled image unmounts it"]
pub struct FilledImage {
    /// What is mounted where.
    pub image: MountedImage,
    mounts: ImageMounts,
}

impl FilledImage {
    /// Writes everything out, discards unused blocks, unmounts and detaches.
    ///
    /// # Errors
    ///
    /// Fails with the first of these that fails; all are tried.
    pub fn close(self) -> Result<DiskPlan> {
        self.mounts.close()?;
        Ok(self.image.plan)
    }
}

impl Recipe<'_> {
    /// Plans and makes the disk and its file systems, and copies the tree,
    /// which takes `usage`. Where the estimate was too small, tries again with a
    /// larger image.
    ///
    /// # Errors
    ///
    /// Fails if the tree does not fit into a given size, and where a device,
    /// a file system or a file cannot be made.
    pub fn fill(&self, usage: &UsageByMount) -> Result<FilledImage> {
        let content: u64 = usage.values().map(|usage| usage.bytes).sum();
        let mut disk = self.disk.clone();
        if let Target::Device(_, size) = self.target {
            disk.image_size = Some(*size);
        }
        for attempt in 1.. {
            let filled = self.create(usage, &disk)?;
            let error = match self.copy(&filled.image, content) {
                Ok(()) => return Ok(filled),
                Err(error) => error,
            };
            let size = filled.image.plan.size;
            drop(filled);
            self.check_retry(&error, &disk, attempt).map_err(|why| error.context(why))?;
            disk.extra_size += GROWTH_MINIMUM.max(content / GROWTH_SHARE);
            tracing::warn!("the tree did not fit into {}; trying a larger image", Human(size));
        }
        unreachable!("the attempts end with a result")
    }

    fn create(&self, usage: &UsageByMount, disk: &DiskSpec) -> Result<FilledImage> {
        let plan = plan_disk(self.layout, disk, usage, self.identity)?;
        if let Target::File(path) = &self.target {
            remove_if_there(path)?;
            disk::create_sparse(path, plan.size)?;
        }
        let (image, mounts) = ImageMounts::create(self, &plan)?;
        Ok(FilledImage { image, mounts })
    }

    fn copy(&self, image: &MountedImage, content: u64) -> Result<()> {
        let progress = |stats: CopyStats| (self.progress)(stats.bytes, content);
        let options =
            CopyOptions { threads: self.threads, progress: Some(&progress), ..CopyOptions::default() };
        copy_tree(self.tree, &image.root, options).context("copying the tree into the image")?;
        write_fstab(&image.root, self.layout)?;
        for (point, _) in self.layout.mounts() {
            disk::sync_filesystem(&image.root.join(point.strip_prefix("/").unwrap_or(point)))?;
        }
        Ok(())
    }

    /// Whether a larger image can help; if not, why.
    fn check_retry(&self, error: &anyhow::Error, disk: &DiskSpec, attempt: u32) -> Result<(), String> {
        if !is_no_space(error) {
            return Err("filling the image".to_owned());
        }
        if let Target::File(path) = &self.target {
            let free = path.parent().and_then(|parent| disk::free_space(parent).ok()).unwrap_or(u64::MAX);
            if free < WORK_SPACE_MINIMUM {
                return Err(format!("the work directory is full ({} left)", Human(free)));
            }
        }
        if self.layout.size.or(disk.image_size).is_some() {
            return Err("the tree does not fit into the image size that was given; raise it".to_owned());
        }
        match attempt < ATTEMPTS {
            true => Ok(()),
            false => Err(format!("the tree did not fit in {ATTEMPTS} attempts, each larger")),
        }
    }
}

fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}
