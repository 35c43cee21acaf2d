//! The ten phases of a build, in order.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A phase of a build. The order of the variants is the order they run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Makes the root file system; afterwards the tree must not be empty.
    Root,
    /// Copies data from the build host into the hooks directory.
    ExtraData,
    /// Prepares the tree for package installs.
    PreInstall,
    /// Installs software.
    Install,
    /// Acts on what was installed.
    PostInstall,
    /// Last changes to the tree before it is measured.
    PostRoot,
    /// May provide a block device of its own.
    BlockDevice,
    /// The image's file systems are mounted and filled.
    PreFinalise,
    /// Inside the mounted image: boot loaders are installed here.
    Finalise,
    /// Removes what the build left.
    Cleanup,
}

/// Where hooks of a phase run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// On the build host, with the tree beside it.
    Outside,
    /// In a chroot of the tree.
    Chroot,
}

impl Phase {
    /// All phases in the order they run.
    pub const ALL: [Phase; 10] = [
        Phase::Root,
        Phase::ExtraData,
        Phase::PreInstall,
        Phase::Install,
        Phase::PostInstall,
        Phase::PostRoot,
        Phase::BlockDevice,
        Phase::PreFinalise,
        Phase::Finalise,
        Phase::Cleanup,
    ];

    /// The phase's name; its hook directory is this with `.d` behind it.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Root => "root",
            Phase::ExtraData => "extra-data",
            Phase::PreInstall => "pre-install",
            Phase::Install => "install",
            Phase::PostInstall => "post-install",
            Phase::PostRoot => "post-root",
            Phase::BlockDevice => "block-device",
            Phase::PreFinalise => "pre-finalise",
            Phase::Finalise => "finalise",
            Phase::Cleanup => "cleanup",
        }
    }

    /// The phase whose hooks stand in a directory of this name.
    pub fn from_directory(name: &str) -> Option<Phase> {
        let name = name.strip_suffix(".d")?;
        Phase::ALL.into_iter().find(|phase| phase.as_str() == name)
    }

    /// Where its hooks run.
    pub fn place(self) -> Place {
        match self {
            Phase::PreInstall | Phase::Install | Phase::PostInstall | Phase::Finalise => Place::Chroot,
            _ => Place::Outside,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_is_found_by_its_directory() {
        for phase in Phase::ALL {
            assert_eq!(Phase::from_directory(&format!("{phase}.d")), Some(phase));
        }
        for other in ["root", "environment.d", "Root.d", ".d"] {
            assert_eq!(Phase::from_directory(other), None, "{other}");
        }
    }
}
