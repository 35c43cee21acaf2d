//! Writes the bindings in `sdk/c` and `sdk/go` anew; with `--check` says whether they are fresh.

use std::path::Path;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let bindings = blankslate_bindgen::bindings(&sdk.join("../wit"))?;
    match std::env::args().nth(1).as_deref() {
        None => blankslate_bindgen::write(&sdk, &bindings),
        Some("--check") => blankslate_bindgen::check(&sdk, &bindings),
        Some(other) => bail!("unknown argument '{other}' (known: --check)"),
    }
}
