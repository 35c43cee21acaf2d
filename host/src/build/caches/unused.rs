//! Removes what no build has used for long.

use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

use super::CONTENT;
use crate::plan::CACHES;
use crate::sys::lock::DirectoryLock;

/// Where what components fetched is kept.
const DOWNLOADS: &str = "downloads";

/// How deep caches are: an element's origin, and the cache.
const DEPTH: usize = 2;

/// How much was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Removes the files of elements' caches and of downloads below `base` that were neither
/// read nor written for as long as `age`. A cache that a build uses stays as it is.
///
/// # Errors
///
/// Fails if a directory cannot be listed or a file cannot be removed.
pub fn remove_unused(base: &Path, age: Duration) -> Result<Removed> {
    let mut removed = Removed::default();
    for cache in caches(&base.join(CACHES), DEPTH)? {
        let Some(_lock) = DirectoryLock::try_claim(&cache)? else { continue };
        sweep(&cache.join(CONTENT), age, &mut removed)?;
    }
    sweep(&base.join(DOWNLOADS), age, &mut removed)?;
    Ok(removed)
}

/// The directories that hold a cache each.
fn caches(directory: &Path, depth: usize) -> Result<Vec<PathBuf>> {
    if depth == 0 {
        return Ok(vec![directory.to_owned()]);
    }
    let below = entries(directory)?.into_iter().filter(|(_, metadata)| metadata.is_dir());
    let nested = below.map(|(path, _)| caches(&path, depth - 1)).collect::<Result<Vec<_>>>()?;
    Ok(nested.concat())
}

/// Removes old files, and follows no link: programs of images write what they like into a cache.
fn sweep(directory: &Path, age: Duration, removed: &mut Removed) -> Result<()> {
    for (path, metadata) in entries(directory)? {
        if metadata.is_dir() {
            sweep(&path, age, removed)?;
        } else if metadata.is_file() && is_unused(&metadata, age) {
            fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
            removed.files += 1;
            removed.bytes += metadata.len();
        }
    }
    Ok(())
}

fn is_unused(metadata: &Metadata, age: Duration) -> bool {
    let times = [metadata.accessed(), metadata.modified()].into_iter().flatten();
    let last = times.max().unwrap_or_else(SystemTime::now);
    SystemTime::now().duration_since(last).is_ok_and(|unused| unused >= age)
}

/// What is in a directory, sorted; nothing where there is none.
fn entries(directory: &Path) -> Result<Vec<(PathBuf, Metadata)>> {
    let read = |entry: io::Result<DirEntry>| {
        let path = entry?.path();
        let metadata = path.symlink_metadata()?;
        Ok((path, metadata))
    };
    let listed = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.and_then(|entries| entries.map(read).collect::<io::Result<Vec<_>>>()),
    };
    let mut listed = listed.with_context(|| format!("listing {}", directory.display()))?;
    listed.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use std::fs::{File, FileTimes};
    use std::os::unix::fs::symlink;

    use super::*;

    const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    fn file(path: &Path, unused: Duration) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "1234").unwrap();
        let time = SystemTime::now() - unused;
        let times = FileTimes::new().set_accessed(time).set_modified(time);
        File::options().write(true).open(path).unwrap().set_times(times).unwrap();
    }

    #[test]
    fn what_nobody_used_goes_and_the_rest_stays() {
        let base = tempfile::tempdir().unwrap();
        let at = |path: &str| base.path().join(path);
        let cache = "caches/_builtin/debian-archives";
        let old = [format!("{cache}/content/partial/old.deb"), "downloads/old".to_owned()];
        let kept = [
            format!("{cache}/content/new.deb"),
            "caches/_builtin/claimed/content/old.deb".to_owned(),
            "elsewhere/old".to_owned(),
        ];
        old.iter().for_each(|path| file(&at(path), MONTH * 2));
        file(&at(&kept[0]), MONTH / 2);
        kept[1..].iter().for_each(|path| file(&at(path), MONTH * 2));
        symlink(at("elsewhere"), at(&format!("{cache}/content/link"))).unwrap();
        let _claim = DirectoryLock::try_claim(&at("caches/_builtin/claimed")).unwrap().unwrap();

        assert_eq!(remove_unused(base.path(), MONTH).unwrap(), Removed { files: 2, bytes: 8 });
        assert!(old.iter().all(|path| !at(path).exists()));
        assert!(kept.iter().all(|path| at(path).exists()));
        assert_eq!(remove_unused(&at("nowhere"), MONTH).unwrap(), Removed::default());
    }
}
