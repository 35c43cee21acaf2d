//! A file that exists, held by descriptor.

use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use nix::Result;
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat, readlinkat};
use nix::sys::stat::{
    FchmodatFlags, FileStat, Mode, SFlag, UtimensatFlags, fchmod, fchmodat, fstat, utimensat,
};
use nix::sys::time::TimeSpec;
use nix::unistd::{Gid, Uid, fchownat};

use super::{Ledger, Record, Spot, descriptor_path, kernel};

/// A file of any kind, found in a tree. It stays the same file whatever
/// happens to its path.
#[derive(Debug)]
pub struct Handle {
    descriptor: Arc<OwnedFd>,
    /// Whether the descriptor is more than a name: one that was opened to read or write.
    open: bool,
    ledger: Option<Arc<Ledger>>,
}

impl Handle {
    pub(super) fn new(descriptor: OwnedFd, ledger: Option<Arc<Ledger>>) -> Self {
        Handle { descriptor: Arc::new(descriptor), open: false, ledger }
    }

    /// The file that was created at a spot, by its open descriptor.
    pub(super) fn of(file: File, spot: &Spot) -> Self {
        Handle { descriptor: Arc::new(file.into()), open: true, ledger: spot.ledger().cloned() }
    }

    /// What is written down of it; absent for a tree without a ledger.
    pub fn recorded(&self) -> Option<Record> {
        let ledger = self.ledger.as_ref()?;
        Some(ledger.record(&fstat(&*self.descriptor).ok()?))
    }

    /// A name in this directory.
    pub(super) fn child(&self, name: CString) -> Spot {
        Spot::new(self.shared(), name, self.ledger.clone())
    }

    /// What the kernel knows of it.
    ///
    /// # Errors
    ///
    /// Fails if the kernel cannot say.
    pub fn stat(&self) -> Result<FileStat> {
        let real = fstat(&*self.descriptor)?;
        Ok(self.ledger.as_ref().map_or(real, |ledger| ledger.stat(real)))
    }

    /// What kind of file it is.
    ///
    /// # Errors
    ///
    /// Fails if the kernel cannot say.
    pub fn kind(&self) -> Result<SFlag> {
        Ok(kind_of(&self.stat()?))
    }

    /// Opens a regular file for reading: nothing else, since opening a device or a pipe does things.
    ///
    /// # Errors
    ///
    /// Fails with `EISDIR` for a directory and `ENXIO` for what is no regular file either.
    pub fn read(&self) -> Result<File> {
        self.require_regular()?;
        self.reopen(OFlag::O_RDONLY)
    }

    /// Opens a regular file for appending.
    ///
    /// # Errors
    ///
    /// Fails as [`Handle::read`] does.
    pub fn append(&self) -> Result<File> {
        self.require_regular()?;
        self.reopen(OFlag::O_WRONLY | OFlag::O_APPEND)
    }

    /// Fails unless it is a regular file.
    pub(super) fn require_regular(&self) -> Result<()> {
        match self.kind()? {
            SFlag::S_IFREG => Ok(()),
            SFlag::S_IFDIR => Err(Errno::EISDIR),
            _ => Err(Errno::ENXIO),
        }
    }

    pub(super) fn reopen(&self, flags: OFlag) -> Result<File> {
        let path = descriptor_path(&*self.descriptor);
        nix::fcntl::open(&path, flags | OFlag::O_CLOEXEC | OFlag::O_NOCTTY, Mode::empty()).map(File::from)
    }

    /// The entries of a directory, sorted by name; none where the kernel
    /// shows what are no files.
    ///
    /// # Errors
    ///
    /// Fails with `ENOTDIR` for what is none.
    pub fn entries(&self) -> Result<Vec<Spot>> {
        Ok(self.entries_up_to(usize::MAX)?.unwrap_or_default())
    }

    /// The same; absent if there are more than `most`, which are not collected.
    ///
    /// # Errors
    ///
    /// Fails as [`Handle::entries`] does.
    pub fn entries_up_to(&self, most: usize) -> Result<Option<Vec<Spot>>> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        if kernel::shows(&*self.descriptor)? {
            return Ok(Some(Vec::new()));
        }
        let mut names: Vec<CString> = Vec::new();
        for entry in Dir::from_fd(openat(&*self.descriptor, ".", flags, Mode::empty())?)?.iter() {
            let entry = entry?;
            if entry.file_name() != c"." && entry.file_name() != c".." {
                if names.len() == most {
                    return Ok(None);
                }
                names.push(entry.file_name().to_owned());
            }
        }
        names.sort();
        Ok(Some(names.into_iter().map(|name| self.child(name)).collect()))
    }

    /// The target of a symbolic link.
    ///
    /// # Errors
    ///
    /// Fails for what is none.
    pub fn link_target(&self) -> Result<OsString> {
        readlinkat(&*self.descriptor, "")
    }

    /// Gives it to other owners. The kernel then drops set-user-id bits and
    /// capabilities: set modes and extended attributes afterwards.
    ///
    /// # Errors
    ///
    /// Fails if the kernel refuses.
    pub fn set_owner(&self, user: Option<u32>, group: Option<u32>) -> Result<()> {
        if let Some(ledger) = &self.ledger {
            ledger.change(&fstat(&*self.descriptor)?, |record| {
                record.user = user.unwrap_or(record.user);
                record.group = group.unwrap_or(record.group);
            });
            return Ok(());
        }
        let (user, group) = (user.map(Uid::from_raw), group.map(Gid::from_raw));
        fchownat(&*self.descriptor, "", user, group, AtFlags::AT_EMPTY_PATH)
    }

    /// Sets the permission bits; a symbolic link has none.
    ///
    /// # Errors
    ///
    /// Fails if the kernel refuses.
    pub fn set_mode(&self, mode: u32) -> Result<()> {
        if let Some(ledger) = &self.ledger {
            ledger.change(&fstat(&*self.descriptor)?, |record| record.mode = Some(mode & 0o7777));
            return Ok(());
        }
        let mode = Mode::from_bits_truncate(mode);
        if self.open {
            return fchmod(&*self.descriptor, mode);
        }
        fchmodat(AT_FDCWD, &descriptor_path(&*self.descriptor), mode, FchmodatFlags::FollowSymlink)
    }

    /// Sets the time of the last change of the contents.
    ///
    /// # Errors
    ///
    /// Fails if the kernel refuses.
    pub fn set_modified(&self, time: TimeSpec) -> Result<()> {
        if let Some(ledger) = &self.ledger {
            ledger.change(&fstat(&*self.descriptor)?, |record| record.modified = Some(time));
        }
        let path = descriptor_path(&*self.descriptor);
        utimensat(AT_FDCWD, &path, &TimeSpec::UTIME_OMIT, &time, UtimensatFlags::FollowSymlink)
    }

    /// The names of its extended attributes, sorted.
    ///
    /// # Errors
    ///
    /// Fails if the kernel refuses; a file system without them has none.
    pub fn extended_names(&self) -> Result<Vec<OsString>> {
        if let Some(record) = self.recorded() {
            return Ok(record.extended.into_keys().collect());
        }
        let mut names: Vec<OsString> = match xattr::list_deref(descriptor_path(&*self.descriptor)) {
            Ok(names) => names.collect(),
            Err(error) if errno(&error) == Errno::EOPNOTSUPP => Vec::new(),
            Err(error) => return Err(errno(&error)),
        };
        names.sort();
        Ok(names)
    }

    /// An extended attribute; absent if it has none of this name.
    ///
    /// # Errors
    ///
    /// Fails if the kernel refuses.
    pub fn extended(&self, name: &OsStr) -> Result<Option<Vec<u8>>> {
        if let Some(ledger) = &self.ledger {
            return Ok(ledger.extended(&fstat(&*self.descriptor)?, name));
        }
        xattr::get_deref(descriptor_path(&*self.descriptor), name).map_err(|error| errno(&error))
    }

    /// Sets an extended attribute.
    ///
    /// # Errors
    ///
    /// Fails if the kernel refuses.
    pub fn set_extended(&self, name: &OsStr, value: &[u8]) -> Result<()> {
        if let Some(ledger) = &self.ledger {
            ledger.change(&fstat(&*self.descriptor)?, |record| {
                record.extended.insert(name.to_owned(), value.to_owned());
            });
            return Ok(());
        }
        xattr::set_deref(descriptor_path(&*self.descriptor), name, value).map_err(|error| errno(&error))
    }

    /// Removes an extended attribute, if it is there.
    ///
    /// # Errors
    ///
    /// Fails if the kernel refuses.
    pub fn remove_extended(&self, name: &OsStr) -> Result<()> {
        if let Some(ledger) = &self.ledger {
            ledger.change(&fstat(&*self.descriptor)?, |record| drop(record.extended.remove(name)));
            return Ok(());
        }
        match xattr::remove_deref(descriptor_path(&*self.descriptor), name) {
            Err(error) if errno(&error) == Errno::ENODATA => Ok(()),
            result => result.map_err(|error| errno(&error)),
        }
    }

    /// Its path on this machine, at this moment.
    ///
    /// # Errors
    ///
    /// Fails if the kernel cannot say.
    pub fn host_path(&self) -> Result<PathBuf> {
        readlinkat(AT_FDCWD, &descriptor_path(&*self.descriptor)).map(PathBuf::from)
    }

    /// A path by which this process reaches it while the handle lives.
    pub fn process_path(&self) -> PathBuf {
        descriptor_path(&*self.descriptor)
    }

    /// The descriptor, to be the directory of names.
    pub(super) fn shared(&self) -> Arc<OwnedFd> {
        self.descriptor.clone()
    }
}

/// The kind of file that a stat is of.
pub(super) fn kind_of(stat: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits())
}

/// The kernel's number of an error of the standard library.
pub fn errno(error: &std::io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}
