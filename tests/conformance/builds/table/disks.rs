//! Disks that boot: partitions and upstream's boot loader. That they boot is
//! for the boot test to show.

use super::super::Expect::{Has, Installed, Line, Partitions};
use super::super::{Build, End, Expect, Upstream};
use super::CREATE;

const LINUX: &str = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
const BIOS_BOOT: &str = "21686148-6449-6E6F-744E-656564454649";
const EFI_SYSTEM: &str = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

const NO_DEVICE_MAPPER: Upstream =
    Upstream::Cannot("diskimage-builder partitions with kpartx, which needs device-mapper in the kernel");

const COMMAND_LINE: Expect = Line(
    "etc/default/grub",
    "GRUB_CMDLINE_LINUX_DEFAULT=\"console=tty0 console=ttyS0,115200 no_timer_check nofb nomodeset gfxpayload=text\"",
);
const FSTAB: Expect = Line("etc/fstab", "LABEL=cloudimg-rootfs / ext4 defaults 0 1");

/// What `vm` gets unasked.
pub(super) const MBR: Build = Build {
    name: "mbr",
    command: CREATE,
    formats: "raw,tar",
    elements: &["debian-minimal", "vm", "block-device-mbr"],
    settings: &[],
    cached: true,
    upstream: NO_DEVICE_MAPPER,
    end: End::Made(&[
        Partitions("dos", &["83"]),
        Has("boot/grub/i386-pc/core.img"),
        Installed("grub-pc"),
        COMMAND_LINE,
        FSTAB,
    ]),
};

pub(super) const GPT: Build = Build {
    name: "gpt",
    elements: &["debian-minimal", "vm", "block-device-gpt"],
    end: End::Made(&[
        Partitions("gpt", &[BIOS_BOOT, LINUX]),
        Has("boot/grub/i386-pc/core.img"),
        COMMAND_LINE,
        FSTAB,
    ]),
    ..MBR
};

pub(super) const EFI: Build = Build {
    name: "efi",
    elements: &["debian-minimal", "vm", "block-device-efi"],
    end: End::Made(&[
        Partitions("gpt", &[EFI_SYSTEM, BIOS_BOOT, LINUX]),
        Has("boot/efi/EFI/BOOT/BOOTX64.EFI"),
        Has("boot/grub/x86_64-efi/normal.mod"),
        COMMAND_LINE,
        FSTAB,
    ]),
    ..MBR
};
