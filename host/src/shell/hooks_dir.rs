//! The hooks directory: all elements of a plan merged into one, as DIB's
//! contract has it. Outside the chroot it is `TMP_HOOKS_PATH`, inside it is
//! bind-mounted read-only at [`IN_TARGET`].

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::element::{Content, Element, ElementFile};
use crate::plan::Plan;

/// Where chroot hooks find the hooks directory.
pub const IN_TARGET: &str = "/tmp/in_target.d";

/// Materialises every element's files under `hooks`. Files of later elements
/// never replace those of earlier ones; the planner has refused two hooks of
/// one name before.
///
/// # Errors
///
/// Fails if a file of an element cannot be read or `hooks` cannot be written.
pub fn merge(plan: &Plan, hooks: &Path) -> Result<()> {
    fs::create_dir_all(hooks).with_context(|| format!("creating the hooks directory {}", hooks.display()))?;
    for element in &plan.sources {
        for file in &element.files {
            write_file(file, &hooks.join(&file.path), element)?;
        }
    }
    Ok(())
}

/// Materialises one element as a directory of its own: what
/// `IMAGE_ELEMENT_YAML` points to for elements that are not on disk.
///
/// # Errors
///
/// Fails if a file of the element cannot be read or `directory` cannot be written.
pub fn unpack(element: &Element, directory: &Path) -> Result<PathBuf> {
    fs::create_dir_all(directory).with_context(|| format!("creating {}", directory.display()))?;
    for file in &element.files {
        write_file(file, &directory.join(&file.path), element)?;
    }
    Ok(directory.to_owned())
}

fn write_file(file: &ElementFile, target: &Path, element: &Element) -> Result<()> {
    let describe = || format!("copying {} of element {} to {}", file.path, element.name, target.display());
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).with_context(describe)?;
    }
    if target.symlink_metadata().is_ok() {
        return Ok(());
    }
    let mode = fs::Permissions::from_mode(file.mode);
    if let Content::Directory = &file.content {
        return fs::create_dir(target)
            .and_then(|()| fs::set_permissions(target, mode))
            .with_context(describe);
    }
    if let Content::Link(to) = &file.content {
        return symlink(to, target).with_context(describe);
    }
    let bytes = file.content.read().with_context(describe)?;
    let mut out = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(file.mode)
        .open(target)
        .with_context(describe)?;
    out.write_all(&bytes).with_context(describe)?;
    // The mode given to `open` is subject to the umask.
    out.set_permissions(mode).with_context(describe)
}
