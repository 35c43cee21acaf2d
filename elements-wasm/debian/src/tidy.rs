//! What must not be in an image: traces of the build, and identities that
//! each machine has to make for itself.

use blankslate_sdk::{Result, rootfs};

use crate::apt;

/// Files and what matches these patterns are removed.
const LEFTOVERS: [&str; 10] = [
    apt::BUILD_OPTIONS,
    apt::BUILD_DPKG_OPTIONS,
    apt::POLICY,
    LISTS,
    "/var/lib/apt/lists/lock",
    BUILD_RESOLVER,
    "/etc/ssh/ssh_host_*",
    "/var/cache/apt/*.bin",
    "/var/cache/debconf/*-old",
    "/var/lib/dpkg/*-old",
];

/// What systemd-resolved found when it was installed: the build host's resolver.
const BUILD_RESOLVER: &str = "/etc/.resolv.conf.systemd-resolved.bak";

/// What apt has read: all but the directory of lists that it has in part,
/// which belongs to its package.
const LISTS: &str = "/var/lib/apt/lists/*_*";

/// What apt leaves where it keeps downloads. While the tree is built this is
/// the build host's cache, and what is in it is not the image's.
const DOWNLOADS: [&str; 2] = ["/var/cache/apt/archives/*.deb", "/var/cache/apt/archives/lock"];

/// Tidies up in the finished tree.
pub(crate) fn tree() -> Result {
    remove_all(&LEFTOVERS)?;
    forget_machine()
}

/// Removes downloads from the image, when the cache is not in their place any more.
pub(crate) fn downloads() -> Result {
    remove_all(&DOWNLOADS)
}

fn remove_all(patterns: &[&str]) -> Result {
    for pattern in patterns {
        for path in rootfs::glob(pattern)? {
            rootfs::remove(&path)?;
        }
    }
    Ok(())
}

/// An empty machine id makes systemd write a new one at the first boot.
fn forget_machine() -> Result {
    rootfs::file("/etc/machine-id").mode(0o444).write("")?;
    rootfs::remove_tree("/var/lib/dbus/machine-id")?;
    Ok(())
}
