//! A whole tree, by threads.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, mkdirat};
use nix::unistd::linkat;

use super::attributes::{self, Maker};
use super::content::{BUFFER, Transfer};
use super::entry::{Copier, Named, Pair};
use super::queue::Queue;
use super::{CopyOptions, CopyStats};
use crate::sys::signals;

/// How many files of a directory make one job.
const BATCH: usize = 64;

/// One step of the walk.
#[derive(Debug)]
enum Job {
    /// A directory that exists on both sides, to be filled.
    Directory(PathBuf),
    /// Some entries of a directory.
    Entries(Arc<Pair>, Arc<PathBuf>, Vec<Named>),
    /// The names of one file.
    Links(Vec<PathBuf>),
}

/// The state that all threads share.
struct Tree<'a> {
    source: OwnedFd,
    destination: OwnedFd,
    copier: Copier,
    options: CopyOptions<'a>,
    /// Directories whose attributes come last.
    directories: Mutex<Vec<(PathBuf, FileStat)>>,
    /// Names by device and inode of files that have several.
    links: Mutex<BTreeMap<(u64, u64), Vec<PathBuf>>>,
    stats: Mutex<CopyStats>,
}

/// Copies a tree; see [`super::copy_tree`].
pub(super) fn copy(source: &Path, destination: &Path, options: CopyOptions<'_>) -> Result<CopyStats> {
    let context = || format!("copying {} to {}", source.display(), destination.display());
    let tree = Tree::open(source, destination, options).with_context(context)?;
    tree.run().with_context(context)
}

/// Copies one entry; see [`super::copy_entry`].
pub(super) fn copy_entry(source: BorrowedFd<'_>, name: &CStr, destination: &Path) -> Result<CopyStats> {
    let entry =
        Named::look(source, name).with_context(|| format!("looking at {}", as_path(name).display()))?;
    let original = descriptor_path(source).join(as_path(name));
    let made = destination.join(as_path(name));
    if entry.kind() == SFlag::S_IFDIR {
        std::fs::create_dir(&made).context("making the directory")?;
        return copy(&original, &made, CopyOptions::default());
    }
    let tree = Tree::open(&descriptor_path(source), destination, CopyOptions::default())?;
    let pair = Pair { source: tree.source, destination: tree.destination };
    tree.copier.copy(&pair, &entry, &mut vec![0; BUFFER]).with_context(|| at(as_path(name)))
}

fn descriptor_path(directory: BorrowedFd<'_>) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd()))
}

impl<'a> Tree<'a> {
    fn open(source: &Path, destination: &Path, options: CopyOptions<'a>) -> Result<Self> {
        let open = |path: &Path| {
            let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
            nix::fcntl::open(path, flags, Mode::empty())
                .with_context(|| format!("opening {}", path.display()))
        };
        let copier =
            Copier { transfer: Transfer::new(), maker: Maker::current(), cross_mounts: options.cross_mounts };
        Ok(Self {
            source: open(source)?,
            destination: open(destination)?,
            copier,
            options,
            directories: Mutex::default(),
            links: Mutex::default(),
            stats: Mutex::default(),
        })
    }

    fn run(self) -> Result<CopyStats> {
        let root = fstat(&self.source).context("looking at the source")?;
        self.directories().push((PathBuf::from("."), root));
        self.work(vec![Job::Directory(PathBuf::from("."))])?;

        let links = std::mem::take(&mut *lock(&self.links));
        self.work(links.into_values().map(Job::Links).collect())?;

        let mut directories = std::mem::take(&mut *self.directories());
        directories.sort_by(|(one, _), (other, _)| other.cmp(one));
        for (path, stat) in &directories {
            self.finish_directory(path, stat).with_context(|| at(path))?;
        }
        Ok(*lock(&self.stats))
    }

    fn work(&self, jobs: Vec<Job>) -> Result<()> {
        let threads = match self.options.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let buffer = || vec![0; BUFFER].into_boxed_slice();
        Queue::run(jobs, threads, buffer, |buffer, job, queue| {
            signals::check()?;
            match job {
                Job::Directory(path) => self.fill(&path, queue).with_context(|| at(&path))?,
                Job::Entries(pair, path, entries) => self.copy_entries(&pair, &path, &entries, buffer)?,
                Job::Links(names) => self.copy_linked(names, buffer)?,
            }
            if let Some(progress) = self.options.progress {
                let stats = *lock(&self.stats);
                progress(stats);
            }
            Ok(())
        })
    }

    /// Makes the directories within a directory, and queues them and all else in it.
    fn fill(&self, path: &Path, queue: &Queue<Job>) -> Result<()> {
        let source = match self.open_source(path) {
            Err(Errno::EXDEV) if !self.options.cross_mounts => {
                self.count(CopyStats { mounts: 1, ..CopyStats::default() });
                return Ok(());
            }
            result => result.context("opening it")?,
        };
        let destination = self.open_destination(path).context("opening its copy")?;
        let (below, mut rest): (Vec<_>, Vec<_>) =
            entries(&source)?.into_iter().partition(|entry| entry.kind() == SFlag::S_IFDIR);
        let pair = Arc::new(Pair { source, destination });
        for entry in &below {
            self.make_directory(&pair, path, entry).with_context(|| at(&path.join(as_path(&entry.name))))?;
        }
        queue.add(below.iter().map(|entry| Job::Directory(path.join(as_path(&entry.name)))));
        self.set_links_aside(path, &mut rest);
        let path = Arc::new(path.to_owned());
        queue.add(rest.chunks(BATCH).map(|batch| Job::Entries(pair.clone(), path.clone(), batch.to_vec())));
        Ok(())
    }

    fn make_directory(&self, pair: &Pair, path: &Path, entry: &Named) -> Result<()> {
        match mkdirat(&pair.destination, entry.name.as_c_str(), Mode::S_IRWXU) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(error) => return Err(error).context("making the directory"),
        }
        self.directories().push((path.join(as_path(&entry.name)), entry.stat));
        Ok(())
    }

    /// Takes out the entries that may have other names in the tree.
    fn set_links_aside(&self, path: &Path, entries: &mut Vec<Named>) {
        let linked = entries.extract_if(.., |entry| entry.stat.st_nlink > 1);
        let mut links = lock(&self.links);
        for entry in linked {
            let file = (entry.stat.st_dev, entry.stat.st_ino);
            links.entry(file).or_default().push(path.join(as_path(&entry.name)));
        }
    }

    fn copy_entries(&self, pair: &Pair, path: &Path, entries: &[Named], buffer: &mut [u8]) -> Result<()> {
        let mut sum = CopyStats::default();
        for entry in entries {
            let context = || at(&path.join(as_path(&entry.name)));
            sum += self.copier.copy(pair, entry, buffer).with_context(context)?;
        }
        self.count(sum);
        Ok(())
    }

    /// Copies a file under its first name and links the others to it.
    fn copy_linked(&self, mut names: Vec<PathBuf>, buffer: &mut [u8]) -> Result<()> {
        names.sort();
        let Some((first, others)) = names.split_first() else { return Ok(()) };
        let (pair, entry) = self.locate(first).with_context(|| at(first))?;
        let mut sum = self.copier.copy(&pair, &entry, buffer).with_context(|| at(first))?;
        let linkable = sum.files + sum.others > 0;
        for name in others.iter().filter(|_| linkable) {
            let (other, other_entry) = self.locate(name).with_context(|| at(name))?;
            let (old, new) = (entry.name.as_c_str(), other_entry.name.as_c_str());
            match linkat(&pair.destination, old, &other.destination, new, AtFlags::empty()) {
                Ok(()) => sum.hard_links += 1,
                // The destination has another file system mounted there.
                Err(Errno::EXDEV) => {
                    sum += self.copier.copy(&other, &other_entry, buffer).with_context(|| at(name))?;
                }
                Err(error) => return Err(error).context("linking it").with_context(|| at(name)),
            }
        }
        self.count(sum);
        Ok(())
    }

    /// The directories that hold an entry, and the entry.
    fn locate(&self, path: &Path) -> Result<(Pair, Named)> {
        let directory = path.parent().context("it has no parent")?;
        let source = self.open_source(directory).context("opening its directory")?;
        let destination = self.open_destination(directory).context("opening its directory's copy")?;
        let name = path.file_name().context("it has no name")?;
        let name = CString::new(name.as_bytes()).context("its name contains a zero byte")?;
        let named = Named::look(&source, &name).context("looking at it")?;
        Ok((Pair { source, destination }, named))
    }

    fn finish_directory(&self, path: &Path, stat: &FileStat) -> Result<()> {
        self.count(CopyStats { directories: 1, ..CopyStats::default() });
        let source = match self.open_source(path) {
            // The mount point's own attributes are hidden; those of what is mounted there serve.
            Err(Errno::EXDEV) => self.open_mounted(path),
            result => result,
        };
        let source = File::from(source.context("opening it")?);
        let destination = File::from(self.open_destination(path).context("opening its copy")?);
        attributes::copy_open(&source, &destination, stat)
    }

    fn open_source(&self, path: &Path) -> nix::Result<OwnedFd> {
        let flags = directory_flags();
        match openat2(&self.source, path, self.copier.beneath().flags(flags | OFlag::O_NOATIME)) {
            Err(Errno::EPERM) => openat2(&self.source, path, self.copier.beneath().flags(flags)),
            result => result,
        }
    }

    fn open_mounted(&self, path: &Path) -> nix::Result<OwnedFd> {
        openat2(&self.source, path, anywhere_beneath())
    }

    fn open_destination(&self, path: &Path) -> nix::Result<OwnedFd> {
        openat2(&self.destination, path, anywhere_beneath())
    }

    fn count(&self, added: CopyStats) {
        *lock(&self.stats) += added;
    }

    fn directories(&self) -> std::sync::MutexGuard<'_, Vec<(PathBuf, FileStat)>> {
        lock(&self.directories)
    }
}

/// The entries of a directory, sorted by name.
fn entries(directory: &OwnedFd) -> Result<Vec<Named>> {
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

fn as_path(name: &CStr) -> &Path {
    Path::new(OsStr::from_bytes(name.to_bytes()))
}

/// An entry as seen from the tree's root, for a message.
fn at(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    format!("copying /{}", path.display())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
