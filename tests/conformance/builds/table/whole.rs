//! Distributions with all their packages, ramdisks, and mixtures.

use super::super::Expect::{Has, Installed, Lacks, Line, Output};
use super::super::{Build, End, Upstream};

/// From nothing: the bootstrap, `base`, which the command adds, and what a
/// POSIX system has.
pub(super) const DEBIAN: Build = Build {
    name: "debian",
    command: &["disk-image-create"],
    formats: "tar",
    elements: &["debian", "apt-sources", "grub2", "posix"],
    settings: &[("DIB_APT_SOURCES", "SCRATCH/sources/sources.list")],
    cached: false,
    upstream: Upstream::Same,
    end: End::Made(&[
        Installed("cloud-init"),
        Installed("open-iscsi"),
        Installed("netplan.io"),
        Installed("openssh-server"),
        Installed("shim-signed"),
        Installed("linux-image-amd64"),
        Has("usr/bin/pax"),
        Has("usr/bin/bc"),
        Has("etc/apt/sources.list"),
        Has("etc/apt/sources.list.d/security.list"),
        Lacks("boot/grub/grubenv"),
        Lacks("usr/sbin/policy-rc.d"),
    ]),
};

/// The old deploy ramdisk, with programs that test the hardware.
pub(super) const RAMDISK: Build = Build {
    name: "ramdisk",
    command: &["ramdisk-image-create", "-p", "memtester,spew"],
    formats: "tar",
    elements: &["debian-minimal", "hwburnin"],
    settings: &[],
    cached: true,
    upstream: Upstream::Cannot("its command does not export a variable that the hook reads"),
    end: End::Made(&[
        Output(".kernel"),
        Output(".initramfs"),
        Installed("memtester"),
        Installed("tgt"),
        Line("etc/dib_binary_deps", "tgtadm tgtd spew memtester dhclient ip busybox"),
    ]),
};

/// dracut instead of Debian's own initramfs.
pub(super) const DRACUT: Build = Build {
    name: "dracut",
    command: &["disk-image-create", "-n", "-p", "dracut"],
    formats: "tar",
    elements: &["debian-minimal", "dracut-regenerate"],
    settings: &[],
    cached: true,
    upstream: Upstream::Same,
    end: End::Made(&[Installed("dracut"), Installed("cryptsetup-bin"), Installed("lvm2")]),
};

/// Our distribution with upstream's shell elements.
pub(super) const MIXED: Build = Build {
    name: "mixed",
    command: &["slate", "build", "--set", "debian.kernel=none"],
    formats: "tar",
    elements: &["debian", "dib:modprobe-blacklist", "dib:journal-to-console", "dib:sysctl"],
    settings: &[("DIB_MODPROBE_BLACKLIST", "floppy")],
    cached: false,
    upstream: Upstream::Cannot("the distribution is a component"),
    end: End::Made(&[
        Line("etc/modprobe.d/blacklist.conf", "blacklist floppy"),
        Line("etc/systemd/journald.conf.d/log-to-console.conf", "ForwardToConsole=true"),
        Installed("systemd"),
    ]),
};
