//! The two roots of a copy, and what lies beneath them.
//!
//! A path is resolved from its root by the kernel in one call, which follows
//! no link: whoever changes a tree meanwhile does not lead the copy elsewhere.

use std::ffi::{CStr, CString, OsStr};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::stat::{FileStat, Mode, fstat};

use super::entry::{Named, Pair, beneath};

/// The directory to copy and the one to fill.
#[derive(Debug)]
pub(super) struct Roots {
    source: OwnedFd,
    destination: OwnedFd,
    cross_mounts: bool,
}

impl Roots {
    pub(super) fn new(source: OwnedFd, destination: OwnedFd, cross_mounts: bool) -> Self {
        Self { source, destination, cross_mounts }
    }

    /// What the root of the source is.
    pub(super) fn look(&self) -> Result<FileStat> {
        fstat(&self.source).context("looking at the source")
    }

    /// The directories that hold an entry, and the entry.
    pub(super) fn locate(&self, path: &Path) -> Result<(Pair, Named)> {
        let directory = path.parent().context("it has no parent")?;
        let source = self.open_source(directory).context("opening its directory")?;
        let destination = self.open_destination(directory).context("opening its directory's copy")?;
        let name = path.file_name().context("it has no name")?;
        let name = CString::new(name.as_bytes()).context("its name contains a zero byte")?;
        let named = Named::look(&source, &name).context("looking at it")?;
        Ok((Pair { source, destination }, named))
    }

    pub(super) fn open_source(&self, path: &Path) -> nix::Result<OwnedFd> {
        let flags = directory_flags();
        match openat2(&self.source, path, beneath(self.cross_mounts).flags(flags | OFlag::O_NOATIME)) {
            Err(Errno::EPERM) => openat2(&self.source, path, beneath(self.cross_mounts).flags(flags)),
            result => result,
        }
    }

    pub(super) fn open_mounted(&self, path: &Path) -> nix::Result<OwnedFd> {
        openat2(&self.source, path, anywhere_beneath())
    }

    pub(super) fn open_destination(&self, path: &Path) -> nix::Result<OwnedFd> {
        openat2(&self.destination, path, anywhere_beneath())
    }
}

/// Opens a directory by its path.
pub(super) fn open_directory(path: &Path) -> Result<OwnedFd> {
    nix::fcntl::open(path, directory_flags(), Mode::empty())
        .with_context(|| format!("opening {}", path.display()))
}

/// Opens a directory within a directory, which may be a mount point but no link.
pub(super) fn open_within(directory: impl AsFd, name: &CStr) -> Result<OwnedFd> {
    openat2(directory, name, anywhere_beneath())
        .with_context(|| format!("opening {}", as_path(name).display()))
}

/// The entries of a directory, sorted by name.
pub(super) fn entries(directory: &OwnedFd) -> Result<Vec<Named>> {
    let listed = directory.try_clone().context("listing it")?;
    let mut found = Vec::new();
    for entry in Dir::from_fd(listed).context("listing it")?.iter() {
        let entry = entry.context("listing it")?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            let named = Named::look(directory, name);
            found.push(named.with_context(|| format!("looking at {}", as_path(name).display()))?);
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

fn directory_flags() -> OFlag {
    OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC
}

fn anywhere_beneath() -> OpenHow {
    let within = ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS;
    OpenHow::new().flags(directory_flags()).resolve(within)
}

pub(super) fn as_path(name: &CStr) -> &Path {
    Path::new(OsStr::from_bytes(name.to_bytes()))
}

/// An entry as seen from the tree's root, for a message.
pub(super) fn at(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    format!("copying /{}", path.display())
}
