//! What the hooks of a phase stand on, and what a phase brings to light.

use std::path::PathBuf;
use std::sync::Arc;

use crate::assemble::MountedImage;
use crate::shell::environment::Environment;

/// What the hooks of a phase stand on.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The tree: being built, or the mounted image.
    pub tree: PathBuf,
    /// Variables that come up during the build: `DIB_IMAGE_SIZE`, `IMAGE_BLOCK_DEVICE`, ...
    pub variables: Environment,
    /// The mounted image, from `pre-finalise` on.
    pub image: Option<Arc<MountedImage>>,
}

impl Ground {
    /// A tree that is being built.
    pub fn tree(tree: PathBuf) -> Ground {
        Ground { tree, variables: Environment::new(), image: None }
    }

    /// A mounted image whose chroot is ready.
    pub fn image(image: MountedImage) -> Ground {
        let tree = image.root.clone();
        Ground { image: Some(Arc::new(image)), ..Ground::tree(tree) }
    }
}

/// What a phase brought to light.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhaseOutcome {
    /// The device that a `block-device.d` hook made instead of the planned layout.
    pub block_device: Option<PathBuf>,
}

/// The line by which a `block-device.d` hook names a device of its own.
const BLOCK_DEVICE_LINE: &str = "IMAGE_BLOCK_DEVICE=";

impl PhaseOutcome {
    /// Takes in a line that a hook printed.
    pub(super) fn note(&mut self, line: &str) {
        // Upstream evaluates the line.
        let line = line.strip_prefix("export ").unwrap_or(line);
        if let Some(device) = line.strip_prefix(BLOCK_DEVICE_LINE).filter(|device| !device.is_empty()) {
            self.block_device = Some(PathBuf::from(device.trim_matches(['"', '\''])));
        }
    }
}
