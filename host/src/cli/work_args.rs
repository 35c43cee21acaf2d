//! Where builds work and keep what the next one can use.

use std::env;
use std::path::PathBuf;

use clap::Parser;

use super::Failure;

/// Where work directories are made: on disk, and not cleared while a build runs.
const DEFAULT: &str = "/var/tmp/slate";

/// What the contract calls that place.
const VARIABLE: &str = "TMP_DIR";

/// Where builds work.
#[derive(Debug, Parser)]
pub(super) struct WorkArgs {
    /// Make work directories in this one, which is made if need be [env: TMP_DIR, which must exist] [default: /var/tmp/slate]
    #[arg(long, value_name = "DIR")]
    work_dir: Option<PathBuf>,
}

impl WorkArgs {
    /// The directory of work directories.
    pub(super) fn directory(&self) -> PathBuf {
        self.work_dir.clone().or_else(|| set(VARIABLE)).unwrap_or_else(|| DEFAULT.into())
    }

    /// The same for a build.
    pub(super) fn for_build(&self) -> Result<PathBuf, Failure> {
        self.work_dir.clone().map_or_else(|| directory_of(set(VARIABLE)), Ok)
    }
}

/// Where builds work by the word of `TMP_DIR`, which names a place that there
/// is: a mistyped one would become a directory on another disk.
pub(crate) fn directory_of(variable: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let Some(directory) = variable else { return Ok(DEFAULT.into()) };
    if directory.is_dir() {
        return Ok(directory);
    }
    let shown = directory.display();
    Err(if directory.exists() {
        Failure::request(format!("{VARIABLE} is {shown}, which is not a directory"))
    } else {
        Failure::request(format!("{VARIABLE} is {shown}, which does not exist"))
            .with_hint(format!("create it: mkdir -p {shown}; or unset {VARIABLE} to build in {DEFAULT}"))
    })
}

/// The caller's cache, or the system's where there is no home.
pub(crate) fn default_cache() -> PathBuf {
    let base = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    base.map_or_else(system_cache, |base| base.join("slate"))
}

/// The cache of the system.
pub(crate) fn system_cache() -> PathBuf {
    PathBuf::from("/var/cache/slate")
}

/// A path that a variable holds, if it is set and not empty.
fn set(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
