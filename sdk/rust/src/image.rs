//! What is being built.

pub use crate::bindings::wit::image::{Description, describe};

/// Whether the image has an element of this name.
pub fn has_element(name: &str) -> bool {
    describe().elements.iter().any(|element| element == name)
}
