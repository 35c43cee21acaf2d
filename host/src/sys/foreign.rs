//! Mounts that hooks make and leave: found in the kernel's list, released
//! from the last to the first.
//!
//! A hook may bind a cache of the build host into the tree and leave that to
//! whoever builds to undo. It must be undone before anything below the tree
//! is copied, renamed or removed.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::mount::unmount;

const MOUNTINFO: &str = "/proc/self/mountinfo";

/// The mounts below a directory at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MountSet {
    ids: BTreeSet<u64>,
}

/// One line of the kernel's list.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    id: u64,
    point: PathBuf,
}

impl MountSet {
    /// What is mounted below `directory`, which itself does not count.
    ///
    /// # Errors
    ///
    /// Fails if the kernel's list cannot be read.
    pub fn below(directory: &Path) -> Result<MountSet> {
        Ok(MountSet { ids: list(directory)?.into_iter().map(|entry| entry.id).collect() })
    }

    /// The mounts that are not in `other`.
    pub fn without(mut self, other: &MountSet) -> MountSet {
        self.ids.retain(|id| !other.ids.contains(id));
        self
    }
}

/// Unmounts everything below `directory` but for `kept`; returns where it was.
///
/// # Errors
///
/// Fails if something cannot be unmounted.
pub fn release(directory: &Path, kept: &MountSet) -> Result<Vec<PathBuf>> {
    let mut released = Vec::new();
    for entry in list(directory)?.into_iter().rev().filter(|entry| !kept.ids.contains(&entry.id)) {
        unmount(&entry.point)?;
        tracing::debug!(point = %entry.point.display(), "unmounted what a hook left");
        released.push(entry.point);
    }
    Ok(released)
}

/// Whether something is mounted at `directory`.
///
/// # Errors
///
/// Fails if the kernel's list cannot be read.
pub fn is_mount_point(directory: &Path) -> Result<bool> {
    let directory = resolved(directory)?;
    Ok(entries()?.iter().any(|entry| entry.point == directory))
}

/// Writes out all that is mounted at `directory` and below, and lets nobody
/// write there any more.
///
/// # Errors
///
/// Fails if a file system cannot be written out.
pub fn seal(directory: &Path) -> Result<()> {
    let at_or_below = entries()?.into_iter().filter({
        let directory = resolved(directory)?;
        move |entry| entry.point.starts_with(&directory)
    });
    at_or_below.map(|entry| entry.point).try_for_each(|point| super::mount::make_read_only(&point))
}

/// The mounts below a directory, in the order in which they were made.
fn list(directory: &Path) -> Result<Vec<Entry>> {
    let directory = resolved(directory)?;
    let below = |entry: &Entry| entry.point != directory && entry.point.starts_with(&directory);
    Ok(entries()?.into_iter().filter(below).collect())
}

/// Every mount that this process sees, in the order in which they were made.
fn entries() -> Result<Vec<Entry>> {
    let text = fs::read(MOUNTINFO).with_context(|| format!("reading {MOUNTINFO}"))?;
    Ok(text.split(|&byte| byte == b'\n').filter_map(parse).collect())
}

fn resolved(directory: &Path) -> Result<PathBuf> {
    fs::canonicalize(directory).with_context(|| format!("resolving {}", directory.display()))
}

/// `id parent major:minor root point options ...`; the point is escaped.
fn parse(line: &[u8]) -> Option<Entry> {
    let mut fields = line.split(|&byte| byte == b' ');
    let id = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let point = unescape(fields.nth(3)?);
    Some(Entry { id, point: PathBuf::from(OsString::from_vec(point)) })
}

/// Undoes the kernel's `\040` for blanks and its like.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, behind)) = rest.split_first() {
        let octal = (first == b'\\').then(|| behind.get(..3)).flatten();
        let code = octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &behind[3..] } else { behind };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel_are_read() {
        let line = br"36 35 98:0 /mnt1 /a\040b/\134x rw,noatime master:1 - ext3 /dev/root rw";
        assert_eq!(parse(line), Some(Entry { id: 36, point: PathBuf::from(r"/a b/\x") }));
        assert_eq!(parse(b""), None);
    }

    #[test]
    fn a_directory_without_mounts_has_none() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(MountSet::below(directory.path()).unwrap(), MountSet::default());
        assert_eq!(release(directory.path(), &MountSet::default()).unwrap(), Vec::<PathBuf>::new());
    }
}
