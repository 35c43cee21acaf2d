//! Distributions with all their packages, ramdisks, and mixtures.

use super::super::Expect::{Has, InRamdisk, Installed, Is, Lacks, Line, Output, Partitions};
use super::super::{Build, End, Upstream};
use super::CREATE;

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

/// The old deploy ramdisk, with programs that test the hardware and what elements bring for it.
pub(super) const RAMDISK: Build = Build {
    name: "ramdisk",
    command: &["ramdisk-image-create", "-p", "memtester,spew"],
    formats: "tar",
    elements: &["debian-minimal", "exercise-ramdisk", "hwburnin"],
    settings: &[],
    cached: true,
    upstream: Upstream::Cannot("its command does not export a variable that the hook reads"),
    end: End::Made(&[
        Output(".kernel"),
        Output(".initramfs"),
        Installed("memtester"),
        Installed("tgt"),
        Line("etc/dib_binary_deps", "tgtadm tgtd findmnt lscpu spew memtester dhclient ip busybox"),
        InRamdisk("init", "# init fragment from 80-exercise"),
        InRamdisk("init", "echo \"a fragment of exercise-ramdisk\""),
        InRamdisk("lib/udev/rules.d/99-exercise.rules", "SUBSYSTEM==\"exercise\", ENV{EXERCISE}=\"1\""),
        InRamdisk("bin/findmnt", ""),
        InRamdisk("bin/lscpu", ""),
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

/// Names of network devices, with a stand-in for the package that Debian no
/// longer has, and with rules to turn on again.
pub(super) const STABLE_INTERFACE_NAMES: Build = Build {
    name: "stable-interface-names",
    command: CREATE,
    formats: "tar",
    elements: &["debian-minimal", "older-debian", "stable-interface-names"],
    settings: &[],
    cached: true,
    upstream: Upstream::Same,
    end: End::Made(&[Installed("biosdevname"), Lacks("etc/udev/rules.d/80-net-name-slot.rules")]),
};

/// Our distribution with upstream's shell elements.
pub(super) const MIXED: Build = Build {
    name: "mixed",
    command: &["slate", "build", "--set", "debian.kernel=none"],
    formats: "tar",
    elements: &[
        "debian",
        "dib:dhcp-all-interfaces",
        "dib:fail2ban",
        "dib:journal-to-console",
        "dib:modprobe-blacklist",
        "dib:openssh-server",
        "dib:sysctl",
    ],
    settings: &[("DIB_MODPROBE_BLACKLIST", "floppy")],
    cached: false,
    upstream: Upstream::Cannot("the distribution is a component"),
    end: End::Made(&[
        Line("etc/modprobe.d/blacklist.conf", "blacklist floppy"),
        Line("etc/systemd/journald.conf.d/log-to-console.conf", "ForwardToConsole=true"),
        Installed("fail2ban"),
        Installed("isc-dhcp-client"),
        Installed("ndisc6"),
        Has("etc/systemd/system/multi-user.target.wants/ssh.service"),
        Has("etc/udev/rules.d/99-dhcp-all-interfaces.rules"),
    ]),
};

/// Upstream's distribution with our components.
pub(super) const COMPONENTS: Build = Build {
    name: "components",
    command: &["slate", "build"],
    formats: "raw,tar",
    elements: &["dib:debian-minimal", "vm", "local-config"],
    settings: &[],
    cached: true,
    upstream: Upstream::Cannot("components are elements of slate's"),
    end: End::Made(&[
        Partitions("dos", &["83"]),
        Has("boot/grub/i386-pc/core.img"),
        Installed("grub-pc"),
        Line("etc/fstab", "LABEL=cloudimg-rootfs / ext4 defaults 0 1"),
        Is("root/.ssh/authorized_keys", "ssh-ed25519 AAAA operator\n"),
    ]),
};
