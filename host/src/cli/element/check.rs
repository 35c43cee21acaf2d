//! `slate element check`: what is wrong with an element, or missing.

use std::io;
use std::path::PathBuf;

use clap::Parser;

use crate::authoring::check::{self, Finding, Severity};
use crate::cli::style::Style;
use crate::cli::{Failure, output};

const EXAMPLES: &str = "\
Examples:
  slate element check                     the element in this folder
  slate element check mine.wasm --strict  in CI: warnings fail too
  slate element check --json | jq '.[].code'";

/// Look for what is wrong with an element or missing, without running it
///
/// Compares what the component imports with what element.toml asks for, looks at versions and
/// exports, and for what people need to use the element. Fails if there is an error.
///
/// A component that runs programs may declare chroot or host-programs: its imports do not say which
/// of them it uses. Those of Python and JavaScript import the whole API, so that what they use is not
/// known; a note says so and does not fail. `slate element test` denies what is not declared.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The element: a folder or a component
    #[arg(value_name = "DIR|FILE", default_value = ".")]
    element: PathBuf,

    /// Fail for warnings too
    #[arg(long)]
    strict: bool,

    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let findings = check::check(&args.element);
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
