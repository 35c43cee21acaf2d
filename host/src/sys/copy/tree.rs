//! A whole tree, by threads.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::AtFlags;
use nix::sys::stat::{FileStat, Mode, SFlag, mkdirat};
use nix::unistd::linkat;

use super::attributes;
use super::content::BUFFER;
use super::entry::{Copier, Named, Pair};
use super::queue::Queue;
use super::roots::{Roots, as_path, at, entries};
use super::{CopyOptions, CopyStats};

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
    roots: Roots,
    copier: Copier,
    options: CopyOptions<'a>,
    /// Directories whose attributes come last.
    directories: Mutex<Vec<(PathBuf, FileStat)>>,
    /// Names by device and inode of files that have several.
    links: Mutex<BTreeMap<(u64, u64), Vec<PathBuf>>>,
    stats: Mutex<CopyStats>,
}

/// Copies all beneath one root to the other; see [`super::copy_tree`].
pub(super) fn copy(roots: Roots, options: CopyOptions<'_>) -> Result<CopyStats> {
    let tree = Tree {
        roots,
        copier: Copier::new(options.cross_mounts, options.stop),
        options,
        directories: Mutex::default(),
        links: Mutex::default(),
        stats: Mutex::default(),
    };
    tree.run()
}

impl Tree<'_> {
    fn run(self) -> Result<CopyStats> {
        let root = self.roots.look()?;
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
            self.options.stop.check()?;
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
        let source = match self.roots.open_source(path) {
            Err(Errno::EXDEV) if !self.options.cross_mounts => {
                self.count(CopyStats { mounts: 1, ..CopyStats::default() });
                return Ok(());
            }
            result => result.context("opening it")?,
        };
        let destination = self.roots.open_destination(path).context("opening its copy")?;
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
        let (pair, entry) = self.roots.locate(first).with_context(|| at(first))?;
        let mut sum = self.copier.copy(&pair, &entry, buffer).with_context(|| at(first))?;
        let linkable = sum.files + sum.others > 0;
        for name in others.iter().filter(|_| linkable) {
            let (other, other_entry) = self.roots.locate(name).with_context(|| at(name))?;
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

    fn finish_directory(&self, path: &Path, stat: &FileStat) -> Result<()> {
        self.count(CopyStats { directories: 1, ..CopyStats::default() });
        let source = match self.roots.open_source(path) {
            // The mount point's own attributes are hidden; those of what is mounted there serve.
            Err(Errno::EXDEV) => self.roots.open_mounted(path),
            result => result,
        };
        let source = File::from(source.context("opening it")?);
        let destination = File::from(self.roots.open_destination(path).context("opening its copy")?);
        attributes::copy_open(&source, &destination, stat)
    }

    fn count(&self, added: CopyStats) {
        *lock(&self.stats) += added;
    }

    fn directories(&self) -> std::sync::MutexGuard<'_, Vec<(PathBuf, FileStat)>> {
        lock(&self.directories)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
