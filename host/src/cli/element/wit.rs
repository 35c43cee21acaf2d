//! `slate element wit`: the element API.

use clap::Parser;

use crate::authoring::kit;
use crate::cli::{Failure, output};
use crate::nearest::nearest;

const EXAMPLES: &str = "\
Examples:
  slate element wit                   the whole package
  slate element wit rootfs            one interface
  slate element wit --directory wit   as files, for tools that want them so";

/// Print the element API: the WIT package blankslate:element
///
/// An element is a component of its world `element`, or `distribution`.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Print only this file of the package: an interface, or `world`
    #[arg(value_name = "INTERFACE")]
    interface: Option<String>,

    /// Write the files of the package into this new directory instead
    #[arg(long, value_name = "DIR", conflicts_with = "interface")]
    directory: Option<std::path::PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let files = kit::wit();
    if let Some(directory) = &args.directory {
        return write(&files, directory);
    }
    let Some(wanted) = &args.interface else {
        let texts: Vec<&str> = files.iter().map(|(_, text)| *text).collect();
        return output::print(&texts.join("\n"));
    };
    match files.iter().find(|(name, _)| name == wanted) {
        Some((_, text)) => output::print(text),
        None => Err(unknown(wanted, files.iter().map(|(name, _)| *name).collect())),
    }
}

fn unknown(wanted: &str, known: Vec<&str>) -> Failure {
    let failure = Failure::request(format!("the element API has no interface '{wanted}'"));
    match nearest(wanted, known.iter().copied()).first() {
        Some(alike) => failure.with_hint(format!("did you mean '{alike}'?")),
        None => failure.with_hint(format!("it has: {}", known.join(", "))),
    }
}

fn write(files: &[(&str, &str)], directory: &std::path::Path) -> Result<(), Failure> {
    let wrong = |error| Failure::request(format!("making {}: {error}", directory.display()));
    std::fs::create_dir(directory).map_err(wrong)?;
    for (name, text) in files {
        let path = directory.join(format!("{name}.wit"));
        std::fs::write(&path, text).map_err(wrong)?;
    }
    output::print(&format!("{}\n", directory.display()))
}
