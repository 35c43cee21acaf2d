mod inspect;
pub mod pattern;

pub use inspect::{ComponentInfo, InspectError, inspect};
