//! What must not be in an image: traces of the build, and identities that
//! each machine has to make for itself.

use std::fs;
use std::path::Path;

use blankslate_sdk::{Result, rootfs};

use crate::apt;

/// Files and what matches these patterns are removed.
const LEFTOVERS: [&str; 12] = [
    apt::BUILD_OPTIONS,
    apt::BUILD_DPKG_OPTIONS,
    apt::POLICY,
    LISTS,
    "/var/lib/apt/lists/lock",
    BUILD_RESOLVER,
    "/etc/ssh/ssh_host_*",
    "/var/cache/apt/*.bin",
    "/var/cache/apt/archives/*.deb",
    "/var/cache/apt/archives/lock",
    "/var/cache/debconf/*-old",
    "/var/lib/dpkg/*-old",
];

/// What systemd-resolved found when it was installed: the build host's resolver.
const BUILD_RESOLVER: &str = "/etc/.resolv.conf.systemd-resolved.bak";

/// What apt has read: all but the directory of lists that it has in part,
/// which belongs to its package.
const LISTS: &str = "/var/lib/apt/lists/*_*";

/// What says that the tree was tidied, to the calls that other elements make later.
const TIDIED: &str = "/scratch/tidied";

/// Tidies up.
pub(crate) fn run() -> Result {
    fs::write(TIDIED, "")?;
    for pattern in LEFTOVERS {
        for path in rootfs::glob(pattern)? {
            rootfs::remove(&path)?;
        }
    }
    forget_machine()
}

/// Whether that is done.
pub(crate) fn is_done() -> bool {
    Path::new(TIDIED).exists()
}

/// An empty machine id makes systemd write a new one at the first boot.
fn forget_machine() -> Result {
    rootfs::file("/etc/machine-id").mode(0o444).write("")?;
    rootfs::remove_tree("/var/lib/dbus/machine-id")?;
    Ok(())
}
