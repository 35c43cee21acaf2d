//! Paths inside a tree, resolved as a chroot would.
//!
//! The tree is built by programs that may be hostile: any part of a path may be
//! a symbolic link that leads outside, or becomes one between two calls. So
//! paths are resolved by the kernel within the tree (`RESOLVE_IN_ROOT`), and
//! what is found is then used by descriptor, or by its name in a directory held
//! by descriptor, links never followed again:
//!
//! What the kernel shows of itself and of processes where proc, sysfs and their
//! like are mounted in the tree is no part of it: it is not found, nor listed.
//!
//! - [`Root::handle`] gives a [`Handle`]: a file that exists, whatever it is;
//! - [`Root::spot`] gives a [`Spot`]: a name in a directory, for making,
//!   replacing, and removing.
//!
//! A tree with a [`Ledger`] is one that is changed without root: what only root
//! may do is written down there.
//!
//! Errors are the kernel's numbers, since callers decide on them.

mod draft;
mod handle;
mod kernel;
mod latest;
mod ledger;
mod names;
mod recorded;
mod removal;
mod spot;
mod stage;

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use nix::Result;
use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::stat::{Mode, SFlag, fstat};

use draft::PRIVATE;
pub use draft::{Attributes, Draft, append, write, write_new};
pub use handle::{Handle, errno};
pub use ledger::{Ledger, Record};
pub use names::{Group, User, find_group, find_user};
pub use spot::Spot;
pub use stage::{Existing, Owners, Stage};

use super::attributes;
use super::stop::Stop;

/// Symbolic links at the end of a path that are followed: as many as the kernel follows.
const MAX_LINKS: usize = 40;

/// How often a resolution is tried anew that something renamed got in the way of.
const MAX_RACES: usize = 128;

/// Levels of directories that functions on whole trees go down. Each holds a descriptor.
pub const MAX_DEPTH: usize = 512;

/// The error of functions on whole trees for one that goes down further. No
/// call on files has it.
pub const TOO_DEEP: Errno = Errno::EDOM;

/// The root directory of a tree.
#[derive(Debug)]
pub struct Root {
    directory: OwnedFd,
    ledger: Option<Arc<Ledger>>,
    /// The device of the tree's own file system.
    device: u64,
    /// The device of what is mounted on its `/dev`, if anything is.
    dev: Option<u64>,
    latest: latest::Latest,
}

impl Root {
    /// Opens the tree's root directory.
    ///
    /// # Errors
    ///
    /// Fails if it is no directory.
    pub fn open(tree: &Path) -> anyhow::Result<Root> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let context = || format!("opening the tree {}", tree.display());
        let directory = nix::fcntl::open(tree, flags, Mode::empty()).with_context(context)?;
        let device = fstat(&directory).with_context(context)?.st_dev;
        let dev = kernel::mounted_dev(&directory, device).with_context(context)?;
        Ok(Root { directory, ledger: None, device, dev, latest: latest::Latest::default() })
    }

    /// The same with a ledger for what only root may do.
    #[must_use]
    pub fn with_ledger(self, ledger: Option<Arc<Ledger>>) -> Root {
        Root { ledger, ..self }
    }

    /// What is at a path, which exists. `follow` decides on a symbolic link at its end.
    ///
    /// # Errors
    ///
    /// Fails if there is nothing, or the path cannot be resolved; with `EACCES`
    /// for what the kernel shows in proc, sysfs and their like, and for what is
    /// mounted on `/dev`: shell hooks open the nodes there.
    pub fn handle(&self, path: &Path, follow: bool) -> Result<Handle> {
        let no_follow = if follow { OFlag::empty() } else { OFlag::O_NOFOLLOW };
        Ok(Handle::new(self.resolve(&trimmed(path), OFlag::O_PATH | no_follow)?, self.ledger.clone()))
    }

    /// The directory and the name a path stands for; a symbolic link of this
    /// name is the name itself. There may be nothing of this name.
    ///
    /// # Errors
    ///
    /// Fails if the directory does not exist, and with `EINVAL` for a path
    /// without a last name: the root, or one that ends in `..`.
    pub fn spot(&self, path: &Path) -> Result<Spot> {
        let path = trimmed(path);
        let (parent, name) = parted(&path)?;
        Ok(Spot::new(self.directory(parent)?, name, self.ledger.clone()))
    }

    /// The same, symbolic links at the end followed to the name that the last one leads to.
    ///
    /// # Errors
    ///
    /// Fails as [`Root::spot`] does, and with `ELOOP` for too many links.
    pub fn followed_spot(&self, path: &Path) -> Result<Spot> {
        let mut path = trimmed(path);
        for _ in 0..MAX_LINKS {
            let spot = self.spot(&path)?;
            let Some(target) = spot.link_target()? else { return Ok(spot) };
            let directory = path.parent().unwrap_or(Path::new(""));
            path = trimmed(&directory.join(target));
        }
        Err(Errno::ELOOP)
    }

    /// The path on this machine under which programs find what is at a path in
    /// the tree, links resolved within the tree. The last name need not exist.
    ///
    /// # Errors
    ///
    /// Fails if the directory does not exist.
    pub fn host_path(&self, path: &Path) -> Result<PathBuf> {
        match self.handle(path, true) {
            Ok(handle) => handle.host_path(),
            Err(Errno::ENOENT) => self.followed_spot(path)?.host_path(),
            Err(error) => Err(error),
        }
    }

    /// Makes the directories of a path that do not exist, mode 0755 and owned by
    /// root; gives their number.
    ///
    /// # Errors
    ///
    /// Fails if something on the way is no directory.
    pub fn make_directories(&self, path: &Path) -> Result<u64> {
        let path = trimmed(path);
        match self.resolve(&path, OFlag::O_PATH | OFlag::O_DIRECTORY) {
            Ok(_) => return Ok(0),
            Err(Errno::ENOENT) => {}
            Err(error) => return Err(error),
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let above = parent.map_or(Ok(0), |parent| self.make_directories(parent))?;
        match self.spot(&path)?.make_directory() {
            // A symbolic link that leads nowhere.
            Err(Errno::EEXIST) => Err(Errno::ENOENT),
            result => result.map(|()| above + 1),
        }
    }

    /// Makes a directory with those on the way, and gives its path on this
    /// machine: a place to mount something on.
    ///
    /// # Errors
    ///
    /// Fails if something on the way is no directory.
    pub fn make_host_directory(&self, path: &Path) -> anyhow::Result<PathBuf> {
        let context = || format!("making the directory {} in the tree", path.display());
        self.make_directories(path).with_context(context)?;
        self.host_path(path).with_context(context)
    }

    /// Opens a named pipe for writing, without following a link at its end and
    /// without waiting for a reader.
    ///
    /// # Errors
    ///
    /// Fails for what is no named pipe, and if nobody reads it.
    pub fn open_fifo(&self, path: &Path) -> anyhow::Result<File> {
        let context = || format!("opening the pipe {} in the tree", path.display());
        let handle = self.handle(path, false).with_context(context)?;
        let is_fifo = handle.kind().with_context(context)? == SFlag::S_IFIFO;
        anyhow::ensure!(is_fifo, "{} in the tree is no named pipe", path.display());
        handle.reopen(OFlag::O_WRONLY | OFlag::O_NONBLOCK).with_context(context)
    }

    fn directory(&self, path: &Path) -> Result<Arc<OwnedFd>> {
        self.resolve(path, OFlag::O_PATH | OFlag::O_DIRECTORY).map(Arc::new)
    }

    fn resolve(&self, path: &Path, flags: OFlag) -> Result<OwnedFd> {
        self.forget();
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let within = ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS;
        let how = OpenHow::new().flags(flags | OFlag::O_CLOEXEC).resolve(within);
        for _ in 0..MAX_RACES {
            match openat2(self.directory.as_fd(), path, how) {
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Ok(found) if self.is_of_kernel(&found)? => return Err(Errno::EACCES),
                result => return result,
            }
        }
        Err(Errno::EAGAIN)
    }

    /// Whether a file is part of the tree, not one that the kernel shows in it.
    ///
    /// # Errors
    ///
    /// Fails if the kernel cannot say.
    pub fn holds(&self, handle: &Handle) -> Result<bool> {
        Ok(!self.is_of_kernel(handle.shared())?)
    }

    fn is_of_kernel(&self, found: impl AsFd) -> Result<bool> {
        let device = fstat(&found)?.st_dev;
        Ok(device != self.device && (Some(device) == self.dev || kernel::shows(&found)?))
    }
}

/// Removes a directory of this machine with all below it, however deep it is,
/// and what hooks have made immutable too. Links are removed, not followed. A
/// signal does not stop it.
///
/// # Errors
///
/// Fails if something in it cannot be removed, or is another file system.
pub fn remove_all(directory: &Path) -> anyhow::Result<()> {
    let parent = directory.parent().context("a root directory cannot be removed")?;
    let name = Path::new(directory.file_name().context("a directory to remove has no name")?);
    let spot = Root::open(parent)?.spot(name);
    let remove = || spot.as_ref().map_err(|error| *error).and_then(|spot| spot.remove_tree(Stop::never()));
    let removed = match remove() {
        Err(Errno::EPERM) => {
            attributes::make_removable(directory)?;
            remove()
        }
        result => result,
    };
    removed.with_context(|| format!("removing {}", directory.display()))
}

/// The directory and the name of a trimmed path.
fn parted(path: &Path) -> Result<(&Path, CString)> {
    let name = path.file_name().ok_or(Errno::EINVAL)?;
    let name = CString::new(name.as_bytes()).map_err(|_| Errno::EINVAL)?;
    Ok((path.parent().unwrap_or(Path::new("")), name))
}

/// A path without slashes and single dots at its ends, which make no
/// difference to where it leads inside the root.
fn trimmed(path: &Path) -> PathBuf {
    let bytes = path.as_os_str().as_bytes();
    let start = bytes.iter().position(|byte| *byte != b'/').unwrap_or(bytes.len());
    let mut bytes = &bytes[start..];
    loop {
        bytes = match bytes {
            [rest @ .., b'/'] | [rest @ .., b'/', b'.'] => rest,
            [b'.'] => &[],
            _ => return PathBuf::from(OsStr::from_bytes(bytes)),
        };
    }
}

/// The path by which calls that take no descriptor reach an open file.
fn descriptor_path(descriptor: impl AsFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", descriptor.as_fd().as_raw_fd()))
}

#[cfg(test)]
mod tests;
