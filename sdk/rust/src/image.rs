//! What is being built.
//!
//! ```no_run
//! # fn main() -> blankslate_sdk::Result {
//! use blankslate_sdk::{bail, image};
//!
//! let arch = image::describe().arch;
//! if arch != "amd64" && image::has_element("mellanox") {
//!     bail!("there are no drivers for {arch}");
//! }
//! # Ok(()) }
//! ```

pub use crate::bindings::wit::image::{Description, describe};

/// Whether the image has an element of this name.
pub fn has_element(name: &str) -> bool {
    describe().elements.iter().any(|element| element == name)
}
