//! Faithful copies of trees, by several threads.
//!
//! 1. Threads take directories and files from one [`queue`], make every entry
//!    and fill it ([`entry`], [`content`], [`attributes`]).
//! 2. Names of one file (hard links) were set aside: each file is copied once
//!    and then linked.
//! 3. Directories get their owners, modes and times last, since making
//!    entries in them changes those.
//!
//! The result does not depend on the number of threads or their speed. Kept
//! are owners, modes with their special bits, times to the nanosecond,
//! extended attributes (capabilities, access control lists), hard links,
//! symbolic links, device nodes, fifos and holes. Sockets are left out: they
//! mean nothing without the process that listens. Paths are resolved beneath
//! the two roots without following any link.

mod attributes;
mod content;
mod entry;
mod queue;
mod range;
mod roots;
mod tree;

use std::ffi::CStr;
use std::fs::File;
use std::ops::AddAssign;
use std::os::fd::BorrowedFd;
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::sys::stat::{Mode, SFlag, mkdirat};

use content::BUFFER;
pub(super) use content::data_length;
use entry::{Copier, Named, Pair};
use roots::Roots;

use super::stop::Stop;

/// What a copy has made so far, or altogether.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopyStats {
    /// Directories, the root included.
    pub directories: u64,
    /// Regular files, names of one file counted once.
    pub files: u64,
    /// Further names of files.
    pub hard_links: u64,
    /// Symbolic links, device nodes and fifos.
    pub others: u64,
    /// Bytes of content copied; holes are not content.
    pub bytes: u64,
    /// Sockets left out.
    pub sockets: u64,
    /// Mount points whose content was left out.
    pub mounts: u64,
}

impl AddAssign for CopyStats {
    fn add_assign(&mut self, other: Self) {
        self.directories += other.directories;
        self.files += other.files;
        self.hard_links += other.hard_links;
        self.others += other.others;
        self.bytes += other.bytes;
        self.sockets += other.sockets;
        self.mounts += other.mounts;
    }
}

/// How to copy a tree.
#[derive(Clone, Copy, Default)]
pub struct CopyOptions<'a> {
    /// The number of threads; 0 for one for each processor.
    pub threads: usize,
    /// Whether the content of file systems mounted within the source is copied too.
    pub cross_mounts: bool,
    /// When it is to stop before its end.
    pub stop: Stop,
    /// Told now and then, by any of the threads, what has been made so far.
    pub progress: Option<&'a (dyn Fn(CopyStats) + Sync)>,
}

impl std::fmt::Debug for CopyOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopyOptions")
            .field("threads", &self.threads)
            .field("cross_mounts", &self.cross_mounts)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}

/// Copies the tree under `source` into the directory `destination`, which takes on `source`'s attributes.
///
/// Directories that exist already are filled (the destination may hold mount
/// points); any other entry that exists is an error. A mount point within the
/// source becomes an empty directory unless told otherwise. The error names
/// the path; [`is_no_space`] tells whether a larger disk would help. It stops
/// early when its [`Stop`] says so.
///
/// The content may still be in memory when this returns: see
/// [`super::disk::sync_filesystem`].
pub fn copy_tree(source: &Path, destination: &Path, options: CopyOptions<'_>) -> Result<CopyStats> {
    let context = || format!("copying {} to {}", source.display(), destination.display());
    let open = |path| roots::open_directory(path).with_context(context);
    let roots = Roots::new(open(source)?, open(destination)?, options.cross_mounts);
    tree::copy(roots, options).with_context(context)
}

/// Copies what has a name in a directory, with all below it, into another directory under the same name.
///
/// What is copied and what is an error is as with [`copy_tree`].
pub(super) fn copy_entry(
    source: BorrowedFd<'_>,
    name: &CStr,
    destination: &Path,
    stop: Stop,
) -> Result<CopyStats> {
    let context = || format!("copying {} to {}", roots::as_path(name).display(), destination.display());
    let entry = Named::look(source, name).context("looking at it").with_context(context)?;
    let target = roots::open_directory(destination).with_context(context)?;
    if entry.kind() == SFlag::S_IFDIR {
        let made = mkdirat(&target, name, Mode::S_IRWXU);
        made.context("making the directory").with_context(context)?;
        let [from, to] = [roots::open_within(source, name), roots::open_within(&target, name)];
        let roots = Roots::new(from.with_context(context)?, to.with_context(context)?, false);
        return tree::copy(roots, CopyOptions { stop, ..CopyOptions::default() }).with_context(context);
    }
    let source = source.try_clone_to_owned().with_context(context)?;
    let pair = Pair { source, destination: target };
    Copier::new(false, stop).copy(&pair, &entry, &mut vec![0; BUFFER]).with_context(context)
}

/// Copies the content of one file, or of a block device, to the existing file
/// `destination`; holes and what reads as a hole stay holes. Returns the bytes
/// of content.
pub fn copy_file(source: &Path, destination: &Path) -> Result<u64> {
    content::copy_file(source, destination)
        .with_context(|| format!("copying {} to {}", source.display(), destination.display()))
}

/// Copies a run of bytes over those of another file or device: `length` bytes
/// of `from` at `from_at` to `to_at` in `to`. Holes and zeroes take no space
/// there, where the destination can do that.
pub fn copy_range(from: &File, from_at: u64, to: &File, to_at: u64, length: u64) -> Result<()> {
    range::copy_range(from, from_at, to, to_at, length)
        .with_context(|| format!("copying {length} bytes at {from_at} to {to_at}"))
}

/// Whether an error came from a file system without room for more blocks or inodes.
pub fn is_no_space(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
        let errno = cause.downcast_ref::<Errno>().copied().or_else(|| io.map(Errno::from_raw));
        errno == Some(Errno::ENOSPC)
    })
}
