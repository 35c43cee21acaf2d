//! Directories that belong to one process at a time.
//!
//! A build claims its directory for as long as it lives. The claim is a lock
//! that the kernel drops with the last process that holds it, so a directory
//! without a holder was abandoned and may be removed, however its owner died.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

/// The name of the file within a directory that carries its lock.
pub const LOCK_FILE: &str = "lock";

/// A directory claimed by this process and those it forked; dropped with the last of them.
#[derive(Debug)]
pub struct DirectoryLock {
    directory: PathBuf,
    #[expect(dead_code, reason = "held for its lock, which dropping it releases")]
    file: Flock<File>,
}

impl DirectoryLock {
    /// Claims an existing directory, or returns `None` where another process holds it.
    pub fn try_claim(directory: &Path) -> Result<Option<Self>> {
        Self::lock(directory, FlockArg::LockExclusiveNonblock)
    }

    /// Holds a directory beside others who share it, so that nobody claims it; `None`
    /// where somebody has, or where it is not there.
    pub fn try_share(directory: &Path) -> Result<Option<Self>> {
        match Self::lock(directory, FlockArg::LockSharedNonblock) {
            Err(_) if !directory.exists() => Ok(None),
            outcome => outcome,
        }
    }

    fn lock(directory: &Path, how: FlockArg) -> Result<Option<Self>> {
        loop {
            let path = directory.join(LOCK_FILE);
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
            let file = file.with_context(|| format!("opening {}", path.display()))?;
            let file = match Flock::lock(file, how) {
                Ok(file) => file,
                Err((_, Errno::EWOULDBLOCK)) => return Ok(None),
                Err((_, error)) => {
                    return Err(error).with_context(|| format!("locking {}", path.display()));
                }
            };
            if still_named(&file, &path)? {
                return Ok(Some(Self { directory: directory.to_owned(), file }));
            }
        }
    }

    /// The directory claimed.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

/// Removes the directories below `base` that are wanted and that nobody holds, and names
/// them, sorted, after what `elsewhere` removes of theirs. A base that does not exist has none.
///
/// # Errors
///
/// Fails if `base` cannot be listed, or a directory cannot be locked or removed.
pub fn remove_unclaimed(
    base: &Path,
    wanted: impl Fn(&Path) -> bool,
    elsewhere: impl Fn(&Path) -> Result<()>,
) -> Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    for path in directories(base)?.into_iter().filter(|path| wanted(path)) {
        let Some(lock) = DirectoryLock::try_claim(&path)? else { continue };
        // Its holder may have changed it just before the claim.
        if wanted(&path) {
            elsewhere(&path)?;
            super::root::remove_all(&path)?;
            removed.push(path);
        }
        drop(lock);
    }
    Ok(removed)
}

fn directories(base: &Path) -> Result<Vec<PathBuf>> {
    let context = || format!("listing {}", base.display());
    let entries = match std::fs::read_dir(base) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.with_context(context)?,
    };
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
    let mut paths = paths.with_context(context)?;
    paths.retain(|path| path.is_dir());
    paths.sort();
    Ok(paths)
}

/// Whether `path` still names the file that was locked: its holder may have
/// removed it between our opening it and our lock.
fn still_named(file: &File, path: &Path) -> Result<bool> {
    let held = file.metadata().with_context(|| format!("looking at {}", path.display()))?;
    match path.symlink_metadata() {
        Ok(named) => Ok((named.dev(), named.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("looking at {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_claimed_once_until_released() {
        let scratch = tempfile::tempdir().unwrap();
        let first = DirectoryLock::try_claim(scratch.path()).unwrap().unwrap();
        assert_eq!(first.directory(), scratch.path());
        assert!(DirectoryLock::try_claim(scratch.path()).unwrap().is_none());
        drop(first);
        assert!(DirectoryLock::try_claim(scratch.path()).unwrap().is_some());
    }

    #[test]
    fn a_shared_directory_is_not_claimed() {
        let scratch = tempfile::tempdir().unwrap();
        let shared = [(); 2].map(|()| DirectoryLock::try_share(scratch.path()).unwrap().unwrap());
        assert!(DirectoryLock::try_claim(scratch.path()).unwrap().is_none());
        drop(shared);
        let claimed = DirectoryLock::try_claim(scratch.path()).unwrap().unwrap();
        assert!(DirectoryLock::try_share(scratch.path()).unwrap().is_none());
        drop(claimed);
        assert!(DirectoryLock::try_share(&scratch.path().join("missing")).unwrap().is_none());
    }

    #[test]
    fn a_removed_lock_file_does_not_count_as_held() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join(LOCK_FILE);
        let file = File::create(&path).unwrap();
        assert!(still_named(&file, &path).unwrap());
        std::fs::remove_file(&path).unwrap();
        assert!(!still_named(&file, &path).unwrap());
        std::fs::write(&path, "").unwrap();
        assert!(!still_named(&file, &path).unwrap());
    }

    #[test]
    fn claiming_a_missing_directory_names_it() {
        let error = DirectoryLock::try_claim(Path::new("/no/such/directory")).unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            "opening /no/such/directory/lock: No such file or directory (os error 2)"
        );
    }
}
