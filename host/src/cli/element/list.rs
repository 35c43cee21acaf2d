//! `slate element list`: all elements that can be named.

use clap::Parser;

use crate::cli::spec_args::LibraryArgs;
use crate::cli::table::Table;
use crate::cli::{Failure, output};
use crate::element::Element;

const EXAMPLES: &str = "\
Examples:
  slate element list
  slate element list --distributions
  slate element list --elements-path ./elements";

/// List the elements, each with where it is and what it does
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// List only those that provide an operating system
    #[arg(long)]
    distributions: bool,

    #[command(flatten)]
    library: LibraryArgs,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let library = args.library.library()?;
    let mut table = Table::default();
    for name in library.names()? {
        match library.find(&name) {
            Ok(Some(element)) if args.distributions && !element.provides("operating-system") => {}
            Ok(Some(element)) => {
                let summary = element.summary.as_deref().unwrap_or_default();
                table.row([&name, kind(&element), &element.origin.to_string(), summary]);
            }
            Ok(None) => {}
            // One broken element must not hide the others.
            Err(problem) => table.row([&name, "broken", "", &problem.to_string()]),
        }
    }
    output::print(&table.lines(""))
}

fn kind(element: &Element) -> &'static str {
    if element.component.is_some() { "component" } else { "shell" }
}
