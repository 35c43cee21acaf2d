//! One entry of a directory, by its kind.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat, openat2, readlinkat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstatat, mknodat};
use nix::unistd::symlinkat;

use super::CopyStats;
use super::attributes::{self, Maker};
use super::content::Transfer;
use crate::sys::stop::Stop;

/// A directory of the source and the one that becomes its copy.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) source: OwnedFd,
    pub(super) destination: OwnedFd,
}

/// What copying an entry needs to know beside the entry.
#[derive(Debug)]
pub(super) struct Copier {
    transfer: Transfer,
    maker: Maker,
    cross_mounts: bool,
}

/// A name in a directory and what it stands for.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: CString,
    pub(super) stat: FileStat,
}

impl Named {
    /// Looks at an entry without following it.
    pub(super) fn look(directory: impl AsFd, name: &CStr) -> nix::Result<Self> {
        let stat = fstatat(directory, name, nix::fcntl::AtFlags::AT_SYMLINK_NOFOLLOW)?;
        Ok(Self { name: name.to_owned(), stat })
    }

    /// The kind of file it is.
    pub(super) fn kind(&self) -> SFlag {
        SFlag::from_bits_truncate(self.stat.st_mode & SFlag::S_IFMT.bits())
    }
}

impl Copier {
    pub(super) fn new(cross_mounts: bool, stop: Stop) -> Self {
        Self { transfer: Transfer::new(stop), maker: Maker::current(), cross_mounts }
    }

    /// Copies an entry that is no directory; returns what that added.
    pub(super) fn copy(&self, pair: &Pair, entry: &Named, buffer: &mut [u8]) -> Result<CopyStats> {
        match entry.kind() {
            SFlag::S_IFREG => self.copy_file(pair, entry, buffer),
            SFlag::S_IFLNK => {
                let target = readlinkat(&pair.source, entry.name.as_c_str()).context("reading the link")?;
                symlinkat(target.as_os_str(), &pair.destination, entry.name.as_c_str())
                    .context("making the link")?;
                self.finish_named(pair, entry)
            }
            SFlag::S_IFSOCK => Ok(CopyStats { sockets: 1, ..CopyStats::default() }),
            kind => {
                let mode = Mode::S_IRUSR | Mode::S_IWUSR;
                mknodat(&pair.destination, entry.name.as_c_str(), kind, mode, entry.stat.st_rdev)
                    .context("making the node")?;
                self.finish_named(pair, entry)
            }
        }
    }

    fn finish_named(&self, pair: &Pair, entry: &Named) -> Result<CopyStats> {
        let (from, to) = (pair.source.as_fd(), pair.destination.as_fd());
        attributes::copy_named(from, to, &entry.name, &entry.stat, self.maker)?;
        Ok(CopyStats { others: 1, ..CopyStats::default() })
    }

    fn copy_file(&self, pair: &Pair, entry: &Named, buffer: &mut [u8]) -> Result<CopyStats> {
        let Some(source) = self.open_source(pair, &entry.name)? else {
            return Ok(CopyStats { mounts: 1, ..CopyStats::default() });
        };
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
        let mode = Mode::S_IRUSR | Mode::S_IWUSR;
        let made = openat(&pair.destination, entry.name.as_c_str(), flags, mode);
        let destination = File::from(made.context("creating the copy")?);

        let size = entry.stat.st_size.cast_unsigned();
        let has_holes = (entry.stat.st_blocks.cast_unsigned() * 512) < size;
        let bytes = self.transfer.copy(&source, &destination, size, has_holes, buffer)?;
        attributes::copy_open(&source, &destination, &entry.stat)?;
        Ok(CopyStats { files: 1, bytes, ..CopyStats::default() })
    }

    /// Opens a file without leaving a trace in its access time, where the kernel allows that;
    /// `None` for one that is mounted there from elsewhere.
    fn open_source(&self, pair: &Pair, name: &CStr) -> Result<Option<File>> {
        let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW;
        let open = |flags| openat2(&pair.source, name, beneath(self.cross_mounts).flags(flags));
        let opened = match open(flags | OFlag::O_NOATIME) {
            Err(Errno::EPERM) => open(flags),
            result => result,
        };
        match opened {
            Ok(file) => Ok(Some(File::from(file))),
            Err(Errno::EXDEV) if !self.cross_mounts => Ok(None),
            Err(error) => Err(error).context("opening it"),
        }
    }
}

/// How paths in the source are resolved: without links, and not into other mounts unless asked.
pub(super) fn beneath(cross_mounts: bool) -> OpenHow {
    let within = ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS;
    let how = OpenHow::new();
    if cross_mounts { how.resolve(within) } else { how.resolve(within | ResolveFlag::RESOLVE_NO_XDEV) }
}
