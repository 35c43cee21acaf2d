//! Emptying the journal of an ext4 file system that was unmounted.
//!
//! All that was copied has passed through the journal: directories, inodes,
//! and the path of the build host where it was mounted. Nobody reads it again,
//! and in an image it takes space. Its blocks become holes.
//!
//! The superblock keeps a copy of the journal's inode (`s_jnl_blocks`), so
//! that no inode table has to be searched. A journal whose extents do not fit
//! into its inode, or that is not at rest, is left as it is.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result};

use crate::sys::trim;

/// Where the superblock begins, and its size.
const SUPERBLOCK: u64 = 1024;
const SUPERBLOCK_SIZE: usize = 1024;
/// `s_log_block_size`: the block size is 1024 shifted by this.
const LOG_BLOCK_SIZE: usize = 0x18;
/// `s_feature_incompat`, and its flag for a journal that must be replayed.
const FEATURES: usize = 0x60;
const NEEDS_RECOVERY: u32 = 4;
/// `s_jnl_backup_type`: 1 where the copy below is one of the inode's blocks.
const COPY_KIND: usize = 0xFD;
/// `s_jnl_blocks`: the root of the inode's extent tree.
const COPY: usize = 0x10C;
/// The root's own magic number, and the bytes of it and of each extent.
const EXTENTS_MAGIC: u16 = 0xF30A;
const EXTENT: usize = 12;
/// Longer extents stand for blocks that were never written.
const LONGEST: u16 = 32_768;
/// `s_start` of the journal's own superblock, big-endian: 0 where it is at rest.
const JOURNAL_START: usize = 0x1C;
/// Magic number of the journal's superblock.
const JOURNAL_MAGIC: [u8; 4] = [0xC0, 0x3B, 0x39, 0x98];

/// Makes holes of the journal's blocks, but for its own superblock.
pub(super) fn empty(device: &Path) -> Result<()> {
    let context = || format!("emptying the journal on {}", device.display());
    let file = OpenOptions::new().read(true).write(true).open(device).with_context(context)?;
    for (start, length) in at_rest(&file).with_context(context)? {
        trim::discard(&file, start, length).with_context(context)?;
    }
    file.sync_all().with_context(context)
}

/// The bytes of a journal at rest; none where it is not, or there is none.
fn at_rest(file: &File) -> Result<Vec<(u64, u64)>> {
    let mut superblock = [0; SUPERBLOCK_SIZE];
    file.read_exact_at(&mut superblock, SUPERBLOCK).context("reading the superblock")?;
    let block = 1024u64 << (u32_at(&superblock, LOG_BLOCK_SIZE) & 31);
    if u32_at(&superblock, FEATURES) & NEEDS_RECOVERY != 0 || superblock[COPY_KIND] != 1 {
        return Ok(Vec::new());
    }
    let Some(extents) = extents(&superblock[COPY..COPY + 60]) else { return Ok(Vec::new()) };
    let Some((first, _)) = extents.first() else { return Ok(Vec::new()) };
    let mut head = [0; 32];
    file.read_exact_at(&mut head, first * block).context("reading the journal's superblock")?;
    if head[..4] != JOURNAL_MAGIC || head[JOURNAL_START..] != [0; 4] {
        return Ok(Vec::new());
    }
    let mut bytes: Vec<_> = extents.iter().map(|(start, count)| (start * block, count * block)).collect();
    bytes[0].0 += block;
    bytes[0].1 -= block;
    bytes.retain(|(_, length)| *length > 0);
    Ok(bytes)
}

/// First block and count of each extent, where the tree has no further levels.
fn extents(root: &[u8]) -> Option<Vec<(u64, u64)>> {
    let (magic, count, depth) = (u16_at(root, 0), usize::from(u16_at(root, 2)), u16_at(root, 6));
    if magic != EXTENTS_MAGIC || depth != 0 || count >= root.len() / EXTENT {
        return None;
    }
    let extents = root[EXTENT..].chunks_exact(EXTENT).take(count).map(|extent| {
        let start = u64::from(u16_at(extent, 6)) << 32 | u64::from(u32_at(extent, 8));
        let length = u16_at(extent, 4);
        (1..=LONGEST).contains(&length).then_some((start, length.into()))
    });
    extents.collect()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(depth: u8, extents: &[[u8; EXTENT]]) -> Vec<u8> {
        let mut root = vec![0x0A, 0xF3, extents.len() as u8, 0, 4, 0, depth, 0, 0, 0, 0, 0];
        root.extend(extents.iter().flatten());
        root.resize(60, 0);
        root
    }

    #[test]
    fn extents_of_a_root() {
        let near = [0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0x10, 0];
        let far = [0, 0x40, 0, 0, 1, 0, 2, 0, 5, 0, 0, 0];
        let unwritten = [0, 0, 0, 0, 1, 0x80, 0, 0, 5, 0, 0, 0];
        assert_eq!(extents(&root(0, &[near, far])), Some(vec![(0x10_0000, 0x4000), (0x2_0000_0005, 1)]));
        assert_eq!(extents(&root(0, &[])), Some(vec![]));
        assert_eq!(extents(&root(1, &[near])), None, "an index");
        assert_eq!(extents(&root(0, &[unwritten])), None);
        assert_eq!(extents(&[0; 60]), None, "block numbers, as ext3 has them");
    }
}
