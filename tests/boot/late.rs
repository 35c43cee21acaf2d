//! An element that installs a package when the image is made, to which tree and disk are fitted.

use std::fs;
use std::path::Path;

use crate::additions::slate;

const SOURCE: &str = "use blankslate_sdk::{Element, Result, packages, params};

struct Late;

impl Element for Late {
    fn finalise(_hook: &str) -> Result {
        Ok(packages::install([params::get::<String>(\"package\")?])?)
    }
}

blankslate_sdk::register!(Late);
";

/// After boot loaders.
const MANIFEST: &str = "name = 'late'
version = '0.1.0'
summary = 'Installs a package late'
api = '0.1'
hooks = [{ phase = 'finalise', order = 90, name = 'late' }]
parameters.package = { type = 'string' }
";

/// Compiles it in a directory; its name for builds there.
pub(crate) fn element(directory: &Path) -> String {
    slate(directory, &["element", "new", "--lang", "rust", "late"]);
    fs::write(directory.join("late/src/lib.rs"), SOURCE).expect("writing an element");
    fs::write(directory.join("late/element.toml"), MANIFEST).expect("writing its manifest");
    slate(directory, &["element", "build", "late"]);
    "./late/late.wasm".to_owned()
}
