//! What upstream's elements cannot do on Debian 12: both programs fail, and for
//! the same reason.

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

/// Its program for iSCSI targets is no package of Debian's from buster on, and
/// needs Python 2.
pub(super) const DRACUT_RAMDISK: Build = Build {
    name: "dracut-ramdisk",
    elements: &["debian-minimal", "dracut-ramdisk"],
    // The source is for Ubuntu, and not used here.
    settings: &[("DIB_REPOLOCATION_dracut", "file://SCRATCH/sources/archive.tar.gz")],
    end: End::Fails("Package 'targetcli' has no installation candidate"),
    ..NO_BIOSDEVNAME
};
