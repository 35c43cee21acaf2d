//! Makes self-contained WebAssembly components of elements: compiles those written
//! in Rust, and takes what the compilers of other languages made.
//!
//! 1. [`Route::find`] looks for a way to compile guests on this machine;
//! 2. [`Guests::build`] runs cargo by that route and gives the [`Guest`]s;
//! 3. [`Guest::component`] makes each a component;
//! 4. [`embed_manifest`] puts `element.toml` into it.
//!
//! ```no_run
//! use blankslate_element_build::{Guests, Route, embed_manifest};
//!
//! # fn main() -> anyhow::Result<()> {
//! let route = Route::find()?;
//! for guest in Guests::new("elements-wasm/Cargo.toml", "target/guests").build(&route)? {
//!     let manifest = std::fs::read_to_string(guest.folder.join("element.toml"))?;
//!     let element = embed_manifest(guest.component()?, &manifest);
//!     std::fs::write(format!("{}.wasm", guest.name), element)?;
//! }
//! # Ok(()) }
//! ```
//!
//! [`embed_files`] carries what else an element's folder has.
//! [`embed_world`], [`componentize`] and [`embed_manifest`] do the last two steps for a
//! module of any language.

mod cargo;
mod component;
mod files;
mod route;

pub use cargo::{Guest, Guests};
pub use component::{MANIFEST_SECTION, componentize, embed_files, embed_manifest, embed_world};
pub use files::{CarriedFile, CarriedKind, FILES_SECTION, pack_files, unpack_files};
pub use route::{NoRoute, Route};
