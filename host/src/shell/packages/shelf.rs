//! One directory of downloads after the other, and where its packages are kept.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What apt calls a package that is there whole; parts are elsewhere.
const PACKAGE: &str = "deb";

/// How long a package is kept that nothing has read.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A package on its way to a shelf.
const PART: &str = "part";

/// The directories below `downloads`, each of which has a shelf of its name below `kept`.
#[derive(Debug)]
pub(super) struct Shelves {
    downloads: PathBuf,
    kept: PathBuf,
    /// What was missing at the last look, by directory and name: it is put back
    /// at the second, so that who removes files is not kept busy.
    missing: BTreeSet<PathBuf>,
}

impl Shelves {
    pub(super) fn new(downloads: PathBuf, kept: PathBuf) -> Shelves {
        Shelves { downloads, kept, missing: BTreeSet::new() }
    }

    /// Removes what has been read by nobody for [`LONGEST`].
    pub(super) fn forget_old(&self) {
        for shelf in names(&self.kept) {
            for package in packages(&self.kept.join(shelf)) {
                let read = fs::symlink_metadata(&package).and_then(|metadata| metadata.accessed());
                let age = read.map(|read| SystemTime::now().duration_since(read).unwrap_or_default());
                if age.is_ok_and(|age| age > LONGEST) {
                    tell("removing", &package, fs::remove_file(&package));
                }
            }
        }
    }

    /// Keeps what is new, and puts back what was missing before.
    pub(super) fn look(&mut self) {
        let mut missing = BTreeSet::new();
        for name in names(&self.downloads) {
            let (here, shelf) = (self.downloads.join(&name), self.kept.join(&name));
            for package in packages(&here) {
                tell("keeping", &package, keep(&package, &shelf));
            }
            for package in packages(&shelf) {
                let Some(name) = package.file_name() else { continue };
                let place = here.join(name);
                if place.symlink_metadata().is_ok() {
                    continue;
                }
                if self.missing.contains(&place) {
                    tell("putting back", &place, fs::hard_link(&package, &place));
                } else {
                    missing.insert(place);
                }
            }
        }
        self.missing = missing;
    }
}

/// Links a package to the shelf, in place of another one of its name.
fn keep(package: &Path, shelf: &Path) -> io::Result<()> {
    let Some(name) = package.file_name() else { return Ok(()) };
    let place = shelf.join(name);
    let same = |other: Metadata| Ok((other.dev(), other.ino()));
    if let (Ok(here), Ok(there)) =
        (package.symlink_metadata().and_then(same), place.symlink_metadata().and_then(same))
        && here == there
    {
        return Ok(());
    }
    fs::create_dir_all(shelf)?;
    let part = place.with_added_extension(PART);
    match fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::hard_link(package, &part)?;
    fs::rename(&part, &place)
}

/// The names in a directory, sorted; none where there is no directory.
fn names(directory: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<OsString> = entries.map(|entry| entry.file_name()).collect();
    names.sort();
    names
}

/// The packages in a directory.
fn packages(directory: &Path) -> Vec<PathBuf> {
    let paths = names(directory).into_iter().map(|name| directory.join(name));
    let is_file = |path: &PathBuf| path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == PACKAGE) && is_file(path)).collect()
}

/// What cannot be kept is downloaded again; what is gone already was in the way of nobody.
fn tell(doing: &str, package: &Path, result: io::Result<()>) {
    match result {
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => {
            tracing::debug!(package = %package.display(), %error, "{doing} a package");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::fs::FileTimes;

    use super::*;

    fn shelves() -> (tempfile::TempDir, Shelves, PathBuf) {
        let cache = tempfile::tempdir().unwrap();
        let downloads = cache.path().join("apt/debian");
        fs::create_dir_all(downloads.join("partial")).unwrap();
        let shelves = Shelves::new(cache.path().join("apt"), cache.path().join("kept"));
        (cache, shelves, downloads)
    }

    fn shown(directory: &Path) -> Vec<String> {
        names(directory).into_iter().map(|name| name.into_string().unwrap()).collect()
    }

    #[test]
    fn what_was_downloaded_is_put_back() {
        let (cache, mut shelves, downloads) = shelves();
        for name in ["a_1_all.deb", "lock", "partial/b_1_all.deb"] {
            fs::write(downloads.join(name), name).unwrap();
        }
        shelves.look();
        let shelf = cache.path().join("kept/debian");
        assert_eq!(shown(&shelf), ["a_1_all.deb"]);
        fs::remove_file(downloads.join("a_1_all.deb")).unwrap();
        shelves.look();
        assert_eq!(shown(&downloads), ["lock", "partial"], "who cleans is left alone");
        shelves.look();
        assert_eq!(fs::read_to_string(downloads.join("a_1_all.deb")).unwrap(), "a_1_all.deb");
    }

    #[test]
    fn what_was_downloaded_anew_replaces_what_was_kept() {
        let (cache, mut shelves, downloads) = shelves();
        let package = downloads.join("a_1_all.deb");
        for content in ["damaged", "whole"] {
            fs::remove_file(&package).ok();
            fs::write(&package, content).unwrap();
            shelves.look();
            assert_eq!(fs::read_to_string(cache.path().join("kept/debian/a_1_all.deb")).unwrap(), content);
        }
        assert_eq!(shown(&cache.path().join("kept/debian")), ["a_1_all.deb"]);
    }

    #[test]
    fn what_nobody_reads_is_forgotten() {
        let (cache, shelves, _) = shelves();
        let shelf = cache.path().join("kept/debian");
        fs::create_dir_all(&shelf).unwrap();
        for (name, days) in [("old_1_all.deb", 31), ("used_1_all.deb", 29)] {
            let read = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
            let file = fs::File::create(shelf.join(name)).unwrap();
            file.set_times(FileTimes::new().set_accessed(read)).unwrap();
        }
        shelves.forget_old();
        assert_eq!(shown(&shelf), ["used_1_all.deb"]);
    }

    #[test]
    fn without_a_cache_there_is_nothing_to_do() {
        let mut shelves = Shelves::new("/nonexistent/apt".into(), "/nonexistent/kept".into());
        shelves.forget_old();
        shelves.look();
        assert!(!Path::new("/nonexistent").exists());
    }
}
