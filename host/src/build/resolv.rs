//! `/etc/resolv.conf` during a build.
//!
//! The build host's resolver configuration is lent to the tree so that
//! package managers can resolve names. `/etc/resolv.conf.ORIG` keeps what the
//! tree had and is an interface of its own: an element may write there what
//! the finished image shall have.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use cap_std::fs::Dir;

use crate::sys::attributes;

const RESOLV: &str = "resolv.conf";
const ORIGINAL: &str = "resolv.conf.ORIG";

/// Lends `host` (the host's resolver configuration, absent if it has none) to
/// the tree whose `/etc` is `etc`.
///
/// # Errors
///
/// Fails if files in `etc` cannot be renamed or written.
pub fn lend(etc: &Dir, host: Option<&[u8]>) -> Result<()> {
    let context = "lending the host's /etc/resolv.conf to the tree";
    match etc.rename(RESOLV, etc, ORIGINAL) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        other => other.context(context)?,
    }
    match host {
        Some(bytes) => etc.write(RESOLV, bytes).context(context),
        None => Ok(()),
    }
}

/// Lends it anew where a link took its place meanwhile, which leads nowhere
/// before the machine runs: that of the package systemd-resolved, for one. The
/// link is what the image has in the end.
///
/// # Errors
///
/// Fails as [`lend`] does.
pub fn lend_again(etc: &Dir, host: Option<&[u8]>) -> Result<()> {
    match etc.symlink_metadata(RESOLV) {
        Ok(meta) if meta.is_symlink() => lend(etc, host),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).context("looking at /etc/resolv.conf of the tree")
        }
        _ => Ok(()),
    }
}

/// Takes it back. A symbolic link or an immutable file, put there by an
/// element meanwhile, is left alone.
///
/// # Errors
///
/// Fails if files in `etc` cannot be removed or renamed.
pub fn restore(etc: &Dir, etc_path: &Path) -> Result<()> {
    let context = "restoring /etc/resolv.conf of the tree";
    let kept = match etc.symlink_metadata(RESOLV) {
        Ok(meta) => meta.is_symlink() || attributes::is_immutable(&etc_path.join(RESOLV))?,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error).context(context),
    };
    if kept {
        return remove(etc, ORIGINAL).context(context);
    }
    remove(etc, RESOLV).context(context)?;
    match etc.rename(ORIGINAL, etc, RESOLV) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other.context(context),
    }
}

/// Makes the image's file immutable where that of `tree` is: copies are not.
///
/// # Errors
///
/// Fails if the flag cannot be read or set.
pub fn keep_immutable(tree: &Path, image: &Path) -> Result<()> {
    let [ours, theirs] = [tree, image].map(|root| root.join("etc"));
    let is_file = |etc: &Path| {
        let plain = |path: &Path| path.symlink_metadata().ok();
        plain(etc).is_some_and(|it| it.is_dir()) && plain(&etc.join(RESOLV)).is_some_and(|it| it.is_file())
    };
    if is_file(&ours) && is_file(&theirs) && attributes::is_immutable(&ours.join(RESOLV))? {
        attributes::make_immutable(&theirs.join(RESOLV))?;
    }
    Ok(())
}

fn remove(etc: &Dir, name: &str) -> std::io::Result<()> {
    match etc.remove_file(name) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn etc() -> (tempfile::TempDir, Dir) {
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(temp.path(), cap_std::ambient_authority()).unwrap();
        (temp, dir)
    }

    #[test]
    fn a_file_comes_back_as_it_was() {
        let (temp, etc) = etc();
        etc.write(RESOLV, "image").unwrap();
        lend(&etc, Some(b"host")).unwrap();
        assert_eq!(etc.read(RESOLV).unwrap(), b"host");
        restore(&etc, temp.path()).unwrap();
        assert_eq!(etc.read(RESOLV).unwrap(), b"image");
        assert!(etc.symlink_metadata(ORIGINAL).is_err());
    }

    #[test]
    fn a_dangling_link_comes_back() {
        let (temp, etc) = etc();
        etc.symlink_contents("/run/systemd/resolve/stub-resolv.conf", RESOLV).unwrap();
        lend(&etc, Some(b"host")).unwrap();
        assert_eq!(etc.read(RESOLV).unwrap(), b"host");
        restore(&etc, temp.path()).unwrap();
        let target = etc.read_link_contents(RESOLV).unwrap();
        assert_eq!(target, Path::new("/run/systemd/resolve/stub-resolv.conf"));
    }

    #[test]
    fn a_tree_without_one_ends_without_one() {
        let (temp, etc) = etc();
        lend(&etc, Some(b"host")).unwrap();
        restore(&etc, temp.path()).unwrap();
        assert!(etc.symlink_metadata(RESOLV).is_err());
    }

    #[test]
    fn a_link_made_during_the_build_stays() {
        let (temp, etc) = etc();
        etc.write(RESOLV, "image").unwrap();
        lend(&etc, Some(b"host")).unwrap();
        etc.remove_file(RESOLV).unwrap();
        etc.symlink_contents("/run/x", RESOLV).unwrap();
        restore(&etc, temp.path()).unwrap();
        assert_eq!(etc.read_link_contents(RESOLV).unwrap(), Path::new("/run/x"));
        assert!(etc.symlink_metadata(ORIGINAL).is_err());
    }

    #[test]
    fn names_are_resolved_after_a_link_was_made() {
        let (temp, etc) = etc();
        etc.write(RESOLV, "image").unwrap();
        lend(&etc, Some(b"host")).unwrap();
        lend_again(&etc, Some(b"other")).unwrap();
        assert_eq!(etc.read(RESOLV).unwrap(), b"host");
        etc.remove_file(RESOLV).unwrap();
        lend_again(&etc, Some(b"host")).unwrap();
        assert!(etc.symlink_metadata(RESOLV).is_err(), "what an element removed stays away");
        etc.symlink_contents("/run/x", RESOLV).unwrap();
        lend_again(&etc, Some(b"host")).unwrap();
        assert_eq!(etc.read(RESOLV).unwrap(), b"host");
        restore(&etc, temp.path()).unwrap();
        assert_eq!(etc.read_link_contents(RESOLV).unwrap(), Path::new("/run/x"));
        assert!(etc.symlink_metadata(ORIGINAL).is_err());
    }

    #[test]
    fn an_element_may_choose_the_final_file() {
        let (temp, etc) = etc();
        etc.write(RESOLV, "image").unwrap();
        lend(&etc, None).unwrap();
        etc.write(ORIGINAL, "chosen").unwrap();
        restore(&etc, temp.path()).unwrap();
        assert_eq!(etc.read(RESOLV).unwrap(), b"chosen");
    }
}
