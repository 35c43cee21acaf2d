//! The rights of root for a caller who has not got them: the same program once
//! more, by `sudo`, while the caller's process waits.
//!
//! `sudo` hands on neither variables nor open files, and a user may not signal
//! processes of root. So the process of root is told who waits for it, and looks:
//!
//! | what | where |
//! | --- | --- |
//! | variables | `/proc/PID/environ` of the process that waits |
//! | signals | a pipe of that process, opened by `/proc/PID/fd/N`: each byte is a signal's number; its end is the end of the process, however that came |
//! | whom to give what is made | `SUDO_UID` and `SUDO_GID`, which `sudo` sets |
//!
//! Secrets in the environment show up in no argument and no file this way.

mod environment;
mod ownership;

use std::convert::Infallible;
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use nix::fcntl::OFlag;
use nix::unistd::{Gid, Pid, Uid, pipe2};
use thiserror::Error;

use self::ownership::Transfer;
use super::{sandbox, signals};

/// What `sudo` says of who called it (`sudo(8)`).
const OF_SUDO: [&str; 4] = ["SUDO_COMMAND", "SUDO_GID", "SUDO_UID", "SUDO_USER"];

/// How much later than it happened the kernel may date a change, generously.
const TICK: Duration = Duration::from_secs(1);

/// The process that waits, as it is named on a command line: its number, and
/// that of the descriptor by which it passes signals on, as `PID/FD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    process: u32,
    descriptor: u32,
}

/// What is said instead of a process that waits.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` names no process that waits (PID/FD)")]
pub struct NotWaiting(String);

impl FromStr for Waiting {
    type Err = NotWaiting;

    fn from_str(text: &str) -> Result<Self, NotWaiting> {
        let wrong = || NotWaiting(text.to_owned());
        let (process, descriptor) = text.split_once('/').ok_or_else(wrong)?;
        let number = |text: &str| text.parse().map_err(|_| wrong());
        Ok(Waiting { process: number(process)?, descriptor: number(descriptor)? })
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.process, self.descriptor)
    }
}

/// Runs this program with the rights of root, and exits as it does; `arguments`
/// makes its command line of the process that waits for it.
///
/// The password that `sudo` may ask for is asked for at the terminal.
///
/// # Errors
///
/// Fails if `sudo` (the file) cannot be started; nothing has happened then.
pub fn run_again<A: AsRef<OsStr>>(
    sudo: &Path,
    arguments: impl FnOnce(Waiting) -> Vec<A>,
) -> Result<Infallible> {
    let program = std::env::current_exe().context("finding this program")?;
    let (heard, told) = pipe2(OFlag::O_CLOEXEC).context("making a pipe")?;
    let number = u32::try_from(heard.as_raw_fd()).context("numbering a pipe")?;
    let waiting = Waiting { process: std::process::id(), descriptor: number };
    let heeded = signals::heeded()?;
    sandbox::block_signals(&heeded)?;
    // The standard library starts programs with no signal blocked.
    let child = Command::new(sudo).arg("--").arg(program).args(arguments(waiting)).spawn();
    let child = child.with_context(|| format!("starting {}", sudo.display()))?;
    // The reading end stays open: the other process opens it by this one.
    let _heard = heard;
    sandbox::supervise(Pid::from_raw(child.id().cast_signed()), told, &heeded, None)
}

/// The caller for whom this process has the rights of root.
#[derive(Debug)]
pub struct Caller {
    owner: Uid,
    group: Gid,
    since: SystemTime,
    signals: OwnedFd,
}

impl Caller {
    /// Takes the environment and the signals of the process that waits.
    ///
    /// It must come before any thread is started.
    ///
    /// # Errors
    ///
    /// Fails if `sudo` did not start this process, or nobody waits for it any more.
    pub fn take_over(waiting: Waiting) -> Result<Caller> {
        let gone = || format!("looking at process {}, which should wait for this one", waiting.process);
        let process = PathBuf::from(format!("/proc/{}", waiting.process));
        let signals = File::open(process.join(format!("fd/{}", waiting.descriptor))).with_context(gone)?;
        let variables = fs::read(process.join("environ")).with_context(gone)?;
        let number = |name: &str| -> Result<u32> {
            let value = std::env::var(name).with_context(|| format!("{name}, which sudo sets"))?;
            value.parse().with_context(|| format!("{name}={value}"))
        };
        let (owner, group) = (Uid::from_raw(number("SUDO_UID")?), Gid::from_raw(number("SUDO_GID")?));
        environment::replace(&variables, &OF_SUDO)?;
        Ok(Caller { owner, group, since: SystemTime::now() - TICK, signals: signals.into() })
    }

    /// A descriptor by which the caller passes signals on, one byte each.
    ///
    /// # Errors
    ///
    /// Fails if no further file can be opened.
    pub fn signals(&self) -> Result<OwnedFd> {
        self.signals.try_clone().context("duplicating a descriptor")
    }

    /// Gives the caller what this process has made of a path: a file, or a directory with all in it.
    ///
    /// What was there before, and what belongs to others than root, stays as it is.
    ///
    /// # Errors
    ///
    /// Fails if an owner cannot be changed.
    pub fn give(&self, path: &Path) -> Result<()> {
        let (from, to) = (Uid::from_raw(0), (self.owner, self.group));
        Transfer { from, to, since: Some(self.since) }
            .of(path)
            .with_context(|| format!("giving {} to user {}", path.display(), self.owner))
    }

    /// Makes root the owner of what the caller has in a directory.
    ///
    /// # Errors
    ///
    /// Fails if an owner cannot be changed.
    pub fn claim(&self, path: &Path) -> Result<()> {
        let (from, to) = (self.owner, (Uid::from_raw(0), Gid::from_raw(0)));
        Transfer { from, to, since: None }
            .of(path)
            .with_context(|| format!("giving {} to root", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_waits_is_named_on_the_command_line() {
        let waiting = Waiting { process: 17, descriptor: 4 };
        assert_eq!(waiting.to_string().parse(), Ok(waiting));
        for wrong in ["", "17", "17/", "/4", "x/4", "-1/4", "17/4/5"] {
            let error = wrong.parse::<Waiting>().unwrap_err();
            assert_eq!(error.to_string(), format!("`{wrong}` names no process that waits (PID/FD)"));
        }
    }
}
