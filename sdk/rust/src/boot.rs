//! How the image boots.
//!
//! ```no_run
//! # fn main() -> blankslate_sdk::Result {
//! use blankslate_sdk::boot::{self, Firmware, Loader};
//!
//! boot::add_kernel_arguments(["quiet", "console=ttyS0,115200"])?;
//! boot::load_modules(["nf_conntrack"])?;
//! // In the finalise phase, and with `block-device = true` in the manifest:
//! let serial_console = Some("ttyS0,115200".to_owned());
//! boot::install_loader(&Loader { firmware: Firmware::Efi, timeout: 1, serial_console })?;
//! # Ok(()) }
//! ```

use std::fmt;

use crate::bindings::wit::boot::{self as wit, Error as Kind};
use crate::error::Failed;

pub use wit::{Firmware, Loader, kernel_arguments};

/// Why it was not done.
#[derive(Clone, Debug)]
pub struct Error(Kind);

impl Error {
    /// The reason.
    pub fn kind(&self) -> &Kind {
        &self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Denied(text) | Kind::WrongPhase(text) | Kind::Invalid(text) => f.write_str(text),
            Kind::Failed(failure) => Failed(failure.clone()).fmt(f),
        }
    }
}

impl std::error::Error for Error {}

fn owned<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Vec<String> {
    items.into_iter().map(Into::into).collect()
}

/// Adds arguments to the kernel's command line.
///
/// # Errors
///
/// Fails for an argument with white space outside quotes or a line break.
pub fn add_kernel_arguments<S: Into<String>>(arguments: impl IntoIterator<Item = S>) -> Result<(), Error> {
    wit::add_kernel_arguments(&owned(arguments)).map_err(Error)
}

/// Makes kernel modules load when the image boots.
///
/// # Errors
///
/// Fails for what is no module's name.
pub fn load_modules<S: Into<String>>(modules: impl IntoIterator<Item = S>) -> Result<(), Error> {
    wit::load_modules(&owned(modules)).map_err(Error)
}

/// Installs a boot loader on the image's disk.
///
/// # Errors
///
/// Fails if the operator did not grant it, outside the finalise phase, and if
/// the boot loader cannot be installed.
pub fn install_loader(loader: &Loader) -> Result<(), Error> {
    wit::install_loader(loader).map_err(Error)
}
