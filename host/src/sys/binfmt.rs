//! Programs of other architectures, which the kernel runs by an emulator
//! (`binfmt_misc`, Documentation/admin-guide/binfmt-misc.rst of Linux).

use std::fs;
use std::path::Path;

/// Where the kernel lists what it has been told.
const ENTRIES: &str = "/proc/sys/fs/binfmt_misc";

/// What the kernel does with programs that QEMU's user mode emulates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emulation {
    /// Nothing: it has not been told, or `binfmt_misc` is not mounted.
    None,
    /// It runs them, but only where the emulator's file is, which is not in a chroot.
    Outside,
    /// It runs them anywhere.
    Anywhere,
}

/// How programs of a processor run here, which is named as QEMU names it: `aarch64`.
pub fn emulation(processor: &str) -> Emulation {
    let entry = fs::read_to_string(Path::new(ENTRIES).join(format!("qemu-{processor}")));
    entry.map_or(Emulation::None, |entry| parse(&entry))
}

fn parse(entry: &str) -> Emulation {
    if entry.lines().next() != Some("enabled") {
        return Emulation::None;
    }
    // F: the kernel has opened the emulator when it was told of it.
    let flags = entry.lines().find_map(|line| line.strip_prefix("flags:")).unwrap_or_default();
    if flags.contains('F') { Emulation::Anywhere } else { Emulation::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_where_programs_run() {
        let entry = |first: &str, flags: &str| {
            format!(
                "{first}\ninterpreter /usr/libexec/qemu-binfmt/aarch64\nflags: {flags}\noffset 0\nmagic 7f45\n"
            )
        };
        for (first, flags, expected) in [
            ("enabled", "POCF", Emulation::Anywhere),
            ("enabled", "OC", Emulation::Outside),
            ("enabled", "", Emulation::Outside),
            ("disabled", "POCF", Emulation::None),
        ] {
            assert_eq!(parse(&entry(first, flags)), expected, "{first} {flags}");
        }
        assert_eq!(parse(""), Emulation::None);
    }

    #[test]
    fn what_the_kernel_was_not_told_it_does_not_run() {
        assert_eq!(emulation("no-such-processor"), Emulation::None);
    }
}
