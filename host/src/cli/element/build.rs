//! `slate element build`: from source to one self-contained component.

use std::path::PathBuf;

use clap::Parser;

use crate::authoring::build::{Build, NoElement};
use crate::cli::{Failure, output, work_args};

const EXAMPLES: &str = "\
Examples:
  slate element build                   the element in this folder
  slate element build my-element -o my-element-1.0.wasm";

/// Compile an element to one self-contained .wasm file
///
/// The language is told by the source: Cargo.toml, *.c, *.py, *.js or *.go. Rust is compiled by
/// cargo, for a WebAssembly target of the toolchain or with the standard library's source. The
/// toolchains of the other languages come from their package registries, once, into
/// ~/.cache/blankslate/toolchains (SLATE_TOOLCHAINS names another place). Prints the file.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The element's folder, with its element.toml
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,

    /// Write the component to this file instead of <name>.wasm in the folder
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let build = Build::new(args.folder, work_args::default_cache()).output(args.output);
    let path = build.run(&mut |line| eprintln!("{line}")).map_err(|error| failure(&error))?;
    output::print(&format!("{}\n", path.display()))
}

fn failure(error: &anyhow::Error) -> Failure {
    let failure = Failure::work(error);
    match error.downcast_ref::<NoElement>() {
        Some(error) => failure.with_hint(error.hint()),
        None => failure,
    }
}
