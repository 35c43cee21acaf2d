//! `slate link`: diskimage-builder's commands as names of this program.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use clap::Parser;

use super::{Failure, output};

/// The names by which this program is one of diskimage-builder's commands.
pub(crate) const OLD_COMMANDS: [&str; 4] =
    ["disk-image-create", "ramdisk-image-create", "diskimage-builder", "element-info"];

const EXAMPLES: &str = "\
Examples:
  slate link /usr/local/bin        disk-image-create and the others are slate from now on
  slate link ~/bin --force         the same, in place of what has these names there";

/// Make diskimage-builder's commands names of this program
///
/// Makes the links disk-image-create, ramdisk-image-create, diskimage-builder and element-info in a
/// directory and prints them. What calls these commands then builds with slate.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Directory for the links, one that is on the PATH of whoever calls the commands
    directory: PathBuf,

    /// Replace what has one of the names already
    #[arg(short, long)]
    force: bool,
}

/// What stands where a link is to be.
enum There {
    Nothing,
    ThisLink,
    Other,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::work(&anyhow::Error::new(error).context("finding this program")))?;
    let links: Vec<PathBuf> = OLD_COMMANDS.iter().map(|name| args.directory.join(name)).collect();
    // All are looked at before the first is made.
    for link in &links {
        if matches!(there(link, &program)?, There::Other) && !args.force {
            return Err(Failure::request(format!(
                "{} is there already, and is not this program",
                link.display()
            ))
            .with_hint("remove it, choose another directory, or replace it with --force"));
        }
    }
    for link in &links {
        make(link, &program)?;
    }
    output::print(&links.iter().map(|link| format!("{}\n", link.display())).collect::<String>())
}

fn there(link: &Path, program: &Path) -> Result<There, Failure> {
    match fs::read_link(link) {
        Ok(target) if target == program => Ok(There::ThisLink),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(There::Nothing),
        // Another link, or no link at all.
        Ok(_) => Ok(There::Other),
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(There::Other),
        Err(error) => Err(wrong(link, &error)),
    }
}

fn make(link: &Path, program: &Path) -> Result<(), Failure> {
    match there(link, program)? {
        There::ThisLink => return Ok(()),
        There::Other => fs::remove_file(link).map_err(|error| wrong(link, &error))?,
        There::Nothing => {}
    }
    symlink(program, link).map_err(|error| wrong(link, &error))
}

fn wrong(link: &Path, error: &std::io::Error) -> Failure {
    let failure = Failure::request(format!("linking {}: {error}", link.display()));
    match (error.kind(), link.parent()) {
        (ErrorKind::NotFound, Some(directory)) => {
            failure.with_hint(format!("create the directory: mkdir -p {}", directory.display()))
        }
        (ErrorKind::PermissionDenied, _) => {
            failure.with_hint("run it with sudo, or choose a directory of yours")
        }
        _ => failure,
    }
}
