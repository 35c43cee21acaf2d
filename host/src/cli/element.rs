//! `slate element`: what images can be made of.

use clap::{Parser, Subcommand};

use super::Failure;

mod info;
mod list;

/// Show elements: what there is, and what one does
#[derive(Debug, Parser)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Info(info::Args),
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::List(args) => list::run(&args),
        Command::Info(args) => info::run(&args),
    }
}
