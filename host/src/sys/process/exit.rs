//! How a program ended.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::sys::signals::{Interrupted, signal_name};

/// Why a program is no longer running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It exited with this status.
    Code(i32),
    /// This signal killed it.
    Signal(i32),
    /// It was ended because its time was over.
    TimedOut(Duration),
    /// It was ended because this process was asked to stop.
    Interrupted(Interrupted),
}

impl Ended {
    /// The exit status a shell would report: 128 and the signal's number for a
    /// signal, 124 for a timeout as `timeout(1)` does.
    pub fn status(self) -> i32 {
        match self {
            Self::Code(code) => code,
            Self::Signal(signal) => 128 + signal,
            Self::TimedOut(_) => 124,
            Self::Interrupted(interrupted) => interrupted.exit_status().into(),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exited with status {code}"),
            Self::Signal(signal) => write!(f, "was killed by {}", signal_name(*signal)),
            Self::TimedOut(limit) => write!(f, "was ended after its limit of {} s", limit.as_secs_f64()),
            Self::Interrupted(interrupted) => write!(f, "was {interrupted}"),
        }
    }
}

/// The end of a program, and what it said last.
#[derive(Debug, Clone)]
#[must_use = "a program may have failed: ask with `check` or `success`"]
pub struct Exit {
    /// How it ended.
    pub ended: Ended,
    /// Its quoted command line.
    pub command: String,
    /// The last lines it wrote to either output, oldest first.
    pub tail: Vec<String>,
}

impl Exit {
    /// Whether it exited with status 0.
    pub fn success(&self) -> bool {
        self.ended == Ended::Code(0)
    }

    /// The exit status a shell would report for it; see [`Ended::status`].
    pub fn status(&self) -> i32 {
        self.ended.status()
    }

    /// Turns every end but exit status 0 into an error.
    pub fn check(self) -> Result<(), CommandFailed> {
        if self.success() { Ok(()) } else { Err(CommandFailed(self)) }
    }
}

/// The error of a program that did not exit with status 0: its command line,
/// how it ended, and the last lines it wrote.
#[derive(Debug, Clone, Error)]
pub struct CommandFailed(pub Exit);

impl fmt::Display for CommandFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Exit { ended, command, tail } = &self.0;
        write!(f, "`{command}` {ended}")?;
        if !tail.is_empty() {
            f.write_str("; it last wrote:")?;
        }
        tail.iter().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_a_status_and_words() {
        let interrupted = Interrupted { signal: libc::SIGINT };
        for (ended, status, words) in [
            (Ended::Code(3), 3, "exited with status 3"),
            (Ended::Signal(libc::SIGKILL), 137, "was killed by SIGKILL"),
            (Ended::TimedOut(Duration::from_millis(1500)), 124, "was ended after its limit of 1.5 s"),
            (Ended::Interrupted(interrupted), 130, "was interrupted by SIGINT"),
        ] {
            assert_eq!((ended.status(), ended.to_string().as_str()), (status, words));
        }
    }

    #[test]
    fn a_failure_tells_command_end_and_last_lines() {
        let tail = vec!["one".to_owned(), "two".to_owned()];
        let exit = Exit { ended: Ended::Code(3), command: "mkfs 'a b'".into(), tail };
        assert_eq!(
            exit.check().unwrap_err().to_string(),
            "`mkfs 'a b'` exited with status 3; it last wrote:\n    one\n    two"
        );
        let silent = Exit { ended: Ended::Code(1), command: "false".into(), tail: vec![] };
        assert_eq!(silent.check().unwrap_err().to_string(), "`false` exited with status 1");
    }
}
