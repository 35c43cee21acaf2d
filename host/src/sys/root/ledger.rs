//! What files of a tree are said to be, where this process may not make them so.
//!
//! Without root a file cannot be given to a user, nor be a device. A tree with
//! a [`Ledger`] is changed as far as anybody may, and the rest is written down:
//! owners, modes, extended attributes, device nodes. Whoever asks through
//! [`Root`](super::Root) gets what is written down.
//!
//! Files are told apart by their inode. What is new is entered when it is made,
//! so that nothing is inherited from a file that had the inode before.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::stat::{FileStat, SFlag};
use nix::sys::time::TimeSpec;

use super::handle::kind_of;

/// Permission to execute, for the owner.
const OWNER_EXECUTES: u32 = 0o100;

/// The records of one tree.
#[derive(Debug, Default)]
pub struct Ledger {
    records: Mutex<BTreeMap<(u64, u64), Record>>,
}

/// What is said of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// What it is, where that differs: a device node is an empty file.
    pub(super) node: Option<(SFlag, u64)>,
    /// Permission bits.
    pub(super) mode: Option<u32>,
    /// Number of the owning user.
    pub(super) user: u32,
    /// Number of the owning group.
    pub(super) group: u32,
    /// The time of the last change, where somebody has set it.
    pub modified: Option<TimeSpec>,
    /// Extended attributes.
    pub extended: BTreeMap<OsString, Vec<u8>>,
}

impl Ledger {
    /// What is said of a file. One that nobody has changed belongs to root, and
    /// has the mode that files of its kind have in a package.
    pub(super) fn stat(&self, real: FileStat) -> FileStat {
        let record = self.record(&real);
        let (kind, device) = record.node.unwrap_or((kind_of(&real), real.st_rdev));
        let mode = record.mode.unwrap_or_else(|| usual_mode(&real));
        let mut told = real;
        told.st_mode = kind.bits() | mode;
        (told.st_uid, told.st_gid, told.st_rdev) = (record.user, record.group, device);
        told
    }

    /// What is written down of a file.
    pub fn record(&self, stat: &FileStat) -> Record {
        self.records().get(&key(stat)).cloned().unwrap_or_default()
    }

    /// Writes something down of a file.
    pub(super) fn change(&self, stat: &FileStat, change: impl FnOnce(&mut Record)) {
        change(self.records().entry(key(stat)).or_default());
    }

    /// Enters a file that was just made.
    pub(super) fn enter(&self, stat: &FileStat, record: Record) {
        self.records().insert(key(stat), record);
    }

    /// The value of an extended attribute.
    pub(super) fn extended(&self, stat: &FileStat, name: &OsStr) -> Option<Vec<u8>> {
        self.record(stat).extended.get(name).cloned()
    }

    fn records(&self) -> MutexGuard<'_, BTreeMap<(u64, u64), Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(stat: &FileStat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

fn usual_mode(real: &FileStat) -> u32 {
    match kind_of(real) {
        SFlag::S_IFLNK => 0o777,
        SFlag::S_IFDIR => 0o755,
        _ if real.st_mode & OWNER_EXECUTES != 0 => 0o755,
        _ => 0o644,
    }
}
