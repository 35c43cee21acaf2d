//! What `wit-bindgen` makes of `wit/`: one module a world, sharing the imports.
//!
//! A component's world is the union of those whose `export!` it uses: an
//! element's is `element`, a distribution's `element` and `managers`.
//!
//! The other modules make short what elements do every day; what they leave out is here.
//!
//! ```no_run
//! # fn main() -> blankslate_sdk::Result {
//! use blankslate_sdk::bail;
//! use blankslate_sdk::bindings::wit::fetch::{self, Digest, Request};
//!
//! let digest = Some(Digest::Sha512("0".repeat(128)));
//! match fetch::get(&Request { url: "https://example.org/tools.tar".to_owned(), digest }) {
//!     Ok(fetched) => blankslate_sdk::info!("{} bytes", fetched.size),
//!     Err(fetch::Error::Mismatch(found)) => bail!("the tools are others: {found}"),
//!     Err(other) => bail!("fetching the tools: {other:?}"),
//! }
//! # Ok(()) }
//! ```

#![allow(missing_docs, missing_debug_implementations, unreachable_pub, unsafe_code, clippy::all)]

/// The world `element`: all imports, and the lifecycle.
pub mod element {
    wit_bindgen::generate!({
        path: "wit",
        world: "element",
        pub_export_macro: true,
        default_bindings_module: "blankslate_sdk::bindings::element",
    });
}

/// The world `managers`: what a distribution exports besides.
pub mod managers {
    wit_bindgen::generate!({
        path: "wit",
        world: "managers",
        pub_export_macro: true,
        default_bindings_module: "blankslate_sdk::bindings::managers",
        with: {
            "blankslate:element/types@0.1.0": crate::bindings::wit::types,
            "blankslate:element/packages@0.1.0": crate::bindings::wit::packages,
        },
    });
}

pub use element::blankslate::element as wit;
