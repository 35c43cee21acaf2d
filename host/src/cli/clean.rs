//! `slate clean`: removes what builds that were killed left on disk.

use clap::Parser;

use crate::workspace::Workspace;

use super::work_args::WorkArgs;
use super::{Failure, output};

/// Remove the work directories of builds that were killed
///
/// Mounts, loop devices and processes of a build end with it; its directories
/// stay until the next build or this command. Those of running builds are kept.
#[derive(Debug, Parser)]
pub(super) struct Args {
    #[command(flatten)]
    work: WorkArgs,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let base = args.work.directory();
    let reaped = Workspace::reap(&base).map_err(|error| Failure::work(&error))?;
    if reaped.is_empty() {
        return output::print(&format!("nothing to remove in {}\n", base.display()));
    }
    let lines: String = reaped.iter().map(|path| format!("removed {}\n", path.display())).collect();
    output::print(&lines)
}
