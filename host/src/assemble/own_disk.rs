//! A disk that a `block-device.d` hook brought: it is used as it is.
//!
//! Such a hook partitions, makes the file systems and mounts them at
//! `TMP_MOUNT_PATH` itself. The build copies the tree there, runs the phases
//! of the mounted image, and then takes away the right to write: what is on
//! the device is complete, and exports read it while it is still mounted. The
//! mounts go when the build's work directory does.

use std::fs;
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::RawImage;
use crate::build::{BuiltTree, Ground, Site};
use crate::plan::layout::DiskPlan;
use crate::report::StageScope;
use crate::sys::copy::{CopyOptions, copy_tree};
use crate::sys::{disk, foreign};

/// Puts the tree onto the file systems that a hook mounted.
pub(super) fn assemble(
    tree: BuiltTree,
    device: PathBuf,
    site: &Site,
    stage: &StageScope,
) -> Result<RawImage> {
    let BuiltTree { plan, tree, crew } = tree;
    let root = site.workspace.mount_point();
    ensure!(
        foreign::is_mount_point(&root)?,
        "a block-device hook named {}, and mounted nothing at TMP_MOUNT_PATH ({}): a hook that brings a device \
         makes its file systems and mounts them there",
        device.display(),
        root.display()
    );
    let disk = DiskPlan { size: device_size(&device)?, ..DiskPlan::default() };

    let step = stage.step("copying the tree into the image");
    let options = CopyOptions { threads: site.options.threads, ..CopyOptions::default() };
    copy_tree(&tree, &root, options).context("copying the tree into the image")?;
    super::remove(&tree, &root)?;
    step.finish();

    let mut ground = Ground::tree(root.clone());
    let shown = device.display().to_string();
    ground.variables.insert("IMAGE_BLOCK_DEVICE".to_owned(), shown);
    ground.variables.extend([super::image_size(&disk)]);
    super::run_phases(&plan, &crew, &ground, std::iter::once(device.as_path()), site)?;
    foreign::seal(&root)?;
    disk::forget_cached(&device)?;
    Ok(RawImage { plan, file: device, disk, mounted: Some(root) })
}

/// The size of a device of the build host.
pub(super) fn device_size(device: &Path) -> Result<u64> {
    let context = || format!("measuring {}, which a block-device hook named", device.display());
    let mut file = fs::File::open(device).with_context(context)?;
    file.seek(SeekFrom::End(0)).with_context(context)
}
