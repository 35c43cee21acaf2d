//! What authors of elements need, carried inside `slate`: the WIT package, the
//! SDKs with their templates, and the recipes that compile elements.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::element::builtin::BuiltinFile;
use crate::sys::lock::{self, DirectoryLock};

/// How the names of unpacked kits begin.
const PREFIX: &str = "sdk-";

/// How those begin that are not whole yet.
const PART_PREFIX: &str = ".sdk-";

/// Every file by its path in the repository, sorted.
const FILES: &[BuiltinFile] = include!(concat!(env!("OUT_DIR"), "/kit.rs"));

/// The files below a folder, their paths within it.
pub fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static BuiltinFile)> {
    FILES.iter().filter_map(move |file| Some((file.path.strip_prefix(folder)?.strip_prefix('/')?, file)))
}

/// The files of the WIT package with their texts, `world.wit` first.
pub fn wit() -> Vec<(&'static str, &'static str)> {
    let text = |(name, file): (&'static str, &'static BuiltinFile)| {
        Some((name.strip_suffix(".wit")?, std::str::from_utf8(file.bytes).ok()?))
    };
    let mut files: Vec<_> = below("wit").filter_map(text).collect();
    files.sort_by_key(|(name, _)| (*name != "world", *name));
    files
}

/// All of it in a directory, which stays there as long as this lives.
#[derive(Debug)]
pub struct Kit {
    directory: PathBuf,
    _lock: DirectoryLock,
}

impl Kit {
    /// Unpacks it below a cache, unless it is there, under a name that tells what is in it.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be written.
    pub fn unpacked(cache: &Path) -> Result<Kit> {
        let directory = cache.join(own_name());
        loop {
            unpack(cache, &directory)
                .with_context(|| format!("unpacking the SDK into {}", directory.display()))?;
            // Another version may just be removing what it has no use for.
            if let Some(lock) = DirectoryLock::try_share(&directory)? {
                return Ok(Kit { directory, _lock: lock });
            }
        }
    }

    /// A path within it, by its name in the repository.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.join(name)
    }
}

/// Removes what other versions unpacked below a cache and nobody uses, and names it.
///
/// # Errors
///
/// Fails if the cache cannot be listed or a directory cannot be removed.
pub fn remove_others(cache: &Path) -> Result<Vec<PathBuf>> {
    let own = own_name();
    let is_old = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name != own && (name.starts_with(PREFIX) || name.starts_with(PART_PREFIX))
    };
    lock::remove_unclaimed(cache, is_old, |_| Ok(()))
}

fn unpack(cache: &Path, directory: &Path) -> Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(cache)?;
    let part = tempfile::Builder::new().prefix(PART_PREFIX).tempdir_in(cache)?;
    let _lock = DirectoryLock::try_claim(part.path())?;
    for file in FILES {
        write(&part.path().join(file.path), file)?;
    }
    match fs::rename(part.path(), directory) {
        // Another process was faster.
        Err(_) if directory.is_dir() => {}
        result => {
            result?;
            let _ = part.keep();
        }
    }
    Ok(())
}

/// Writes one of the files with the directories that lead there.
pub(super) fn write(path: &Path, file: &BuiltinFile) -> io::Result<()> {
    write_bytes(path, file.bytes)?;
    fs::set_permissions(path, fs::Permissions::from_mode(file.mode))
}

/// Writes a file with the directories that lead there.
pub(super) fn write_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, bytes)
}

/// The name of what this version unpacks.
fn own_name() -> String {
    let mut hash = Sha256::new();
    for file in FILES {
        hash.update(file.path);
        hash.update([0]);
        hash.update(file.bytes.len().to_le_bytes());
        hash.update(file.bytes);
    }
    format!("{PREFIX}{}", &format!("{:x}", hash.finalize())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_comes_first_and_every_interface_is_there() {
        let names: Vec<_> = wit().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[0], "world");
        assert!(names.contains(&"rootfs") && names.contains(&"lifecycle"), "{names:?}");
    }

    #[test]
    fn it_is_unpacked_once() {
        let cache = tempfile::tempdir().unwrap();
        let first = Kit::unpacked(cache.path()).unwrap();
        assert!(first.path("sdk/c/build.sh").is_file() && first.path("wit/world.wit").is_file());
        fs::write(first.path("mark"), "").unwrap();
        assert!(Kit::unpacked(cache.path()).unwrap().path("mark").exists());
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_other_versions_left_is_removed_unless_it_is_in_use() {
        let cache = tempfile::tempdir().unwrap();
        let own = Kit::unpacked(cache.path()).unwrap().path("");
        let made = |name: &str| {
            let path = cache.path().join(name);
            fs::create_dir(&path).unwrap();
            path
        };
        let left = [made(".sdk-killed"), made("sdk-0123456789abcdef")];
        let kept = [own, made("locks"), made("sdk-fedcba9876543210")];
        let lock = DirectoryLock::try_share(&kept[2]).unwrap();

        assert_eq!(remove_others(cache.path()).unwrap(), left);
        assert!(kept.iter().all(|path| path.is_dir()));
        drop(lock);
        assert_eq!(remove_others(cache.path()).unwrap(), kept[2..]);
    }
}
