//! What a command costs.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::statvfs::statvfs;
use nix::sys::time::TimeValLike;

/// How often memory and disk are looked at.
const INTERVAL: Duration = Duration::from_millis(100);

/// What one run cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time, descendants included.
    pub(crate) cpu: Duration,
    /// Bytes by which available memory fell.
    pub(crate) memory: u64,
    /// Bytes by which the file system filled.
    pub(crate) disk: u64,
}

/// Runs a command that must succeed; its output goes to `log`.
pub(crate) fn run(command: &mut Command, disk: &Path, log: &Path) -> Cost {
    let file = File::create(log).expect("creating the log");
    command.stdin(Stdio::null()).stdout(file.try_clone().expect("sharing the log")).stderr(file);
    nix::unistd::sync();
    let before = cpu();
    let started = Instant::now();
    let mut child = command.spawn().unwrap_or_else(|error| panic!("starting {command:?}: {error}"));
    let (status, memory, disk) = watch(disk, || child.wait().expect("waiting for a build"));
    let cost = Cost { wall: started.elapsed(), cpu: cpu() - before, memory, disk };
    assert!(status.success(), "{command:?}: {status}\n{}", fs::read_to_string(log).unwrap_or_default());
    cost
}

/// CPU time of all descendants that have ended.
fn cpu() -> Duration {
    let usage: Usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("asking for the time that was used");
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(micros).expect("time does not run backwards"))
}

/// Watches memory and disk while `work` runs: the largest growth of each.
fn watch<T>(disk: &Path, work: impl FnOnce() -> T) -> (T, u64, u64) {
    let (free_memory, free_disk) = (available_memory(), available_disk(disk));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let (mut memory, mut space) = (free_memory, free_disk);
            while !done.load(Ordering::Relaxed) {
                memory = memory.min(available_memory());
                space = space.min(available_disk(disk));
                thread::sleep(INTERVAL);
            }
            (memory, space)
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        let (memory, space) = sampler.join().expect("watching memory and disk");
        (result, free_memory - memory, free_disk - space)
    })
}

fn available_memory() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").expect("reading /proc/meminfo");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))
        .expect("a line for available memory");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib * 1024
}

fn available_disk(path: &Path) -> u64 {
    let stat = statvfs(path).expect("asking for free space");
    stat.blocks_free() * stat.fragment_size()
}
