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
