//! A name in a directory that is held by descriptor.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use nix::Result;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, RenameFlags, openat, readlinkat, renameat, renameat2};
use nix::sys::stat::{FileStat, Mode, SFlag, fstatat, mkdirat, mknodat};
use nix::unistd::{UnlinkatFlags, linkat, symlinkat, unlinkat};

use super::{Handle, Ledger, PRIVATE, Record, descriptor_path, removal};
use crate::sys::stop::Stop;

/// A name in a directory. There may be something of this name, or nothing.
#[derive(Debug)]
pub struct Spot {
    directory: Arc<OwnedFd>,
    name: CString,
    ledger: Option<Arc<Ledger>>,
}

impl Spot {
    pub(super) fn new(directory: Arc<OwnedFd>, name: CString, ledger: Option<Arc<Ledger>>) -> Self {
        Spot { directory, name, ledger }
    }

    pub(super) fn ledger(&self) -> Option<&Arc<Ledger>> {
        self.ledger.as_ref()
    }

    /// The name.
    pub fn name(&self) -> &OsStr {
        OsStr::from_bytes(self.name.to_bytes())
    }

    pub(super) fn c_name(&self) -> &CStr {
        &self.name
    }

    pub(super) fn directory(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }

    /// Another name in the same directory.
    pub(super) fn sibling(&self, name: CString) -> Spot {
        Spot { directory: self.directory.clone(), name, ledger: self.ledger.clone() }
    }

    /// What has the name, symbolic links not followed.
    ///
    /// # Errors
    ///
    /// Fails with `ENOENT` if there is nothing.
    pub fn handle(&self) -> Result<Handle> {
        let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let descriptor = openat(self.directory(), self.c_name(), flags, Mode::empty())?;
        Ok(Handle::new(descriptor, self.ledger.clone()))
    }

    /// The same; absent if there is nothing.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be looked up.
    pub fn existing(&self) -> Result<Option<Handle>> {
        match self.handle() {
            Ok(handle) => Ok(Some(handle)),
            Err(Errno::ENOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the kernel knows of what has the name.
    ///
    /// # Errors
    ///
    /// Fails with `ENOENT` if there is nothing.
    pub fn stat(&self) -> Result<FileStat> {
        let real = self.real_stat()?;
        Ok(self.ledger.as_ref().map_or(real, |ledger| ledger.stat(real)))
    }

    fn real_stat(&self) -> Result<FileStat> {
        fstatat(self.directory(), self.c_name(), AtFlags::AT_SYMLINK_NOFOLLOW)
    }

    /// Enters what was just made under this name.
    fn enter(&self, record: Record) -> Result<()> {
        if let Some(ledger) = &self.ledger {
            ledger.enter(&self.real_stat()?, record);
        }
        Ok(())
    }

    /// The target if it is a symbolic link; absent for everything else, nothing included.
    pub(super) fn link_target(&self) -> Result<Option<OsString>> {
        match readlinkat(self.directory(), self.c_name()) {
            Ok(target) => Ok(Some(target)),
            Err(Errno::EINVAL | Errno::ENOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates a regular file with some permissions, less what the umask takes away.
    ///
    /// # Errors
    ///
    /// Fails with `EEXIST` if the name is taken.
    pub fn create(&self, mode: Mode) -> Result<File> {
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        // Where the mode is only written down, this process must be able to go on with the file.
        let mode = if self.ledger.is_some() { PRIVATE } else { mode };
        let file = openat(self.directory(), self.c_name(), flags, mode)?;
        self.enter(Record { mode: Some(mode.bits()), ..Record::default() })?;
        Ok(File::from(file))
    }

    /// Makes a directory, mode 0755 and owned by root, whatever the directory it is in says.
    ///
    /// # Errors
    ///
    /// Fails with `EEXIST` if the name is taken.
    pub fn make_directory(&self) -> Result<()> {
        mkdirat(self.directory(), self.c_name(), Mode::S_IRWXU)?;
        self.enter(Record::default())?;
        self.hand_to_root(0o755)
    }

    /// Makes a symbolic link, owned by root.
    ///
    /// # Errors
    ///
    /// Fails with `EEXIST` if the name is taken.
    pub fn make_link(&self, target: &OsStr) -> Result<()> {
        symlinkat(target, self.directory(), self.c_name())?;
        self.enter(Record::default())?;
        self.handle()?.set_owner(Some(0), Some(0))
    }

    /// Makes a device node, a pipe or a socket, mode 0644 and owned by root.
    ///
    /// # Errors
    ///
    /// Fails with `EEXIST` if the name is taken.
    pub fn make_node(&self, kind: SFlag, device: u64) -> Result<()> {
        if self.ledger.is_some() {
            drop(self.create(PRIVATE)?);
            self.enter(Record { node: Some((kind, device)), ..Record::default() })?;
        } else {
            mknodat(self.directory(), self.c_name(), kind, Mode::S_IRUSR | Mode::S_IWUSR, device)?;
        }
        self.hand_to_root(0o644)
    }

    fn hand_to_root(&self, mode: u32) -> Result<()> {
        let handle = self.handle()?;
        handle.set_owner(Some(0), Some(0))?;
        handle.set_mode(mode)
    }

    /// Gives what has this name a second one.
    ///
    /// # Errors
    ///
    /// Fails with `EEXIST` if that is taken.
    pub fn link_as(&self, other: &Spot) -> Result<()> {
        linkat(self.directory(), self.c_name(), other.directory(), other.c_name(), AtFlags::empty())
    }

    /// Renames what has this name; what has the other is replaced.
    ///
    /// # Errors
    ///
    /// Fails if the two are of different kinds.
    pub fn rename_over(&self, other: &Spot) -> Result<()> {
        renameat(self.directory(), self.c_name(), other.directory(), other.c_name())
    }

    /// Renames what has this name to one that is free.
    ///
    /// # Errors
    ///
    /// Fails with `EEXIST` if it is taken.
    pub fn rename_beside(&self, other: &Spot) -> Result<()> {
        let flags = RenameFlags::RENAME_NOREPLACE;
        renameat2(self.directory(), self.c_name(), other.directory(), other.c_name(), flags)
    }

    /// Removes what is no directory.
    ///
    /// # Errors
    ///
    /// Fails with `EISDIR` for a directory.
    pub fn remove_file(&self) -> Result<()> {
        unlinkat(self.directory(), self.c_name(), UnlinkatFlags::NoRemoveDir)
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    ///
    /// Fails with `ENOTEMPTY` for one that is not empty.
    pub fn remove_directory(&self) -> Result<()> {
        unlinkat(self.directory(), self.c_name(), UnlinkatFlags::RemoveDir)
    }

    /// Removes what has the name, and if it is a directory all below it. Links
    /// are removed, not followed; a mounted file system is left alone.
    ///
    /// # Errors
    ///
    /// Fails with `EBUSY` at a mounted file system and with `ECANCELED` when
    /// it is to stop; the rest is removed up to there.
    pub fn remove_tree(&self, stop: Stop) -> Result<()> {
        removal::remove(self, stop)
    }

    /// Its path on this machine, at this moment.
    ///
    /// # Errors
    ///
    /// Fails if the kernel cannot say.
    pub fn host_path(&self) -> Result<PathBuf> {
        let directory = readlinkat(AT_FDCWD, &descriptor_path(self.directory()))?;
        Ok(PathBuf::from(directory).join(self.name()))
    }
}
