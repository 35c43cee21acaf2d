//! How much a tree holds, as the planner of a disk needs to know it.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::ops::AddAssign;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use anyhow::{Context, Result};

use super::copy::data_length;

/// The block that sizes are rounded up to, which is ext4's usual one.
pub const BLOCK: u64 = 4096;

/// The unit of `st_blocks`.
const STAT_BLOCK: u64 = 512;

/// The longest target of a symbolic link that ext4 keeps in the inode itself.
const INLINE_LINK: u64 = 59;

/// What a tree holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TreeSize {
    /// The bytes its content takes, each file rounded up to [`BLOCK`]; holes take none.
    pub bytes: u64,
    /// The inodes it needs: one for each entry, names of one file counted once.
    pub inodes: u64,
}

impl AddAssign for TreeSize {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.inodes += other.inodes;
    }
}

/// Measures the tree under `root`, its root included, without crossing into
/// other mounted file systems.
pub fn tree_size(root: &Path) -> Result<TreeSize> {
    let top = root.symlink_metadata().with_context(|| format!("measuring {}", root.display()))?;
    let mut total = entry_size(root, &top)?;
    let mut linked = HashSet::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        let context = || format!("measuring {}", directory.display());
        for entry in fs::read_dir(&directory).with_context(context)? {
            let path = entry.with_context(context)?.path();
            let metadata =
                path.symlink_metadata().with_context(|| format!("measuring {}", path.display()))?;
            let named_once = metadata.is_dir() || metadata.nlink() == 1;
            if metadata.file_type().is_socket() {
                continue;
            }
            if named_once || linked.insert((metadata.dev(), metadata.ino())) {
                total += entry_size(&path, &metadata)?;
            }
            if metadata.is_dir() && metadata.dev() == top.dev() {
                pending.push(path);
            }
        }
    }
    Ok(total)
}

/// What one entry takes.
fn entry_size(path: &Path, metadata: &Metadata) -> Result<TreeSize> {
    let rounded = metadata.len().next_multiple_of(BLOCK);
    let bytes = if metadata.is_dir() {
        rounded.max(BLOCK)
    } else if metadata.is_file() && metadata.blocks() * STAT_BLOCK < metadata.len() {
        data_size(path, metadata.len()).with_context(|| format!("measuring {}", path.display()))?
    } else if metadata.is_file() {
        rounded
    } else if metadata.is_symlink() && metadata.len() > INLINE_LINK {
        BLOCK
    } else {
        0
    };
    Ok(TreeSize { bytes, inodes: 1 })
}

/// What a file takes that has fewer blocks than bytes.
///
/// It may have holes; it may also be compressed, or kept in its inode, which
/// the copy of it will not be.
fn data_size(path: &Path, size: u64) -> Result<u64> {
    let file = File::open(path)?;
    Ok(data_length(&file, size)?.next_multiple_of(BLOCK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn files_are_rounded_up_links_counted_once_and_holes_not_at_all() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        fs::create_dir(at("d")).unwrap();
        fs::write(at("d/one"), vec![1; 5000]).unwrap();
        fs::hard_link(at("d/one"), at("two")).unwrap();
        fs::File::create(at("hole")).unwrap().set_len(1 << 30).unwrap();
        fs::write(at("empty"), "").unwrap();
        symlink("target", at("short")).unwrap();
        symlink("x".repeat(60), at("long")).unwrap();

        let size = tree_size(scratch.path()).unwrap();

        let directories = 2 * BLOCK;
        assert_eq!(size, TreeSize { bytes: directories + 2 * BLOCK + BLOCK, inodes: 7 });
    }

    #[test]
    fn a_missing_tree_is_an_error_that_names_it() {
        let error = tree_size(Path::new("/no/such/tree")).unwrap_err();
        assert_eq!(error.to_string(), "measuring /no/such/tree");
    }
}
