//! `/etc/fstab` of the image.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use cap_std::fs::Dir;

use crate::plan::layout::Layout;

/// Writes `/etc/fstab`, unless the layout has no line for it.
pub(super) fn write_fstab(root: &Path, layout: &Layout) -> Result<()> {
    let fstab = layout.fstab();
    if fstab.is_empty() {
        return Ok(());
    }
    // Opened as a capability: a link in the tree does not lead out of it.
    let root =
        Dir::open_ambient_dir(root, cap_std::ambient_authority()).context("opening the image's root")?;
    root.create_dir_all("etc").context("making /etc of the image")?;
    root.write("etc/fstab", fstab).context("writing /etc/fstab of the image")?;
    let entry = root.symlink_metadata("etc/fstab").context("reading /etc/fstab of the image")?;
    ensure!(entry.is_file(), "/etc/fstab of the image is no regular file");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::plan::layout::RootDefaults;

    #[test]
    fn fstab_does_not_leave_the_tree() {
        let outside = tempfile::tempdir().unwrap();
        let tree = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), tree.path().join("etc")).unwrap();
        let layout = Layout::whole_disk(&RootDefaults::default());
        write_fstab(tree.path(), &layout).unwrap_err();
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
