//! Images of CDs that start a kernel.

use super::super::Expect::{self, Installed};
use super::super::{Build, End, Iso, Upstream};
use super::CREATE;

/// The kernel and initrd of the image, for BIOS and UEFI with secure boot.
pub(super) const ISO: Build = Build {
    name: "iso",
    command: CREATE,
    formats: "tar",
    elements: &["debian-minimal", "baremetal", "iso"],
    settings: &[("DIB_BOOT_ISO_KERNEL_CMDLINE_ARGS", "console=ttyS0")],
    cached: true,
    upstream: Upstream::Same,
    end: End::Made(&[
        Installed("isolinux"),
        Installed("shim-signed"),
        of_image(Iso::Volume("VMEDIA_BOOT_ISO")),
        of_image(Iso::Files(FILES)),
        of_image(BOOTS),
        of_image(Iso::IsOutput("/vmlinuz", ".vmlinuz")),
        of_image(Iso::IsOutput("/initrd", ".initrd")),
        // A label is that of a file system at /boot.
        of_image(Iso::Line("/isolinux/isolinux.cfg", "append initrd=/initrd root=LABEL= console=ttyS0 --")),
        of_image(Iso::Line(GRUB, "search --set=root --label VMEDIA_BOOT_ISO")),
        of_image(Iso::Line(GRUB, "linuxefi /vmlinuz   root=LABEL= console=ttyS0 --")),
        of_image(Iso::Line(GRUB, "initrdefi /initrd")),
        of_image(HOLDS_SHIM),
        of_image(HOLDS_GRUB),
    ]),
};

/// Those of a ramdisk.
pub(super) const ISO_RAMDISK: Build = Build {
    name: "iso-ramdisk",
    command: &["ramdisk-image-create"],
    elements: &["debian-minimal", "iso"],
    settings: &[("DIB_DEPLOY_ISO_KERNEL_CMDLINE_ARGS", "console=ttyS0")],
    upstream: Upstream::Cannot("its command does not export a variable that a hook of ramdisk's reads"),
    end: End::Made(&[
        of_ramdisk(Iso::Volume("VMEDIA_BOOT_ISO")),
        of_ramdisk(Iso::Files(FILES)),
        of_ramdisk(BOOTS),
        of_ramdisk(Iso::IsOutput("/vmlinuz", ".kernel")),
        of_ramdisk(Iso::IsOutput("/initrd", ".initramfs")),
        of_ramdisk(Iso::Line(
            "/isolinux/isolinux.cfg",
            "append initrd=/initrd boot_method=vmedia console=ttyS0 --",
        )),
        of_ramdisk(Iso::Line(GRUB, "linuxefi /vmlinuz   boot_method=vmedia console=ttyS0 --")),
        of_ramdisk(HOLDS_SHIM),
        of_ramdisk(HOLDS_GRUB),
        of_ramdisk(Iso::Starts(
            "BOOT_IMAGE=/vmlinuz initrd=/initrd boot_method=vmedia console=ttyS0 --",
            // It looks for what its command line promises.
            "Error finding the virtual floppy device on the node.",
        )),
    ]),
    ..ISO
};

const FILES: &[&str] = &[
    "/EFI",
    "/EFI/debian",
    "/EFI/debian/grub.cfg",
    "/boot.catalog",
    "/initrd",
    "/isolinux",
    "/isolinux/efiboot.img",
    "/isolinux/isolinux.bin",
    "/isolinux/isolinux.cfg",
    "/isolinux/ldlinux.c32",
    "/vmlinuz",
];

const GRUB: &str = "/EFI/debian/grub.cfg";
const EFI_BOOT: &str = "/isolinux/efiboot.img";
const BOOTS: Iso = Iso::Boots("/isolinux/isolinux.bin", EFI_BOOT);
const HOLDS_SHIM: Iso = Iso::Holds(EFI_BOOT, "/EFI/BOOT/bootx64.efi", "usr/lib/shim/shimx64.efi.signed");
const HOLDS_GRUB: Iso =
    Iso::Holds(EFI_BOOT, "/EFI/BOOT/grubx64.efi", "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed");

const fn of_image(expected: Iso) -> Expect {
    Expect::Iso("-boot.iso", expected)
}

const fn of_ramdisk(expected: Iso) -> Expect {
    Expect::Iso(".iso", expected)
}
