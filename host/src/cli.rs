//! The command line: one file per command, each with its arguments and its action.
//!
//! Results go to stdout, everything else to stderr. An error is one line
//! `error: ...` with a line `hint: ...` where it is known what to type next;
//! the exit status is 2 for what can be known before any work, else 1.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod build;
pub(crate) mod caller;
mod clean;
mod element;
pub(crate) mod execute;
mod failure;
pub(crate) mod gifts;
mod image_file;
pub(crate) mod library_args;
pub(crate) mod limit;
mod link;
pub(crate) mod output;
mod plan;
pub(crate) mod preflight;
pub(crate) mod spec_args;
mod style;
mod table;
mod version;
pub(crate) mod work_args;

pub use failure::Failure;
#[cfg(test)]
pub(crate) use link::OLD_COMMANDS;

const EXAMPLES: &str = "\
Examples:
  slate build debian vm -o debian.qcow2     a Debian image with a partition table that boots
  slate build debian -o debian.qcow2        the same as one file system, without partitions
  slate plan debian vm                      what that would do; needs no root
  slate element list                        what images can be made of
  slate clean                               remove what builds that were killed left";

/// Build images of operating systems out of elements
#[derive(Debug, Parser)]
#[command(name = "slate", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(Box<build::Args>),
    Plan(Box<plan::Args>),
    Element(element::Args),
    Link(link::Args),
    Clean(clean::Args),
    Version(version::Args),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Build(args) => build::run(*args),
        Command::Plan(args) => plan::run(*args),
        Command::Element(args) => element::run(args),
        Command::Link(args) => link::run(args),
        Command::Clean(args) => clean::run(args),
        Command::Version(args) => version::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
