//! Makes the mounted image bootable.
//!
//! [`install`] uses the programs and modules that the image itself brings, in
//! its chroot, so that loader and kernel fit each other, and writes what lies
//! outside of file systems itself: `grub-install` and its probing of host
//! devices take no part.
//!
//! 1. [`settings`]: `/etc/default/grub` gets what the request wants, so that
//!    `update-grub` in the running machine keeps it;
//! 2. [`bios`] or [`efi`]: the core image is made and put where the firmware
//!    looks;
//! 3. [`grub`]: the image's own `grub-mkconfig` writes the menu, which must
//!    have a kernel that finds the root by label.

use std::path::Path;

use crate::assemble::MountedImage;
use crate::sys::process::CommandFailed;

pub use crate::plugin::{Firmware, LoaderRequest};

mod bios;
mod efi;
mod grub;
mod menu_words;
mod settings;

/// Why there is no boot loader.
#[derive(Debug, thiserror::Error)]
pub enum LoaderError {
    /// The image lacks a program or its files.
    #[error("the image has no {what}; its package is {package} on Debian")]
    Missing {
        /// A program or directory.
        what: String,
        /// What brings it.
        package: &'static str,
    },
    /// The layout has no place for it.
    #[error("the disk layout has no place for a boot loader: {0}")]
    Layout(String),
    /// A program of the image failed.
    #[error(transparent)]
    Command(#[from] CommandFailed),
    /// `grub-mkconfig` found no kernel, or one that does not boot by label.
    #[error("the boot menu that grub-mkconfig wrote is of no use: {0}")]
    Menu(String),
    /// Files of the image or the disk could not be read or written.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

/// Installs GRUB in a mounted image whose chroot is ready: `proc`, `sys` and
/// `dev` are mounted, and `dev` shows the image's disk.
///
/// `log` gets what the image's programs print.
///
/// # Errors
///
/// Fails where image or layout lack what a boot loader needs, or a step does not succeed.
pub fn install(
    image: &MountedImage,
    request: &LoaderRequest,
    log: &mut dyn FnMut(&str),
) -> Result<(), LoaderError> {
    let grub = grub::Grub::find(image)?;
    grub.write_settings(request)?;
    match request.firmware {
        Firmware::Bios => bios::install(&grub, log)?,
        Firmware::Efi => efi::install(&grub, log)?,
    }
    grub.write_menu(log)
}

/// Where a path lies in the file system that holds it, as GRUB names it.
fn within(path: &Path, mount_point: &Path) -> String {
    let inner = path.strip_prefix(mount_point).unwrap_or(path);
    format!("/{}", inner.display())
}
