//! `slate clean`: removes what nobody needs any more from the disk.

use clap::Parser;

use crate::authoring::kit;
use crate::workspace;

use super::work_args::{self, WorkArgs};
use super::{Failure, output};

const EXAMPLES: &str = "\
Examples:
  slate clean               what builds that were killed and older versions left
  slate clean --logs        the logs of failed builds too";

/// Remove the work directories of builds that were killed
///
/// Mounts, loop devices and processes of a build end with it; its directories
/// stay until the next build or this command. Those of running builds are kept.
/// In the cache, the SDKs that other versions of slate unpacked are removed too.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Remove the logs that failed builds, and builds with --keep-logs, left too
    #[arg(long)]
    logs: bool,

    #[command(flatten)]
    work: WorkArgs,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let base = args.work.directory();
    let mut removed = workspace::reap(&base).map_err(|error| Failure::work(&error))?;
    if args.logs {
        removed.extend(workspace::remove_logs(&base).map_err(|error| Failure::work(&error))?);
    }
    let cache = work_args::default_cache();
    removed.extend(kit::remove_others(&cache).map_err(|error| Failure::work(&error))?);
    if removed.is_empty() {
        let (base, cache) = (base.display(), cache.display());
        return output::print(&format!("nothing to remove in {base} and {cache}\n"));
    }
    let lines: String = removed.iter().map(|path| format!("removed {}\n", path.display())).collect();
    output::print(&lines)
}
