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
    bytes_of(meminfo, "MemAvailable:")
}

/// The bytes of memory that this process holds for itself, swapped out or not.
///
/// # Errors
///
/// Fails if the kernel does not tell.
pub fn held_memory() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("reading /proc/self/status")?;
    parse_held(&status).context("/proc/self/status has neither RssAnon nor VmRSS")
}

/// Bytes of memory of its own, or with files where the kernel does not tell them apart.
fn parse_held(status: &str) -> Option<u64> {
    let resident = bytes_of(status, "RssAnon:").or_else(|| bytes_of(status, "VmRSS:"))?;
    Some(resident + bytes_of(status, "VmSwap:").unwrap_or(0))
}

/// The value of a line of the kernel's that counts memory, in bytes.
fn bytes_of(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
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
    fn what_is_taken_is_held() {
        const TAKEN: usize = 64 << 20;
        let taken = std::hint::black_box(vec![1_u8; TAKEN]);
        let held = held_memory().unwrap();
        assert!(held >= taken.len() as u64, "{held}");
        for (status, expected) in [
            ("VmRSS:\t9 kB\nRssAnon:\t 4 kB\nVmSwap:\t 1 kB\n", Some(5 << 10)),
            ("VmRSS:\t9 kB\n", Some(9 << 10)),
            ("VmSwap:\t 1 kB\n", None),
        ] {
            assert_eq!(parse_held(status), expected, "{status}");
        }
    }

    #[test]
    fn this_machine_has_memory() {
        assert!(available_memory().unwrap() > 1024 * 1024);
    }
}
