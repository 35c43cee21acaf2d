//! The directory in which workspaces stand side by side: claiming one, and
//! removing those whose build is gone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::{AREA, LOGS, PARTIALS, PREFIX, Partials, loop_devices};
use crate::sys::lock::{self, DirectoryLock, LOCK_FILE};
use crate::sys::loopdev::Forgotten;

/// How long a build may take from making its directory to filling it.
const BEGINNING: Duration = Duration::from_secs(60);

/// Makes a workspace's directory, and locks it.
pub(super) fn claim(base: &Path) -> Result<(PathBuf, DirectoryLock)> {
    let top = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempdir_in(base)
        .with_context(|| format!("creating a work directory in {}", base.display()))?
        .keep();
    let lock = DirectoryLock::try_claim(&top)?
        .with_context(|| format!("{} is locked by another process", top.display()))?;
    Ok((top, lock))
}

/// Removes the workspaces below `base` whose build is gone, with its outputs
/// that were not complete and the loop devices that its hooks attached, and names them.
///
/// # Errors
///
/// Fails if `base` cannot be listed, an abandoned directory cannot be removed or
/// a device cannot be detached.
pub fn reap(base: &Path) -> Result<Vec<PathBuf>> {
    let is_abandoned = |path: &Path| path.join(AREA).is_dir() || is_bare(path);
    let elsewhere = |path: &Path| {
        for Forgotten { device, file } in loop_devices::release(path)? {
            tracing::info!(device = %device.display(), file = %file.display(), "detached what a hook left");
        }
        Partials::new(&path.join(PARTIALS)).remove()
    };
    lock::remove_unclaimed(base, |path| is_named(path) && is_abandoned(path), elsewhere)
}

/// Removes the logs below `base` that builds kept, and names their directories.
///
/// # Errors
///
/// Fails if `base` cannot be listed or a directory cannot be removed.
pub fn remove_logs(base: &Path) -> Result<Vec<PathBuf>> {
    let is_log = |path: &Path| path.join(LOGS).is_dir() && !path.join(AREA).is_dir();
    lock::remove_unclaimed(base, |path| is_named(path) && is_log(path), |_| Ok(()))
}

fn is_named(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
}

/// Whether a directory is that of a build that was killed before it had more
/// than the lock, and not of one that only begins.
fn is_bare(path: &Path) -> bool {
    let is_lock = |entry: std::io::Result<fs::DirEntry>| entry.is_ok_and(|it| it.file_name() == LOCK_FILE);
    let empty = fs::read_dir(path).is_ok_and(|mut entries| entries.all(is_lock));
    let age = path.metadata().and_then(|metadata| metadata.modified()).map(|time| time.elapsed());
    empty && age.is_ok_and(|age| age.is_ok_and(|age| age > BEGINNING))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn only_what_is_nobodys_is_removed() {
        let base = tempfile::tempdir().unwrap();
        let made = |name: &str, inside: &[&str]| {
            for directory in inside {
                fs::create_dir_all(base.path().join(name).join(directory)).unwrap();
            }
            base.path().join(name)
        };
        let killed = made("slate-killed", &["area/mnt", "logs", "partial"]);
        let half = base.path().join(".x.raw.abc123.partial");
        fs::write(&half, "").unwrap();
        Partials::new(&killed.join(PARTIALS)).note(&half).unwrap();
        let failed = made("slate-failed", &["logs"]);
        let running = made("slate-running", &["area", "logs"]);
        let lock = DirectoryLock::try_claim(&running).unwrap().unwrap();
        let foreign = [made("slate-foreign", &["other"]), made("mine", &["area", "logs"])];

        assert_eq!(reap(base.path()).unwrap(), [killed.as_path()]);
        assert_eq!(remove_logs(base.path()).unwrap(), [failed.as_path()]);
        assert!(!killed.exists() && !half.exists() && !failed.exists() && running.exists());
        assert!(foreign.iter().all(|path| path.exists() && !path.join("lock").exists()));
        drop(lock);
        assert_eq!(reap(base.path()).unwrap(), [running]);
    }

    #[test]
    fn what_was_killed_at_once_is_removed_but_not_what_begins() {
        let base = tempfile::tempdir().unwrap();
        let [old, new] = ["slate-old", "slate-new"].map(|name| base.path().join(name));
        for path in [&old, &new] {
            fs::create_dir(path).unwrap();
            fs::write(path.join(LOCK_FILE), "").unwrap();
        }
        let before = SystemTime::now() - 2 * BEGINNING;
        fs::File::open(&old).unwrap().set_modified(before).unwrap();
        assert_eq!(reap(base.path()).unwrap(), [old]);
        assert!(new.exists());
    }

    #[test]
    fn a_base_that_does_not_exist_holds_nothing() {
        assert_eq!(reap(Path::new("/nonexistent/base")).unwrap(), [] as [PathBuf; 0]);
    }
}
