//! `slate clean`: removes what nobody needs any more from the disk.

use std::path::Path;
use std::time::Duration;

use clap::Parser;

use crate::authoring::kit;
use crate::build::caches::{self, Removed};
use crate::{report, workspace};

use super::work_args::{self, WorkArgs};
use super::{Failure, output};

const EXAMPLES: &str = "\
Examples:
  slate clean               what builds that were killed and older versions left
  slate clean --logs        the logs of failed builds too
  slate clean --unused 30   and from the cache what no build has used for a month";

const DAY: u64 = 24 * 60 * 60;

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

    /// Remove from the cache the packages and downloads that no build has used for so many days
    ///
    /// Building without them downloads them again. What diskimage-builder's elements keep is in
    /// the image cache (DIB_IMAGE_CACHE), and their affair. A file system that does not note when
    /// files are read (noatime) knows when they were downloaded alone.
    #[arg(long, value_name = "DAYS")]
    unused: Option<u32>,

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
    let unused = args.unused.map(|days| of_cache(&cache, days)).transpose()?.unwrap_or_default();
    if removed.is_empty() && unused.is_empty() {
        let (base, cache) = (base.display(), cache.display());
        return output::print(&format!("nothing to remove in {base} and {cache}\n"));
    }
    let lines: String = removed.iter().map(|path| format!("removed {}\n", path.display())).collect();
    output::print(&(lines + &unused))
}

/// What is said of the unused files of the cache, which are too many for a line each.
fn of_cache(cache: &Path, days: u32) -> Result<String, Failure> {
    let age = Duration::from_secs(u64::from(days) * DAY);
    let Removed { files, bytes } =
        caches::remove_unused(cache, age).map_err(|error| Failure::work(&error))?;
    let files = match files {
        0 => return Ok(String::new()),
        1 => "1 file".to_owned(),
        many => format!("{many} files"),
    };
    let (size, cache) = (report::size(bytes), cache.display());
    Ok(format!("removed {files} of {cache} that nobody used for {days} days ({size})\n"))
}
