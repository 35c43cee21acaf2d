//! Mounts as values: what is mounted is unmounted.
//!
//! ```no_run
//! use std::path::Path;
//! use blankslate::sys::mount::Mount;
//!
//! let image = Mount::device(Path::new("/dev/loop0"), Path::new("mnt"), "ext4", "")?;
//! std::fs::write("mnt/etc/hostname", "blankslate\n")?;
//! image.close()?;
//! # anyhow::Ok(())
//! ```
//!
//! Mounts are unmounted synchronously: a lazy detach would return before the
//! last write, and hide its failure.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, umount2};

/// How often an unmount is tried while the kernel calls the mount busy. That
/// passes when a process that was killed lets go, or an indexer looks away.
const UNMOUNT_ATTEMPTS: u32 = 50;

/// The pause between two attempts.
const UNMOUNT_PAUSE: Duration = Duration::from_millis(100);

/// What no mount but the image's own should offer.
const RESTRICTED: MsFlags = MsFlags::MS_NOSUID.union(MsFlags::MS_NODEV).union(MsFlags::MS_NOEXEC);

/// The options of an fstab that are flags of the system call.
const FLAGS: [(&str, MsFlags); 8] = [
    ("ro", MsFlags::MS_RDONLY),
    ("noatime", MsFlags::MS_NOATIME),
    ("nodiratime", MsFlags::MS_NODIRATIME),
    ("relatime", MsFlags::MS_RELATIME),
    ("nosuid", MsFlags::MS_NOSUID),
    ("nodev", MsFlags::MS_NODEV),
    ("noexec", MsFlags::MS_NOEXEC),
    ("sync", MsFlags::MS_SYNCHRONOUS),
];

/// A mount that lives as long as this value.
#[derive(Debug)]
#[must_use = "dropping a mount unmounts it"]
pub struct Mount {
    target: PathBuf,
    mounted: bool,
}

impl Mount {
    /// Shows the directory or file `source` at `target` too, without what is mounted below it.
    pub fn bind(source: &Path, target: &Path) -> Result<Self> {
        Self::new(Some(source), target, None, MsFlags::MS_BIND, "")
    }

    /// Shows `source` at `target`, where it cannot be written.
    pub fn bind_read_only(source: &Path, target: &Path) -> Result<Self> {
        let bound = Self::bind(source, target)?;
        // The kernel takes the flag only on a second call, for the mount just made.
        let flags = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
        mount(None, target, None, flags, "")
            .with_context(|| format!("making {} read-only", target.display()))?;
        Ok(bound)
    }

    /// Mounts an empty file system in memory; `options` such as `size=64m,mode=755`.
    pub fn tmpfs(target: &Path, options: &str) -> Result<Self> {
        Self::tmpfs_for(Path::new("tmpfs"), target, options)
    }

    /// Mounts an empty file system in memory that passes for the one on `device`
    /// with programs that look up what is mounted where.
    pub fn tmpfs_for(device: &Path, target: &Path, options: &str) -> Result<Self> {
        Self::new(Some(device), target, Some("tmpfs"), MsFlags::MS_NOSUID, options)
    }

    /// Mounts the processes of this PID namespace.
    pub fn proc(target: &Path) -> Result<Self> {
        Self::new(Some(Path::new("proc")), target, Some("proc"), RESTRICTED, "")
    }

    /// Mounts the kernel's objects, where they cannot be written.
    pub fn sysfs_read_only(target: &Path) -> Result<Self> {
        let flags = RESTRICTED | MsFlags::MS_RDONLY;
        Self::new(Some(Path::new("sysfs")), target, Some("sysfs"), flags, "")
    }

    /// Mounts pseudo terminals; `options` such as `newinstance,ptmxmode=0666`.
    pub fn devpts(target: &Path, options: &str) -> Result<Self> {
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
        Self::new(Some(Path::new("devpts")), target, Some("devpts"), flags, options)
    }

    /// Mounts the file system of type `fstype` on a block device.
    ///
    /// `options` are as in fstab, such as `ro,noatime,discard`: flags that
    /// every file system knows, and options of this one.
    pub fn device(device: &Path, target: &Path, fstype: &str, options: &str) -> Result<Self> {
        let (flags, options) = split_options(options);
        Self::new(Some(device), target, Some(fstype), flags, &options)
    }

    /// Mounts the file system on a block device where it cannot be written.
    pub fn device_read_only(device: &Path, target: &Path, fstype: &str, options: &str) -> Result<Self> {
        Self::new(Some(device), target, Some(fstype), MsFlags::MS_RDONLY, options)
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.target
    }

    /// Unmounts it, and returns once all that was written to it is on its device.
    pub fn close(mut self) -> Result<()> {
        self.mounted = false;
        unmount(&self.target)
    }

    fn new(
        source: Option<&Path>,
        target: &Path,
        fstype: Option<&str>,
        flags: MsFlags,
        options: &str,
    ) -> Result<Self> {
        mount(source, target, fstype, flags, options).with_context(|| {
            let what = source.unwrap_or(Path::new("")).display();
            format!("mounting {what} on {}", target.display())
        })?;
        tracing::debug!(?source, ?target, fstype, "mounted");
        Ok(Self { target: target.to_owned(), mounted: true })
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if self.mounted
            && let Err(error) = unmount(&self.target)
        {
            tracing::warn!("a mount stays behind: {error:#}");
        }
    }
}

fn mount(
    source: Option<&Path>,
    target: &Path,
    fstype: Option<&str>,
    flags: MsFlags,
    options: &str,
) -> nix::Result<()> {
    let options = Some(options).filter(|options| !options.is_empty());
    nix::mount::mount(source, target, fstype, flags, options)
}

/// Tells the flags among the options of an fstab from what the file system itself is to read.
fn split_options(options: &str) -> (MsFlags, String) {
    let mut flags = MsFlags::empty();
    let own = |option: &&str| match FLAGS.iter().find(|(name, _)| name == option) {
        Some((_, flag)) => {
            flags |= *flag;
            false
        }
        None => !matches!(*option, "" | "defaults" | "rw"),
    };
    let own: Vec<_> = options.split(',').filter(own).collect();
    (flags, own.join(","))
}

/// Writes out the file system mounted at `target` and takes the right to write away.
pub(super) fn make_read_only(target: &Path) -> Result<()> {
    super::disk::sync_filesystem(target)?;
    mount(None, target, None, MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY, "")
        .with_context(|| format!("making {} read-only", target.display()))
}

/// Unmounts what is mounted last on `target`, waiting while it is busy.
pub(super) fn unmount(target: &Path) -> Result<()> {
    let mut attempt = 1;
    loop {
        match umount2(target, MntFlags::UMOUNT_NOFOLLOW) {
            Ok(()) => return Ok(()),
            Err(Errno::EBUSY) if attempt < UNMOUNT_ATTEMPTS => {
                attempt += 1;
                std::thread::sleep(UNMOUNT_PAUSE);
            }
            Err(error) => {
                let holders = holders(target, error);
                return Err(error).with_context(|| format!("unmounting {}{holders}", target.display()));
            }
        }
    }
}

/// Who keeps a busy mount, for the message.
fn holders(target: &Path, error: Errno) -> String {
    let names = match error {
        Errno::EBUSY => super::process::holders(target),
        _ => Vec::new(),
    };
    if names.is_empty() { String::new() } else { format!(" (in use by {})", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_told_from_options_of_the_file_system() {
        for (options, flags, own) in [
            ("", MsFlags::empty(), ""),
            ("defaults", MsFlags::empty(), ""),
            ("rw,discard", MsFlags::empty(), "discard"),
            (
                "ro,noatime,data=ordered,discard",
                MsFlags::MS_RDONLY | MsFlags::MS_NOATIME,
                "data=ordered,discard",
            ),
        ] {
            assert_eq!(split_options(options), (flags, own.to_owned()), "{options}");
        }
    }

    #[test]
    fn a_mount_that_cannot_be_made_names_both_sides() {
        let error = Mount::device(Path::new("/dev/null"), Path::new("/no/such"), "ext4", "").unwrap_err();
        assert_eq!(error.to_string(), "mounting /dev/null on /no/such");
    }
}
