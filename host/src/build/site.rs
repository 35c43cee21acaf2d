//! What a build works with besides its plan.

use std::path::PathBuf;

use crate::report::Report;
use crate::workspace::Workspace;

/// Choices of the operator that do not change the image.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// Where workspaces are made.
    pub work_directory: PathBuf,
    /// Where compiled components and downloads are kept between builds.
    pub cache_directory: PathBuf,
    /// Never use the network.
    pub offline: bool,
    /// Build on disk even where memory would do.
    pub no_tmpfs: bool,
    /// Least available memory, in bytes, for a build in memory.
    pub min_tmpfs: u64,
    /// Keep the workspace's logs after a success too.
    pub keep_logs: bool,
    /// Rename outputs of earlier builds, adding the date, instead of replacing them.
    pub keep_old_outputs: bool,
    /// Threads for copying and compressing.
    pub threads: usize,
    /// The command line as typed, quoted.
    pub arguments: String,
}

/// The place of one build.
#[derive(Debug)]
pub struct Site {
    /// The directories it owns.
    pub workspace: Workspace,
    /// What people and programs see of it.
    pub report: Report,
    /// The operator's choices.
    pub options: BuildOptions,
}
