//! The process that was started: it waits outside and passes signals on.

use std::os::fd::{AsFd, OwnedFd};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SignalFd, siginfo};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, read, write};

/// Passes signals to `init` until it ends, then exits as it did.
///
/// `alive` is the pipe by which init hears both what to pass to the worker and
/// that this process still lives; `heeded` are the signals to pass on, which are
/// blocked; `caller` is where others come from, if there is one.
pub(in crate::sys) fn supervise(init: Pid, alive: OwnedFd, heeded: &[Signal], caller: Option<OwnedFd>) -> ! {
    let status = follow(init, &alive, heeded, caller).unwrap_or_else(|error| {
        eprintln!("slate: supervising the sandbox: {error:#}");
        1
    });
    // Exiting closes the pipe and has the kernel kill what might be left.
    std::process::exit(status)
}

fn follow(init: Pid, alive: &OwnedFd, heeded: &[Signal], mut caller: Option<OwnedFd>) -> Result<i32> {
    let signals = signal_descriptor(heeded)?;
    // A key pressed before there was a worker has reached only this process.
    let mut worker_heard_terminal = false;
    loop {
        if !worker_heard_terminal && !readable_now(&signals)? {
            worker_heard_terminal = true;
        }
        let Some(signal) = next(&signals, &mut caller, alive)? else { continue };
        if signal.ssi_signo == Signal::SIGCHLD as u32 {
            if let Some(status) = ended(init, Some(WaitPidFlag::WNOHANG))? {
                return Ok(status);
            }
        } else if !(worker_heard_terminal && from_terminal(&signal)) {
            let number = u8::try_from(signal.ssi_signo).context("a signal number is too large")?;
            pass_on(&[number], alive)?;
        }
    }
}

/// Waits for a signal, or for the caller to say something, which is passed on at once.
fn next(signals: &SignalFd, caller: &mut Option<OwnedFd>, alive: &OwnedFd) -> Result<Option<siginfo>> {
    let Some(descriptor) = caller else { return next_signal(signals).map(Some) };
    let mut watched = [signals.as_fd(), descriptor.as_fd()].map(|fd| PollFd::new(fd, PollFlags::POLLIN));
    match poll(&mut watched, PollTimeout::NONE) {
        Ok(_) => {}
        Err(Errno::EINTR) => return Ok(None),
        Err(error) => return Err(error).context("waiting for signals"),
    }
    let [signalled, called] = watched.map(|fd| fd.any() == Some(true));
    if called && !hear(descriptor, alive)? {
        *caller = None;
    }
    if signalled { next_signal(signals).map(Some) } else { Ok(None) }
}

/// Passes on what the caller says; false once it has ended, which stops the work.
fn hear(caller: &OwnedFd, alive: &OwnedFd) -> Result<bool> {
    let mut numbers = [0; 16];
    let length = read(caller, &mut numbers).context("hearing from the caller")?;
    let end = [Signal::SIGTERM as u8];
    pass_on(if length == 0 { &end } else { &numbers[..length] }, alive)?;
    Ok(length > 0)
}

fn pass_on(numbers: &[u8], alive: &OwnedFd) -> Result<()> {
    match write(alive, numbers) {
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
