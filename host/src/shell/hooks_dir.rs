//! The hooks directory: all elements of a plan merged into one, as DIB's
//! contract has it. Outside the chroot it is `TMP_HOOKS_PATH`, inside it is
//! bind-mounted read-only at [`IN_TARGET`].

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

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
            write_file(file, hooks, element)?;
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
        write_file(file, directory, element)?;
    }
    Ok(directory.to_owned())
}

/// A link that another element brought may lead anywhere on this machine.
fn refuse_links(directory: &Path, path: &str) -> Result<()> {
    for (end, _) in path.match_indices('/') {
        let above = directory.join(&path[..end]);
        ensure!(!above.is_symlink(), "another element has a link as {}", &path[..end]);
    }
    Ok(())
}

fn write_file(file: &ElementFile, directory: &Path, element: &Element) -> Result<()> {
    let target = &directory.join(&file.path);
    let describe = || format!("copying {} of element {} to {}", file.path, element.name, target.display());
    refuse_links(directory, &file.path).with_context(describe)?;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::element::Origin;

    fn element(name: &str, path: &str, content: Content) -> Element {
        let files = vec![ElementFile { path: path.to_owned(), mode: 0o644, content }];
        Element { files, ..Element::empty(name, Origin::Builtin) }
    }

    #[test]
    fn nothing_is_written_through_a_link_of_another_element() {
        let scratch = tempfile::tempdir().unwrap();
        let (hooks, outside) = (scratch.path().join("hooks"), scratch.path().join("outside"));
        fs::create_dir(&outside).unwrap();
        let link = element("a", "static/etc", Content::Link(outside.clone()));
        let file = element("b", "static/etc/x", Content::Memory(Arc::from(b"x".as_slice())));
        unpack(&link, &hooks).unwrap();
        let error = format!("{:#}", unpack(&file, &hooks).unwrap_err());
        assert!(error.ends_with(": another element has a link as static/etc"), "{error}");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    }
}
