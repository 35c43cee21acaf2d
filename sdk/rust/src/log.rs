//! Lines for the build's log; see also the macros [`debug!`](crate::debug),
//! [`info!`](crate::info) and [`warn!`](crate::warn).
//!
//! ```no_run
//! use blankslate_sdk::{debug, info, log, warn};
//!
//! let (name, tries) = ("greeter", 3);
//! debug!("{name} begins");
//! info!("asking {name} {tries} times");
//! warn!("{name} does not answer");
//! log::error("nobody answers");
//! ```

use crate::bindings::wit::log::{Level, write};

/// Writes a line for the element's author.
pub fn debug(message: &str) {
    write(Level::Debug, message);
}

/// Writes what is being done.
pub fn info(message: &str) {
    write(Level::Info, message);
}

/// Writes that something is off and the build goes on.
pub fn warn(message: &str) {
    write(Level::Warn, message);
}

/// Writes that something failed. Return an error to stop the build.
pub fn error(message: &str) {
    write(Level::Error, message);
}

/// Formats a line for the element's author.
#[macro_export]
macro_rules! debug {
    ($($message:tt)*) => { $crate::log::debug(&::std::format!($($message)*)) };
}

/// Formats a line on what is being done.
#[macro_export]
macro_rules! info {
    ($($message:tt)*) => { $crate::log::info(&::std::format!($($message)*)) };
}

/// Formats a line on what is off.
#[macro_export]
macro_rules! warn {
    ($($message:tt)*) => { $crate::log::warn(&::std::format!($($message)*)) };
}
