//! Ending what programs have left running.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpid};

use crate::sys::sandbox;

/// How long killed processes may take to disappear: one in an uninterruptible
/// write ends only when its disk answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often the wait looks again.
const PAUSE: Duration = Duration::from_millis(5);

/// Kills every other process of this sandbox and waits until they are gone.
///
/// This is how daemons end that a hook has left in the background, before what
/// they hold is unmounted. No [`super::Program`] may be running on another
/// thread. Returns how many processes there were; outside a sandbox it is an
/// error, since there it would reach the whole machine.
pub fn kill_all() -> Result<usize> {
    ensure!(sandbox::inside(), "only a process in its own sandbox may kill all others");
    let found = others()?.len();
    let deadline = Instant::now() + PATIENCE;
    loop {
        match kill(Pid::from_raw(-1), Signal::SIGKILL) {
            Ok(()) => {}
            // Nobody is left to signal.
            Err(Errno::ESRCH) => return Ok(found),
            Err(error) => return Err(error).context("killing the processes that hooks have left"),
        }
        let left = others()?;
        if left.is_empty() {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            bail!("processes survive SIGKILL after {} s: {}", PATIENCE.as_secs(), left.join(", "));
        }
        std::thread::sleep(PAUSE);
    }
}

/// The running processes of this PID namespace but its init and this one, each by name and number.
fn others() -> Result<Vec<String>> {
    let mine = [1, getpid().as_raw()];
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").context("listing processes")? {
        let entry = entry.context("listing processes")?;
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        // One that has gone since has no status left to read.
        if !mine.contains(&pid)
            && let Ok(stat) = fs::read_to_string(entry.path().join("stat"))
            && let Some(name) = running(&stat)
        {
            found.push(format!("{name} ({pid})"));
        }
    }
    found.sort();
    Ok(found)
}

/// The name in a line of `/proc/<pid>/stat`, unless the process has ended and only awaits its parent.
fn running(stat: &str) -> Option<&str> {
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let state = rest.trim_start().chars().next()?;
    (!matches!(state, 'Z' | 'X')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zombie_does_not_run_whatever_its_name() {
        assert_eq!(running("7 (sleep) S 1 7 7 0"), Some("sleep"));
        assert_eq!(running("7 (odd) Z (name) R 1 7"), Some("odd) Z (name"));
        assert_eq!(running("7 (sleep) Z 1 7 7 0"), None);
    }

    #[test]
    fn outside_a_sandbox_nothing_is_killed() {
        let error = kill_all().unwrap_err();
        assert_eq!(error.to_string(), "only a process in its own sandbox may kill all others");
    }
}
