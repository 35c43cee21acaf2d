//! `slate element check`: what is wrong with an element, or missing.

use std::io;
use std::path::PathBuf;

use clap::Parser;

use crate::authoring::check::{self, Finding, Rehearsals, Severity};
use crate::authoring::rehearsal;
use crate::cli::library_args::LibraryArgs;
use crate::cli::limit::LimitArgs;
use crate::cli::style::Style;
use crate::cli::{Failure, output, work_args};

const EXAMPLES: &str = "\
Examples:
  slate element check                     the element in this folder
  slate element check mine.wasm --strict  in CI: warnings fail too
  slate element check --json | jq '.[].code'";

/// Look for what is wrong with an element or missing
///
/// Compares what the component imports with what element.toml asks for, looks at versions and
/// exports, and for what people need to use the element. Fails if there is an error; notes and,
/// without --strict, warnings do not fail.
///
/// Imports name functions, not what they are called with: which variables, files, programs and
/// URLs hooks use, and all that components in Python and JavaScript use, whose toolchains import the
/// whole API. So the rehearsals beside the element are run, as `slate element test` does, without
/// root and on a directory: what they use and element.toml does not ask for is an error, what it
/// asks for and no rehearsal used gets a note. Whether the hooks do what is expected is what
/// `slate element test` tells.
///
/// Of shell hooks it is told which never run or are not run as they are meant to: without the
/// executable bit, with a name that is skipped, in a folder that is no phase's, with line ends of
/// Windows; then declarative files that nobody can read, and dependencies that nothing satisfies.
/// Elements are looked for on the elements path, among the built-in ones and beside the element.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The element: a folder or a component
    #[arg(value_name = "DIR|FILE", default_value = ".")]
    element: PathBuf,

    /// Take the rehearsals from this folder instead of tests/ beside the element
    #[arg(long, value_name = "DIR")]
    tests: Option<PathBuf>,

    #[command(flatten)]
    limits: LimitArgs,

    #[command(flatten)]
    library: LibraryArgs,

    /// Fail for warnings too
    #[arg(long)]
    strict: bool,

    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let cases = args.tests.clone().unwrap_or_else(|| rehearsal::beside(&args.element));
    let (cache, limits) = (work_args::default_cache(), args.limits.limits(&[]));
    let rehearsals = Rehearsals { cases: &cases, cache: &cache, limits: &limits };
    let findings = check::check(&args.element, &args.library.library()?, Some(rehearsals));
    if args.json {
        output::json(&findings)?;
    } else {
        output::print(&render(&findings, Style::of(&io::stdout())))?;
    }
    let fails = |it: &Severity| *it == Severity::Error || args.strict && *it == Severity::Warning;
    let errors = findings.iter().filter(|it| fails(&it.severity)).count();
    match errors {
        0 => Ok(()),
        1 => Err(Failure::work(&anyhow::anyhow!("1 finding to mend"))),
        several => Err(Failure::work(&anyhow::anyhow!("{several} findings to mend"))),
    }
}

fn render(findings: &[Finding], style: Style) -> String {
    if findings.is_empty() {
        return "nothing found\n".to_owned();
    }
    let mut text = String::new();
    for finding in findings {
        let word = match finding.severity {
            Severity::Error => style.error("error"),
            Severity::Warning => style.bold("warning"),
            Severity::Note => style.bold("note"),
        };
        text.push_str(&format!("{word}: {} [{}]\n", finding.message, finding.code));
        text.extend(finding.hint.iter().map(|hint| format!("    {hint}\n")));
    }
    text
}
