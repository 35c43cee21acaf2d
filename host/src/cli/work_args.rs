//! Where builds work: shared by `build` and `clean`.

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
