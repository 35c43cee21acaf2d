//! `slate element new`: the folder of a new element.

use std::path::{Path, PathBuf};

use clap::Parser;

use crate::authoring::Language;
use crate::authoring::template::{self, TemplateError};
use crate::cli::{Failure, output};
use crate::element::builtin::BUILTIN;

const EXAMPLES: &str = "\
Examples:
  slate element new --lang rust my-element
  slate element new --lang python elements/greeter";

/// Make the folder of a new element that can be built and tested at once
///
/// The folder holds the element's source, its manifest element.toml, a README and
/// the expectations of `slate element test`. It must not exist yet.
/// `slate element manifest` prints every key of element.toml.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Write it in this language: rust, c, python, js or go
    #[arg(short, long, value_name = "LANGUAGE")]
    lang: Language,

    /// The element's name: small letters, digits and '-'; a folder may stand before it
    #[arg(value_name = "NAME")]
    folder: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    // Without slashes at its end.
    let path: PathBuf = args.folder.components().collect();
    template::make(args.lang, &path)?;
    let folder = path.display();
    let name = path.file_name().unwrap_or_default().display();
    let component = as_path(&path);
    let component = component.display();
    if BUILTIN.iter().any(|element| path.ends_with(element.name)) {
        eprintln!(
            "warning: slate carries an element '{name}', which the name alone stands for: give yours by its path, or its folder's with --elements-path"
        );
    }
    output::print(&format!(
        "{folder}

What to do next:
  slate element build {folder}    compile it to {folder}/{name}.wasm
  slate element check {folder}    look for what is wrong or missing
  slate element test {folder}     run its hooks on a directory, without root
  slate build debian vm {component}/{name}.wasm -o {name}.qcow2
"
    ))
}

/// A folder as `slate build` takes it, which reads a word alone as a name.
fn as_path(folder: &Path) -> PathBuf {
    let is_path = folder.is_absolute() || folder.starts_with(".") || folder.starts_with("..");
    if is_path { folder.to_owned() } else { Path::new(".").join(folder) }
}

impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Self {
        let failure = Failure::request(error.to_string());
        match &error {
            TemplateError::Exists(_) => failure.with_hint("give another name; nothing is overwritten"),
            TemplateError::NoFolder(parent) => failure.with_hint(format!("make it first: mkdir -p {parent}")),
            TemplateError::Name(_) | TemplateError::Io { .. } => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_has_a_path() {
        for (folder, expected) in
            [("a", "./a"), ("b/a", "./b/a"), ("./a", "./a"), ("../a", "../a"), ("/tmp/a", "/tmp/a")]
        {
            assert_eq!(as_path(Path::new(folder)).as_os_str(), expected);
        }
    }
}
