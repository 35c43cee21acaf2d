//! How much a tree takes, per file system.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::path::PathBuf;

/// What files take on a file system with 4 KiB blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes, each file and directory rounded up to whole blocks.
    pub bytes: u64,
    /// Files, directories, links and device nodes, hard links counted once.
    pub inodes: u64,
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Usage) {
        self.bytes += other.bytes;
        self.inodes += other.inodes;
    }
}

/// What goes onto each mounted file system, by mount point.
pub type UsageByMount = BTreeMap<PathBuf, Usage>;
