//! What an image is made of: the tree, the layout, and where it comes to be.

use std::path::{Path, PathBuf};

use crate::plan::layout::{Identity, Layout};
use crate::spec::{Arch, DiskSpec};

/// How a filled image is made.
#[derive(Clone, Copy)]
pub struct Recipe<'a> {
    /// The finished tree.
    pub tree: &'a Path,
    /// Where the image is mounted.
    pub mount_point: &'a Path,
    /// Where files may stand that are gone in the end.
    pub scratch: &'a Path,
    /// The raw image: a file to make, or a block device that is there.
    pub target: &'a Target,
    /// What lies on the disk.
    pub layout: &'a Layout,
    /// Sizes and file system choices.
    pub disk: &'a DiskSpec,
    /// Where derived identifiers come from.
    pub identity: &'a Identity,
    /// The architecture that the image is for.
    pub arch: Arch,
    /// What file systems take for the time they are made, in seconds since 1970;
    /// absent means the present.
    pub source_date: Option<u64>,
    /// Threads for copying.
    pub threads: usize,
    /// Told how many bytes of how many are copied.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

impl std::fmt::Debug for Recipe<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recipe")
            .field("tree", &self.tree)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// Where the image is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file to be created; one that is there is replaced.
    File(PathBuf),
    /// A block device of the build host, of this size.
    Device(PathBuf, u64),
}

impl Target {
    /// The file or the device.
    pub fn path(&self) -> &Path {
        match self {
            Target::File(path) | Target::Device(path, _) => path,
        }
    }
}
