//! The image's disk.
//!
//! ```no_run
//! # fn main() -> blankslate_sdk::Result {
//! use blankslate_sdk::{block_device, info};
//!
//! let disk = block_device::describe()?;
//! for volume in disk.volumes.iter().filter(|volume| volume.mount_point.is_some()) {
//!     info!("{} is on {}", volume.mount_point.as_deref().unwrap_or_default(), volume.name);
//! }
//! # Ok(()) }
//! ```

use std::fmt;

use crate::bindings::wit::block_device::{self as wit, Error as Kind};

pub use wit::{Disk, Table, Volume};

/// Why there is no answer.
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
        }
    }
}

impl std::error::Error for Error {}

/// Describes the disk.
///
/// # Errors
///
/// Fails if the operator did not grant it.
pub fn describe() -> Result<Disk, Error> {
    wit::describe().map_err(Error)
}

/// Makes the build use an existing block device of the build host.
///
/// # Errors
///
/// Fails if the operator did not grant it, outside the block-device phase, and
/// for what is no block device.
pub fn provide(device: &str) -> Result<(), Error> {
    wit::provide(device).map_err(Error)
}
