//! Where builds work and keep what the next one can use.

use std::env;
use std::path::PathBuf;

use clap::Parser;

/// Where work directories are made: on disk, and not cleared while a build runs.
pub(crate) const DEFAULT: &str = "/var/tmp/slate";

/// Where builds work.
#[derive(Debug, Parser)]
pub(super) struct WorkArgs {
    /// Make work directories in this one
    #[arg(long, value_name = "DIR", env = "TMP_DIR", hide_env_values = true, default_value = DEFAULT)]
    work_dir: PathBuf,
}

impl WorkArgs {
    /// The directory of work directories.
    pub(super) fn directory(&self) -> PathBuf {
        self.work_dir.clone()
    }
}

/// The caller's cache, or the system's where there is no home.
pub(crate) fn default_cache() -> PathBuf {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    base.map_or_else(system_cache, |base| base.join("slate"))
}

/// The cache of the system.
pub(crate) fn system_cache() -> PathBuf {
    PathBuf::from("/var/cache/slate")
}
