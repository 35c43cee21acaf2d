//! What a ramdisk that is made from this image shall hold.
//!
//! ```no_run
//! # fn main() -> blankslate_sdk::Result {
//! use blankslate_sdk::ramdisk::{self, InitScript};
//!
//! ramdisk::add_modules(["mlx4_core"])?;
//! ramdisk::add_programs(["ip", "/usr/sbin/ethtool"])?;
//! ramdisk::add_udev_rules("82-net.rules", "SUBSYSTEM==\"net\", TAG+=\"greeter\"\n")?;
//! let contents = "ip link set lo up\n".to_owned();
//! ramdisk::add_init_script(&InitScript { name: "loopback".to_owned(), order: 20, contents })?;
//! # Ok(()) }
//! ```

use std::fmt;

use crate::bindings::wit::ramdisk::{self as wit, Error as Kind};

pub use wit::InitScript;

/// Why it was not recorded.
#[derive(Clone, Debug)]
pub struct Error(Kind);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Kind::Invalid(text) = &self.0;
        f.write_str(text)
    }
}

impl std::error::Error for Error {}

fn owned<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Vec<String> {
    items.into_iter().map(Into::into).collect()
}

/// Adds kernel modules that the ramdisk's init loads.
///
/// # Errors
///
/// Fails for what is no module's name.
pub fn add_modules<S: Into<String>>(modules: impl IntoIterator<Item = S>) -> Result<(), Error> {
    wit::add_modules(&owned(modules)).map_err(Error)
}

/// Adds a script that the ramdisk's init runs.
///
/// # Errors
///
/// Fails for a name or an order that cannot be used, and for those of a script that
/// another element gave.
pub fn add_init_script(script: &InitScript) -> Result<(), Error> {
    wit::add_init_script(script).map_err(Error)
}

/// Adds a file of udev rules.
///
/// # Errors
///
/// Fails for a name that does not end in `.rules`, and for the name of a file that
/// another element gave.
pub fn add_udev_rules(name: &str, contents: &str) -> Result<(), Error> {
    wit::add_udev_rules(name, contents).map_err(Error)
}

/// Adds programs of the image, with the libraries they need.
///
/// # Errors
///
/// Fails for what is no program's name.
pub fn add_programs<S: Into<String>>(programs: impl IntoIterator<Item = S>) -> Result<(), Error> {
    wit::add_programs(&owned(programs)).map_err(Error)
}
