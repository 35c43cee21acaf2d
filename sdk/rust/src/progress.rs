//! How far a long step has come.
//!
//! ```no_run
//! # fn main() -> blankslate_sdk::Result {
//! use blankslate_sdk::progress::Step;
//! use blankslate_sdk::rootfs;
//!
//! let names = ["alpha", "beta"];
//! let step = Step::items("making homes", names.len() as u64);
//! for (done, name) in (1..).zip(names) {
//!     rootfs::directory(&format!("/home/{name}")).create()?;
//!     step.set(done);
//! }
//! # Ok(()) }
//! ```

use crate::bindings::wit::progress::Step as Handle;
pub use crate::bindings::wit::progress::Unit;

/// A step in the build's live display. Dropping it ends it.
#[derive(Debug)]
pub struct Step(Handle);

impl Step {
    /// Starts a step with a known number of things to do.
    pub fn items(label: &str, total: u64) -> Self {
        Step(Handle::new(label, Some(total), Unit::Items))
    }

    /// Starts a step with a known number of bytes to do.
    pub fn bytes(label: &str, total: u64) -> Self {
        Step(Handle::new(label, Some(total), Unit::Bytes))
    }

    /// Starts a step of unknown length.
    pub fn unbounded(label: &str, unit: Unit) -> Self {
        Step(Handle::new(label, None, unit))
    }

    /// Sets how much is done.
    pub fn set(&self, done: u64) {
        self.0.set(done);
    }
}
