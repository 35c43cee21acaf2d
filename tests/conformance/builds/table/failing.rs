//! What upstream's elements cannot do on Debian 12: both programs fail, and for
//! the same reason.

use super::super::Expect::Output;
use super::super::{Build, End, Upstream};
use super::CREATE;

/// Debian has no such package from bullseye on. With a stand-in the element
/// works, see `whole`.
pub(super) const NO_BIOSDEVNAME: Build = Build {
    name: "no-biosdevname",
    command: CREATE,
    formats: "tar",
    elements: &["debian-minimal", "stable-interface-names"],
    settings: &[],
    cached: true,
    upstream: Upstream::Same,
    end: End::Fails("Unable to locate package biosdevname"),
};

/// `debian-minimal` needs `modprobe`, whose hook has the same name. It works
/// upon a distribution without that element, see `mixed`.
pub(super) const MODPROBE_BLACKLIST: Build = Build {
    name: "modprobe-blacklist",
    elements: &["debian-minimal", "modprobe-blacklist"],
    end: End::Fails("80-modprobe-blacklist"),
    ..NO_BIOSDEVNAME
};

/// It mounts a FAT image by a loop device, so it fails alike on kernels without
/// FAT; on others it ends alike, with a file.
pub(super) const ISO: Build = Build {
    name: "iso",
    command: &["disk-image-create", "-n", "-p", "isolinux,syslinux,syslinux-common"],
    elements: &["debian-minimal", "baremetal", "iso"],
    end: End::Either("unknown filesystem type 'vfat'", &[Output("-boot.iso")]),
    ..NO_BIOSDEVNAME
};
