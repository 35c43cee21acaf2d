//! `slate element list`: all elements that can be named.

use clap::Parser;
use serde::Serialize;

use crate::cli::library_args::LibraryArgs;
use crate::cli::table::Table;
use crate::cli::{Failure, output};
use crate::element::{Element, Library};

const EXAMPLES: &str = "\
Examples:
  slate element list
  slate element list --distributions
  slate element list --elements-path ./elements";

/// The kind of an element that cannot be read.
const BROKEN: &str = "broken";

/// List the elements, each with where it is and what it does
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// List only those that provide an operating system
    #[arg(long)]
    distributions: bool,

    #[command(flatten)]
    library: LibraryArgs,

    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// One line of the list.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    name: String,
    /// `component`, `shell` or `broken`.
    kind: &'static str,
    /// Where it was found; empty for one that is broken.
    from: String,
    /// What it does, or what is wrong with it.
    summary: String,
    provides: Vec<String>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let library = args.library.library()?;
    let names = library.names()?;
    let lines: Vec<Line> = names.into_iter().filter_map(|name| line(&library, name)).collect();
    let wanted = |line: &&Line| !args.distributions || line.kind == BROKEN || line.provides_a_system();
    let lines: Vec<&Line> = lines.iter().filter(wanted).collect();
    if args.json {
        return output::json(&lines);
    }
    let mut table = Table::default();
    lines.iter().for_each(|line| table.row([&line.name, line.kind, &line.from, &line.summary]));
    output::print(&table.lines(""))
}

impl Line {
    fn provides_a_system(&self) -> bool {
        self.provides.iter().any(|name| name == "operating-system")
    }
}

/// One broken element must not hide the others.
fn line(library: &Library, name: String) -> Option<Line> {
    match library.find(&name) {
        Ok(element) => {
            let element = element?;
            Some(Line {
                name,
                kind: kind(&element),
                from: element.origin.to_string(),
                summary: element.summary.unwrap_or_default(),
                provides: element.provides,
            })
        }
        Err(problem) => {
            let summary = problem.to_string();
            Some(Line { name, kind: BROKEN, from: String::new(), summary, provides: Vec::new() })
        }
    }
}

fn kind(element: &Element) -> &'static str {
    if element.component.is_some() { "component" } else { "shell" }
}
