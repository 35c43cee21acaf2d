//! How much a guest may use.

use std::time::Duration;

/// The limits of one hook. Each is named in the message of the guest that hits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory of all its linear memories and tables together.
    pub memory: usize,
    /// Time from its start to its end, programs that it runs included.
    pub time: Duration,
    /// Time in its own code.
    pub computing: Duration,
    /// Bytes of log lines, standard output and standard error. What exceeds it is dropped.
    pub output: u64,
    /// Bytes that one call returns: a file read whole, captured output.
    pub answer: u64,
    /// Bytes that one call passes to the host.
    pub argument: usize,
    /// Bytes that it writes to files of the image.
    pub written: u64,
    /// Entries of a listing.
    pub entries: usize,
    /// Open readers, writers and steps.
    pub handles: usize,
    /// Bytes of a fetched file.
    pub download: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Limits {
            memory: 1 << 30,
            time: Duration::from_secs(2 * 60 * 60),
            computing: Duration::from_secs(10 * 60),
            output: 64 * MIB,
            answer: 256 * MIB,
            argument: 256 << 20,
            written: 64 * 1024 * MIB,
            entries: 1_000_000,
            handles: 128,
            download: 16 * 1024 * MIB,
        }
    }
}

/// A limit that a guest hit, ended for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LimitReached {
    /// See [`Limits::memory`].
    #[error("it needs more than the memory limit of {} MiB", .0 >> 20)]
    Memory(usize),
    /// See [`Limits::time`].
    #[error("it ran longer than the time limit of {} s", .0.as_secs())]
    Time(Duration),
    /// See [`Limits::computing`].
    #[error("it computed longer than the limit of {} s", .0.as_secs())]
    Computing(Duration),
}
