//! What `slate` does for those who write elements.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`kit`] | the WIT package and the SDKs, carried inside `slate` |
//! | [`template`] | makes the folder of a new element |
//! | [`build`](mod@build) | compiles a folder to one self-contained component |
//! | [`check`](mod@check) | looks for what is wrong or missing, without running it |
//! | [`rehearsal`] | runs an element's hooks on a directory, without root |

pub mod build;
pub mod check;
pub mod kit;
mod language;
pub mod rehearsal;
pub mod template;

pub use language::Language;
