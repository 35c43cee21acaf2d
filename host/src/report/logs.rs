//! The log directory: one file for each hook.
//!
//! A hook's file holds the lines as the hook wrote them, both streams in the
//! order they came, without timestamps: it can be compared with another
//! build's. The file of `--logfile` has the times, and all of what a hook prints.

use std::io;
use std::path::{Path, PathBuf};

use crate::element::Phase;

mod hook_log;

use hook_log::BOUNDS;
pub(crate) use hook_log::HookLog;

/// A directory that takes the logs of hooks.
#[derive(Debug)]
pub(crate) struct LogDirectory {
    path: PathBuf,
}

impl LogDirectory {
    /// Uses a directory, which is created if it is missing.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        Ok(LogDirectory { path: path.to_owned() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Starts a hook's log.
    pub(crate) fn hook(&self, phase: Phase, hook: &str, element: &str) -> io::Result<HookLog> {
        HookLog::create(&self.path.join(file_name(phase, hook, element)), BOUNDS)
    }
}

/// `04-install-62-ssh-key-local-config.log`: a listing shows the phases in order.
fn file_name(phase: Phase, hook: &str, element: &str) -> String {
    let number = phase as usize + 1;
    let name = format!("{number:02}-{phase}-{hook}-{element}.log");
    name.replace(|c: char| c == '/' || c.is_control(), "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_phase_and_stay_in_the_directory() {
        assert_eq!(
            file_name(Phase::Install, "62-ssh-key", "local-config"),
            "04-install-62-ssh-key-local-config.log"
        );
        assert_eq!(file_name(Phase::Cleanup, "../x", "a\n"), "10-cleanup-.._x-a_.log");
    }

    #[test]
    fn a_log_holds_the_lines_as_written() {
        let directory = tempfile::tempdir().unwrap();
        let logs = LogDirectory::open(&directory.path().join("logs")).unwrap();
        let mut log = logs.hook(Phase::Root, "10-a", "b").unwrap();
        log.line("\u{1b}[31mred").unwrap();
        log.line("").unwrap();
        assert_eq!(std::fs::read_to_string(&log.path).unwrap(), "\u{1b}[31mred\n\n");
    }
}
