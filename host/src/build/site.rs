//! What a build works with besides its plan.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::breaks::Breaks;
use crate::element::Phase;
use crate::element::skipped::{self, Why};
use crate::plan::Plan;
use crate::plugin::Limits;
use crate::report::Report;
use crate::sys::loopdev::Forgotten;
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
    /// Name outputs in the files of their digests by the paths that they were given by, as
    /// `md5sum PATH` does, and not by their names alone.
    pub digest_paths: bool,
    /// Give Docker images to the docker of this machine besides.
    pub load_docker: bool,
    /// How much each hook of a component may use.
    pub limits: Limits,
    /// Threads for copying and compressing.
    pub threads: usize,
    /// The command line as typed, quoted.
    pub arguments: String,
    /// The caller's variables, without those that flags set, for what elements write into images.
    pub environment: BTreeMap<String, String>,
    /// Where to stop for a person.
    pub breaks: Breaks,
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

/// Warns of devices that hooks left attached.
pub(crate) fn tell_forgotten(report: &Report, devices: &[Forgotten]) {
    devices.iter().for_each(|device| report.warn(&device.to_string()));
}

impl Site {
    /// Names the files in a phase's directories that are no hooks: what looks as
    /// if it was meant to be one and lacks the executable bit in any case, all of
    /// them where the build is traced.
    pub(super) fn tell_ignored(&self, plan: &Plan, phase: Phase) {
        let level = plan.environment.get("DIB_DEBUG_TRACE").and_then(|level| level.parse::<u32>().ok());
        let traced = level.unwrap_or(0) > 0;
        for element in &plan.sources {
            for skipped in skipped::in_phase(element, phase) {
                let told = |why: &str| format!("ignoring {} of {}: {why}", skipped.file.path, element.name);
                match skipped.why {
                    Why::NotExecutable if skipped.is_meant() => self
                        .report
                        .warn(&told("not executable; make it so (chmod +x) if it is to run as a hook")),
                    Why::NotExecutable if traced => self.report.info(&told("not executable")),
                    Why::Name if traced => self.report.info(&told("not the name of a hook")),
                    _ => {}
                }
            }
        }
    }
}
