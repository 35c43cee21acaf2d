//! What this machine and this process can do.

use std::fs;

use anyhow::{Context, Result};

/// Whether this process runs as root.
pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// The threads of this process.
pub(super) fn threads() -> Result<usize> {
    Ok(fs::read_dir("/proc/self/task").context("counting threads")?.count())
}

/// The bytes of memory that can be used without swapping.
///
/// The kernel's estimate for the machine, or what the control group leaves
/// where that is less (containers and CI jobs are usually limited so).
pub fn available_memory() -> Result<u64> {
    let meminfo = fs::read_to_string("/proc/meminfo").context("reading /proc/meminfo")?;
    let machine = parse_available(&meminfo).context("/proc/meminfo has no `MemAvailable` line")?;
    Ok(group_allowance().map_or(machine, |group| machine.min(group)))
}

/// The value of `MemAvailable`, in bytes.
fn parse_available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// What the limit of this process's control group (version 2) leaves, if it has one.
fn group_allowance() -> Option<u64> {
    let membership = fs::read_to_string("/proc/self/cgroup").ok()?;
    let group = membership.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let read = |name: &str| -> Option<u64> {
        fs::read_to_string(format!("/sys/fs/cgroup/{group}/{name}")).ok()?.trim().parse().ok()
    };
    Some(read("memory.max")?.saturating_sub(read("memory.current")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn available_memory_is_read_in_bytes() {
        let meminfo = "MemTotal:       24684092 kB\nMemFree:  1 kB\nMemAvailable:      2048 kB\n";
        assert_eq!(parse_available(meminfo), Some(2048 * 1024));
        assert_eq!(parse_available("MemTotal: 1 kB\n"), None);
    }

    #[test]
    fn this_machine_has_memory() {
        assert!(available_memory().unwrap() > 1024 * 1024);
    }
}
