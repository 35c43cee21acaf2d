//! Makes an element of what a compiler made: `blankslate-element-build MODULE MANIFEST OUTPUT`.
//!
//! The module is a core module or a component, the manifest is `element.toml`,
//! the output a `.wasm` file that `slate` takes as an element.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use blankslate_element_build::{componentize, embed_manifest, embed_world};

/// The element API, beside this crate.
const WIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, manifest, output] = arguments.as_slice() else {
        bail!("expected three arguments: MODULE MANIFEST OUTPUT");
    };
    let bytes = fs::read(module).with_context(|| format!("reading {module}"))?;
    let text = fs::read_to_string(manifest).with_context(|| format!("reading {manifest}"))?;
    let component = embed_world(bytes, Path::new(WIT), "element")
        .and_then(componentize)
        .with_context(|| format!("making a component of {module}"))?;
    fs::write(output, embed_manifest(component, &text)).with_context(|| format!("writing {output}"))
}
