//! `slate element`: what images can be made of, and the making of elements.

use clap::{Parser, Subcommand};

use super::Failure;

mod build;
mod check;
mod info;
mod list;
mod manifest;
mod new;
mod test;
mod wit;

/// Show elements, and make new ones
#[derive(Debug, Parser)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Info(info::Args),
    New(new::Args),
    Build(build::Args),
    Check(check::Args),
    Test(test::Args),
    Manifest(manifest::Args),
    Wit(wit::Args),
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::List(args) => list::run(&args),
        Command::Info(args) => info::run(&args),
        Command::New(args) => new::run(&args),
        Command::Build(args) => build::run(args),
        Command::Check(args) => check::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Manifest(args) => manifest::run(&args),
        Command::Wit(args) => wit::run(&args),
    }
}
