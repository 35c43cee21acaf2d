//! `slate plan`: what a build would do.

use std::io;

use clap::Parser;

use super::spec_args::SpecArgs;
use super::style::Style;
use super::{Failure, output};

mod disk;
mod text;

pub(super) use text::render;

const EXAMPLES: &str = "\
Examples:
  slate plan debian vm -o debian.qcow2
  slate plan debian vm --json | jq '.phases[].hooks[].name'
  slate plan --file image.toml
  slate plan debian ./mine --set mine.greeting=hello --grant mine:chroot";

/// Print what a build would do: elements, hooks in order, parameters, grants, disk, outputs
///
/// Needs no root, runs nothing and changes nothing. The same input gives the same bytes.
/// Whether components load, `slate element check` and the beginning of a build tell.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    spec: SpecArgs,

    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let plan = args.spec.plan()?.plan;
    if !args.json {
        return output::print(&render(&plan, Style::of(&io::stdout())));
    }
    output::json(&plan)
}
