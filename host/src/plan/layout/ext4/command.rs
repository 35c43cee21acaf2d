//! mke2fs with everything decided on its command line.

use super::{BLOCK, Ext, INODE, MAX_INODES};
use crate::plan::layout::mkfs::uuid_of;
use crate::plan::layout::{FsKind, Identity};

/// Per cent of the blocks kept for root, so that a full disk can be logged into.
const ROOT_PERCENT: &str = "1";

/// Features by kind, instead of those of the host's mke2fs.conf: newer ones
/// (`orphan_file`, `metadata_csum_seed`) keep older machines and GRUB from
/// reading the image.
pub(super) const EXT4_FEATURES: &str = "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,\
                             sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum";
const EXT3_FEATURES: &str =
    "none,has_journal,ext_attr,resize_inode,dir_index,filetype,sparse_super,large_file";
const EXT2_FEATURES: &str = "none,ext_attr,resize_inode,dir_index,filetype,sparse_super,large_file";

impl Ext<'_> {
    /// mke2fs with all arguments but the device.
    pub(in crate::plan::layout) fn command(&self, size: u64, identity: &Identity) -> Vec<String> {
        let fs = self.fs;
        let mut args: Vec<String> =
            ["mke2fs", "-q", "-F", "-t", fs.kind.as_str(), "-m", ROOT_PERCENT].map(str::to_owned).into();
        args.extend(["-b".to_owned(), BLOCK.to_string(), "-I".to_owned(), INODE.to_string()]);
        args.extend(["-L".to_owned(), fs.label.clone(), "-U".to_owned(), uuid_of(fs, identity)]);
        if !self.given.decides_inodes() {
            args.extend(["-N".to_owned(), self.inodes(size).min(MAX_INODES).to_string()]);
        }
        let journal = self.journal_mib(size / BLOCK);
        if journal > 0 && self.given.value("-J").is_none() {
            args.extend(["-J".to_owned(), format!("size={journal}")]);
        }
        args.extend(["-O".to_owned(), with_given(self.features(), self.given.value("-O"))]);
        args.extend(["-E".to_owned(), with_given(&self.extended(size, identity), self.given.value("-E"))]);
        args.extend(self.given.others());
        args
    }

    fn features(&self) -> &'static str {
        match self.fs.kind {
            FsKind::Ext2 => EXT2_FEATURES,
            FsKind::Ext3 => EXT3_FEATURES,
            _ => EXT4_FEATURES,
        }
    }

    /// Initialising everything now keeps the first boot from doing it; on a
    /// sparse file the zeroes take no space.
    fn extended(&self, size: u64, identity: &Identity) -> String {
        let seed = identity.uuid(&format!("hash seed {}", self.fs.name));
        let init = format!("hash_seed={seed},lazy_itable_init=0,lazy_journal_init=1,root_owner=0:0");
        match self.growth > size {
            true => format!("resize={},{init}", self.growth / BLOCK),
            false => init,
        }
    }
}

/// Our values in front of the caller's, which win.
fn with_given(ours: &str, given: Option<&str>) -> String {
    given.map_or_else(|| ours.to_owned(), |given| format!("{ours},{given}"))
}
