//! What a build works with besides its plan.

use std::path::PathBuf;

use super::breaks::Breaks;
use crate::element::{Element, ElementFile, HookKind, Phase};
use crate::plan::Plan;
use crate::plugin::Limits;
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
    /// Give Docker images to the docker of this machine besides.
    pub load_docker: bool,
    /// How much each hook of a component may use.
    pub limits: Limits,
    /// Threads for copying and compressing.
    pub threads: usize,
    /// The command line as typed, quoted.
    pub arguments: String,
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

impl Site {
    /// Names the files in a phase's directories that are no hooks, where the
    /// build is traced: one that was meant to be a hook is hard to find otherwise.
    pub(super) fn tell_ignored(&self, plan: &Plan, phase: Phase) {
        let level = plan.environment.get("DIB_DEBUG_TRACE").and_then(|level| level.parse::<u32>().ok());
        if level.unwrap_or(0) > 0 {
            let lines = plan.sources.iter().flat_map(|element| ignored(element, phase));
            lines.for_each(|line| self.report.info(&line));
        }
    }
}

fn ignored(element: &Element, phase: Phase) -> Vec<String> {
    let prefix = format!("{phase}.d/");
    let is_hook = |name: &str| {
        let mut hooks = element.hooks.iter().filter(|hook| hook.kind == HookKind::Shell);
        hooks.any(|hook| hook.phase == phase && hook.name == name)
    };
    let ignored = element.files.iter().filter(|file| {
        file.path.strip_prefix(&prefix).is_some_and(|name| !name.contains('/') && !is_hook(name))
    });
    let told = |file: &ElementFile| {
        let why = if file.mode & 0o111 == 0 { "not executable" } else { "not the name of a hook" };
        format!("ignoring {} of {}: {why}", file.path, element.name)
    };
    ignored.map(told).collect()
}
