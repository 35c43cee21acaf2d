//! What authors of elements need, carried inside `slate`: the WIT package, the
//! SDKs with their templates, and the recipes that compile elements.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::element::builtin::BuiltinFile;

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

/// The directory that holds all of it, written there if it is not yet: below a
/// cache, under a name that tells what is in it.
///
/// # Errors
///
/// Fails if it cannot be written.
pub fn unpacked(cache: &Path) -> Result<PathBuf> {
    let directory = cache.join(format!("sdk-{}", digest()));
    if directory.is_dir() {
        return Ok(directory);
    }
    let context = || format!("unpacking the SDK into {}", directory.display());
    fs::create_dir_all(cache).with_context(context)?;
    let part = tempfile::Builder::new().prefix(".sdk-").tempdir_in(cache).with_context(context)?;
    for file in FILES {
        write(&part.path().join(file.path), file).with_context(context)?;
    }
    match fs::rename(part.path(), &directory) {
        // Another process was faster.
        Err(_) if directory.is_dir() => {}
        result => {
            result.with_context(context)?;
            let _ = part.keep();
        }
    }
    Ok(directory)
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

fn digest() -> String {
    let mut hash = Sha256::new();
    for file in FILES {
        hash.update(file.path);
        hash.update([0]);
        hash.update(file.bytes.len().to_le_bytes());
        hash.update(file.bytes);
    }
    format!("{:x}", hash.finalize())[..16].to_owned()
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
        let first = unpacked(cache.path()).unwrap();
        assert!(first.join("sdk/c/build.sh").is_file() && first.join("wit/world.wit").is_file());
        fs::write(first.join("mark"), "").unwrap();
        assert_eq!(unpacked(cache.path()).unwrap(), first);
        assert!(first.join("mark").exists());
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 1);
    }
}
