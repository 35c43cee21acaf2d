//! What a tree needs mounted for programs to run in it: proc, sys, and a
//! minimal dev that shows nothing of the machine.

pub(super) mod dev;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::mount::Mount;

/// The mounts a chroot needs; unmounted when this value ends.
#[derive(Debug)]
#[must_use = "dropping the mounts of a chroot unmounts them"]
pub struct ChrootMounts {
    tree: PathBuf,
    /// In the order of unmounting.
    mounts: Vec<Mount>,
}

impl ChrootMounts {
    /// Mounts proc, sys (read-only) and a minimal dev in `tree`.
    ///
    /// `dev` holds null, zero, full, random, urandom, tty, a console that goes
    /// nowhere, the links to the standard streams, shm, and pseudo terminals
    /// of its own. The mount points are made where they are missing; one that
    /// is a symbolic link is refused, since it may lead out of the tree.
    pub fn mount(tree: &Path) -> Result<Self> {
        let mut mounts = Self { tree: tree.to_owned(), mounts: Vec::new() };
        mounts.add("proc", Mount::proc)?;
        mounts.add("sys", Mount::sysfs_read_only)?;
        mounts.add("dev", |target| Mount::tmpfs(target, dev::OPTIONS))?;
        dev::populate(&tree.join("dev"))?;
        mounts.add("dev/pts", |target| Mount::devpts(target, dev::PTS_OPTIONS))?;
        mounts.add("dev/shm", |target| Mount::tmpfs(target, dev::SHM_OPTIONS))?;
        Ok(mounts)
    }

    /// Shows a block device of the machine (a loop device, a partition) under the same name in `dev`.
    pub fn expose(&self, device: &Path) -> Result<()> {
        dev::expose(device, &self.tree.join("dev"))
    }

    /// Unmounts everything.
    ///
    /// All are tried; the first that fails is reported.
    pub fn close(mut self) -> Result<()> {
        let results: Vec<_> = self.mounts.drain(..).map(Mount::close).collect();
        results.into_iter().collect()
    }

    fn add(&mut self, name: &str, mount: impl FnOnce(&Path) -> Result<Mount>) -> Result<()> {
        let target = self.tree.join(name);
        make_mount_point(&target)?;
        self.mounts.insert(0, mount(&target)?);
        Ok(())
    }
}

/// Makes a directory, or checks that what is there is one and no link to one.
pub(super) fn make_mount_point(target: &Path) -> Result<()> {
    match fs::create_dir(target) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let kind =
                target.symlink_metadata().with_context(|| format!("looking at {}", target.display()))?;
            ensure!(kind.is_dir(), "{} must be a directory to mount on, and is none", target.display());
            Ok(())
        }
        Err(error) => Err(error).with_context(|| format!("making the mount point {}", target.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_mount_point_is_made_kept_or_refused() {
        let scratch = tempfile::tempdir().unwrap();
        let proc = scratch.path().join("proc");
        make_mount_point(&proc).unwrap();
        make_mount_point(&proc).unwrap();
        let link = scratch.path().join("sys");
        symlink("/etc", &link).unwrap();
        let error = make_mount_point(&link).unwrap_err();
        let expected = format!("{} must be a directory to mount on, and is none", link.display());
        assert_eq!(error.to_string(), expected);
    }
}
