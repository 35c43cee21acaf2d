//! The builds, their elements, and what must come of them.

mod disks;
mod everyday;
mod failing;
mod isos;
mod whole;

use super::Build;

/// `disk-image-create` without the element `base`.
const CREATE: &[&str] = &["disk-image-create", "-n"];

/// What runs wherever the tests run.
pub(crate) const FAST: &[&Build] = &[&everyday::EVERYDAY, &failing::NO_BIOSDEVNAME];

/// All of them.
pub(crate) const FULL: &[&Build] = &[
    &everyday::EVERYDAY,
    &whole::DEBIAN,
    &whole::RAMDISK,
    &whole::DRACUT,
    &whole::STABLE_INTERFACE_NAMES,
    &whole::MIXED,
    &whole::COMPONENTS,
    &disks::MBR,
    &disks::GPT,
    &disks::EFI,
    &isos::ISO,
    &isos::ISO_RAMDISK,
    &failing::NO_BIOSDEVNAME,
    &failing::MODPROBE_BLACKLIST,
    &failing::DRACUT_RAMDISK,
];

/// The elements that must be in a build of the full set that makes an image, or be what one
/// of its elements depends on.
pub(crate) const COVERED: [&str; 46] = [
    "apt-conf",
    "apt-preferences",
    "apt-sources",
    "baremetal",
    "base",
    "block-device-efi",
    "block-device-gpt",
    "block-device-mbr",
    "bootloader",
    "cleanup-kernel-initrd",
    "cloud-init",
    "cloud-init-datasources",
    "cloud-init-growpart",
    "cloud-init-nocloud",
    "debian",
    "debian-minimal",
    "devuser",
    "dhcp-all-interfaces",
    "dracut-regenerate",
    "element-manifest",
    "enable-serial-console",
    "fail2ban",
    "growvols",
    "grub2",
    "hwburnin",
    "install-bin",
    "install-static",
    "install-types",
    "iso",
    "journal-to-console",
    "local-config",
    "manifests",
    "modprobe",
    "modprobe-blacklist",
    "openssh-server",
    "package-installs",
    "pkg-map",
    "posix",
    "ramdisk",
    "runtime-ssh-host-keys",
    "select-boot-kernel-initrd",
    "source-repositories",
    "stable-interface-names",
    "svc-map",
    "sysctl",
    "vm",
];
