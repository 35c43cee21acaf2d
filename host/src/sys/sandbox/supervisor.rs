//! The process that was started: it waits outside and passes signals on.

use std::os::fd::{AsFd, OwnedFd};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SignalFd, siginfo};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, write};

/// Passes signals to `init` until it ends, then exits as it did.
///
/// `alive` is the pipe by which init hears both what to pass to the worker and
/// that this process still lives; `heeded` are the signals to pass on, which are blocked.
pub(super) fn supervise(init: Pid, alive: OwnedFd, heeded: &[Signal]) -> ! {
    let status = follow(init, &alive, heeded).unwrap_or_else(|error| {
        eprintln!("slate: supervising the sandbox: {error:#}");
        1
    });
    // Exiting closes the pipe and has the kernel kill what might be left.
    std::process::exit(status)
}

fn follow(init: Pid, alive: &OwnedFd, heeded: &[Signal]) -> Result<i32> {
    let signals = signal_descriptor(heeded)?;
    // A key pressed before there was a worker has reached only this process.
    let mut worker_heard_terminal = false;
    loop {
        if !worker_heard_terminal && !readable_now(&signals)? {
            worker_heard_terminal = true;
        }
        let signal = next_signal(&signals)?;
        if signal.ssi_signo == Signal::SIGCHLD as u32 {
            if let Some(status) = ended(init, Some(WaitPidFlag::WNOHANG))? {
                return Ok(status);
            }
        } else if !(worker_heard_terminal && from_terminal(&signal)) {
            pass_on(&signal, alive)?;
        }
    }
}

fn pass_on(signal: &siginfo, alive: &OwnedFd) -> Result<()> {
    let byte = u8::try_from(signal.ssi_signo).context("a signal number is too large")?;
    match write(alive, &[byte]) {
        // Init has gone; SIGCHLD follows.
        Ok(_) | Err(Errno::EPIPE) => Ok(()),
        Err(error) => Err(error).context("passing a signal on"),
    }
}

fn readable_now(signals: &SignalFd) -> Result<bool> {
    let mut watched = [PollFd::new(signals.as_fd(), PollFlags::POLLIN)];
    Ok(poll(&mut watched, PollTimeout::ZERO).context("looking for signals")? > 0)
}

/// Waits for an init that could not set itself up.
pub(super) fn reap(init: Pid) -> Result<()> {
    ended(init, None).map(drop)
}

/// The exit status of a child that has ended.
fn ended(child: Pid, flags: Option<WaitPidFlag>) -> Result<Option<i32>> {
    Ok(status_of(waitpid(child, flags).context("waiting for the sandbox")?))
}

/// The exit status that a shell would report, once a process has ended.
pub(super) fn status_of(status: WaitStatus) -> Option<i32> {
    match status {
        WaitStatus::Exited(_, code) => Some(code),
        WaitStatus::Signaled(_, signal, _) => Some(128 + signal as i32),
        _ => None,
    }
}

/// A descriptor that yields SIGCHLD and the given signals, which are blocked.
pub(super) fn signal_descriptor(signals: &[Signal]) -> Result<SignalFd> {
    let mut mask: SigSet = signals.iter().copied().collect();
    mask.add(Signal::SIGCHLD);
    SignalFd::new(&mask).context("making a signal descriptor")
}

fn next_signal(signals: &SignalFd) -> Result<siginfo> {
    loop {
        match signals.read_signal() {
            Ok(Some(signal)) => return Ok(signal),
            Ok(None) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error).context("reading a signal"),
        }
    }
}

/// Whether the kernel sent it, as for a key pressed at the terminal or the
/// terminal's end: the worker, in the same process group, has it already.
fn from_terminal(signal: &siginfo) -> bool {
    signal.ssi_code == libc::SI_KERNEL
}
