//! Process 1 of the sandbox: it reaps orphans and ends with the worker.

use std::os::fd::{AsFd, OwnedFd};

use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, read};

use super::supervisor::{signal_descriptor, status_of};

/// The exit status when the supervisor has died, which nobody will see.
const ORPHANED: i32 = 1;

/// Has the kernel kill this process when the supervisor dies.
///
/// `alive` is the read end of a pipe whose only writer is the supervisor: its
/// end tells that the supervisor died before the kernel had been asked.
pub(super) fn die_with_supervisor(alive: &OwnedFd) -> Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL).context("tying the sandbox to its supervisor")?;
    let mut watched = [PollFd::new(alive.as_fd(), PollFlags::POLLIN)];
    poll(&mut watched, PollTimeout::ZERO).context("looking for the supervisor")?;
    if watched[0].revents().is_some_and(|events| events.contains(PollFlags::POLLHUP)) {
        bail!("the supervisor has died");
    }
    Ok(())
}

/// Reaps whatever ends, passes on the signals that arrive by the pipe, and
/// exits with the worker's status; the kernel then kills all others.
pub(super) fn run(worker: Pid, alive: &OwnedFd) -> ! {
    let status = serve(worker, alive).unwrap_or_else(|error| {
        eprintln!("slate: the sandbox's init: {error:#}");
        1
    });
    std::process::exit(status)
}

fn serve(worker: Pid, alive: &OwnedFd) -> Result<i32> {
    let children = signal_descriptor(&[])?;
    loop {
        if let Some(status) = reap_until_worker(worker)? {
            return Ok(status);
        }
        let mut watched =
            [PollFd::new(children.as_fd(), PollFlags::POLLIN), PollFd::new(alive.as_fd(), PollFlags::POLLIN)];
        match poll(&mut watched, PollTimeout::NONE) {
            Ok(_) => {}
            Err(Errno::EINTR) => continue,
            Err(error) => return Err(error).context("waiting"),
        }
        let [child_ended, signal_passed] = watched.map(|fd| fd.any() == Some(true));
        if child_ended {
            children.read_signal().context("reading a signal")?;
        }
        if signal_passed && !pass_on(worker, alive)? {
            return Ok(ORPHANED);
        }
    }
}

/// Reaps all that have ended; the worker's exit status, if it is among them.
fn reap_until_worker(worker: Pid) -> Result<Option<i32>> {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)).context("reaping")? {
            WaitStatus::StillAlive => return Ok(None),
            status if status.pid() == Some(worker) => return Ok(status_of(status)),
            _ => {}
        }
    }
}

/// Signals the worker as the supervisor asks; false once there is no supervisor.
fn pass_on(worker: Pid, alive: &OwnedFd) -> Result<bool> {
    let mut numbers = [0; 16];
    let length = read(alive, &mut numbers).context("hearing from the supervisor")?;
    for &number in &numbers[..length] {
        let signal = Signal::try_from(i32::from(number)).context("hearing from the supervisor")?;
        kill(worker, signal).context("passing a signal on")?;
    }
    Ok(length > 0)
}
