//! How large an ext file system must be for its content, and how mke2fs makes it.
//!
//! Everything mke2fs decides by its configuration file is given on its command
//! line, so that images do not differ from host to host.
//!
//! How far a root can grow is decided here, too:
//!
//! | limit | reason |
//! | --- | --- |
//! | 2 TiB | a partition in an MBR with sectors of 512 bytes |
//! | 8 TiB | the descriptors that the resize inode can reserve; beyond, a growing kernel turns to `meta_bg` |
//! | 64 TiB | 2^32 inodes, one for each 16 KiB; `--max-online-resize` makes them fewer |
//! | 32 PiB | 2^32 inodes, one block of them in a group: no ext file system is larger |

use super::{FileSystem, FsKind, LayoutError, Usage};
use crate::spec::DiskSpec;

mod command;
mod given;

use given::Given;

/// The only block size that all machines read and that grows large.
const BLOCK: u64 = 4096;
/// Blocks of a block group: what one bitmap block describes.
const GROUP_BLOCKS: u64 = 8 * BLOCK;
/// Bytes of a block group.
pub(super) const GROUP: u64 = GROUP_BLOCKS * BLOCK;
/// Room for nanosecond times, capabilities and small ACLs.
const INODE: u64 = 256;
/// Inodes in a block of the inode table; the count per group is a multiple.
const INODES_PER_BLOCK: u64 = BLOCK / INODE;
/// A group descriptor with the feature `64bit`.
const DESCRIPTOR: u64 = 64;
/// Inodes 1 to 10 are the file system's own; 11 is lost+found.
const OWN_INODES: u64 = 11;
/// Blocks of lost+found.
const LOST_AND_FOUND: u64 = 4;
/// The resize inode keeps one block of block numbers, so no more can be reserved.
const MAX_RESERVED_DESCRIPTOR_BLOCKS: u64 = BLOCK / 4;

/// Inodes per group where nothing asks for more growth: one per 16 KiB, which
/// is mke2fs's own choice. With 2^32 inodes at most it allows 64 TiB.
const INODES_PER_GROUP: u64 = GROUP / (16 << 10);
/// ext4 counts inodes in 32 bits.
const MAX_INODES: u64 = u32::MAX as u64;
/// Largest growth: each group has at least one block of inodes.
const MAX_GROWTH: u64 = MAX_INODES / INODES_PER_BLOCK * GROUP;

/// The root's journal in MiB: the size fits a file system of terabytes,
/// because it cannot be changed when the machine grows the root at boot.
const ROOT_JOURNAL: u64 = 64;
/// The largest share of a file system that its journal may take; mke2fs
/// refuses half of what is free.
const JOURNAL_SHARE: u64 = 4;
/// The journals that mke2fs makes, in MiB: 1024 to 10240000 blocks.
const JOURNALS: std::ops::RangeInclusive<u64> = 4..=40_000;

/// Free space that a machine has before its root is grown: the first boot
/// writes host keys, logs, cloud-init's data and often an initramfs, and the
/// hooks of the finalise phase run in here too. It costs nothing in the
/// exported image, where free blocks take no space.
const RESERVE_MINIMUM: u64 = 64 << 20;
/// The same as a share of the content, for trees whose first boot does more.
const RESERVE_SHARE: u64 = 10;

/// One block in so many is spent on extent trees, directory indexes and blocks
/// of extended attributes.
const INDEX_SHARE: u64 = 128;

/// Inodes that stay free, as a share and at least.
const SPARE_INODES_SHARE: u64 = 10;
const SPARE_INODES_MINIMUM: u64 = 1024;

/// Blocks of content below which the last group is not worth its overhead;
/// mke2fs drops groups with fewer than 50.
const LAST_GROUP_CONTENT: u64 = 256;

/// The choices for one ext file system.
pub(super) struct Ext<'a> {
    fs: &'a FileSystem,
    /// As far as it must grow online, in bytes.
    growth: u64,
    inodes_per_group: u64,
    /// MiB, as the caller gave it; absent means by size.
    journal: Option<u64>,
    is_root: bool,
    given: Given<'a>,
}

impl<'a> Ext<'a> {
    /// Decides inode density and growth. The caller's wishes hold for the root.
    pub(super) fn new(fs: &'a FileSystem, is_root: bool, disk: &DiskSpec) -> Result<Ext<'a>, LayoutError> {
        let given = Given::read(&fs.options);
        let asked = disk.max_online_resize.filter(|_| is_root);
        if let Some(growth) = asked.filter(|growth| *growth > MAX_GROWTH) {
            return Err(LayoutError::GrowthTooLarge { node: fs.name.clone(), growth, limit: MAX_GROWTH });
        }
        let densest =
            |growth: u64| MAX_INODES / growth.div_ceil(GROUP).max(1) / INODES_PER_BLOCK * INODES_PER_BLOCK;
        let by_growth = asked.map_or(INODES_PER_GROUP, |growth| densest(growth).min(INODES_PER_GROUP));
        let inodes_per_group = given.bytes_per_inode().map_or(by_growth, |ratio| GROUP.div_ceil(ratio));
        let growth = asked.unwrap_or(0).max(MAX_INODES / inodes_per_group * GROUP).min(MAX_GROWTH);
        let journal = given.journal().or(disk.journal_size.filter(|_| is_root).map(u64::from));
        // A size of 0 leaves the choice to us.
        let journal = journal.filter(|mib| *mib > 0 && fs.kind != FsKind::Ext2);
        if let Some(mib) = journal.filter(|mib| !JOURNALS.contains(mib)) {
            let (least, most) = JOURNALS.into_inner();
            return Err(LayoutError::Journal { node: fs.name.clone(), mib, least, most });
        }
        Ok(Ext { fs, growth, inodes_per_group, journal, is_root, given })
    }

    /// Free space to plan for beside the content.
    pub(super) fn reserve(usage: Usage) -> u64 {
        RESERVE_MINIMUM.max(usage.bytes / RESERVE_SHARE)
    }

    /// The smallest size in bytes that holds `usage` and has `reserve` bytes free.
    pub(super) fn minimum(&self, usage: Usage, reserve: u64) -> u64 {
        let content = usage.bytes.div_ceil(BLOCK);
        let blocks = content + content / INDEX_SHARE + reserve.div_ceil(BLOCK);
        let inodes = usage.inodes + SPARE_INODES_MINIMUM.max(usage.inodes / SPARE_INODES_SHARE) + OWN_INODES;

        let by_inodes = inodes.div_ceil(self.inodes_per_group);
        // A search that begins below is long: each group holds this many at most.
        let by_blocks = blocks.div_ceil(GROUP_BLOCKS - self.overhead_per_group());
        let groups = (by_inodes.max(by_blocks)..)
            .find(|groups| self.room(groups * GROUP_BLOCKS) >= blocks)
            .unwrap_or(u64::MAX);
        let surplus = self.room(groups * GROUP_BLOCKS) - blocks;
        // The last group may be short, but not so short that mke2fs drops it.
        let spare = GROUP_BLOCKS - self.overhead_of_last_group(groups) - LAST_GROUP_CONTENT;
        let size = (groups * GROUP_BLOCKS - surplus.min(spare)) * BLOCK;
        size.max(self.least_for_journal())
    }

    /// The least size in bytes that has room for the journal that the caller wants.
    fn least_for_journal(&self) -> u64 {
        self.journal.map_or(0, |mib| (mib << 20) * JOURNAL_SHARE)
    }

    /// Finds what keeps mke2fs from making it at `size` bytes.
    pub(super) fn check_size(&self, size: u64) -> Result<(), LayoutError> {
        let node = || self.fs.name.clone();
        if size > MAX_GROWTH {
            return Err(LayoutError::FileSystemTooLarge { node: node(), size, limit: MAX_GROWTH });
        }
        match self.journal {
            Some(mib) if size < self.least_for_journal() => {
                Err(LayoutError::JournalShare { node: node(), mib, size })
            }
            _ => Ok(()),
        }
    }

    /// Blocks left for content in a file system of so many blocks.
    fn room(&self, blocks: u64) -> u64 {
        let groups = blocks.div_ceil(GROUP_BLOCKS);
        let per_group = self.overhead_per_group();
        let copies = groups_with_backup(groups) * (1 + self.descriptor_blocks(groups));
        let journal = self.journal_mib(blocks) * (1 << 20) / BLOCK;
        blocks.saturating_sub(groups * per_group + copies + journal + LOST_AND_FOUND + 1)
    }

    /// What each group spends: two bitmaps and its inodes.
    fn overhead_per_group(&self) -> u64 {
        2 + self.inodes_per_group.div_ceil(INODES_PER_BLOCK)
    }

    /// What the last group spends before it holds any content.
    fn overhead_of_last_group(&self, groups: u64) -> u64 {
        let backup = groups_with_backup(groups) - groups_with_backup(groups - 1);
        self.overhead_per_group() + backup * (1 + self.descriptor_blocks(groups))
    }

    /// Group descriptors and those reserved for growth.
    fn descriptor_blocks(&self, groups: u64) -> u64 {
        let blocks = |groups: u64| (groups * DESCRIPTOR).div_ceil(BLOCK);
        let reserved = blocks(self.growth.div_ceil(GROUP)).saturating_sub(blocks(groups));
        blocks(groups) + reserved.min(MAX_RESERVED_DESCRIPTOR_BLOCKS)
    }

    /// The journal's size in MiB: as the caller gave it; else the root's; else
    /// mke2fs's own choice by size.
    fn journal_mib(&self, blocks: u64) -> u64 {
        let mib = (blocks * BLOCK) >> 20;
        match self.journal {
            _ if self.fs.kind == FsKind::Ext2 || mib < 8 => 0,
            Some(given) => given,
            None if self.is_root => ROOT_JOURNAL.min(mib / JOURNAL_SHARE),
            None => match mib {
                0..128 => 4.min(mib / JOURNAL_SHARE),
                128..1024 => 16,
                1024..2048 => 32,
                _ => 64,
            },
        }
    }

    /// How many inodes it has at `size` bytes.
    pub(super) fn inodes(&self, size: u64) -> u64 {
        size.div_ceil(GROUP) * self.inodes_per_group
    }
}

/// Groups 0 and 1 and the powers of 3, 5 and 7 keep copies of the superblock.
fn groups_with_backup(groups: u64) -> u64 {
    let powers = |base: u64| std::iter::successors(Some(base), move |power| power.checked_mul(base));
    let count = |base| powers(base).take_while(|power| *power < groups).count() as u64;
    groups.min(2) + count(3) + count(5) + count(7)
}

#[cfg(test)]
mod tests;
