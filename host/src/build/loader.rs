//! The disk of a mounted image, as component elements know it.

use std::sync::Arc;

use anyhow::Result;

use crate::assemble::{MountedImage, bootloader};
use crate::plugin::{BootLoader, Devices, LoaderRequest};
use crate::report::{HookOutput, Stream};

/// Its device nodes.
pub(super) fn devices(image: &MountedImage) -> Devices {
    Devices {
        size: Some(image.plan.size),
        disk: Some(image.disk.clone()),
        partitions: image.volumes.clone(),
        logical: image.logical.clone(),
    }
}

/// What installs boot loaders on it.
pub(super) fn boot_loader(image: Arc<MountedImage>, output: &HookOutput) -> Arc<dyn BootLoader> {
    Arc::new(Grub { image, output: output.clone() })
}

/// GRUB, on the disk of a mounted image.
struct Grub {
    image: Arc<MountedImage>,
    output: HookOutput,
}

impl BootLoader for Grub {
    fn install(&self, request: &LoaderRequest) -> Result<()> {
        let mut log = |line: &str| self.output.line(Stream::Stdout, line);
        Ok(bootloader::install(&self.image, request, &mut log)?)
    }
}
