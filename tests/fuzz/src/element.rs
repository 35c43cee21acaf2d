pub mod capability;
pub mod hook_name;
pub mod manifest;
pub mod phase;
pub mod section;

pub use manifest::Manifest;
pub use phase::{Phase, Place};
