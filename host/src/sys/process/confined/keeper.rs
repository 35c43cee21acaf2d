//! Process 1 of a confined program's PID namespace.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::process::Child;

use anyhow::{Context, Result, anyhow, bail};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::prctl;
use nix::sys::signal::{SigHandler, Signal, kill, signal};
use nix::sys::stat::{Mode, umask};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork, pipe2, setsid};

use super::Confined;
use super::steps::{self, Step};
use crate::sys::process::run::pidfd;
use crate::sys::process::spawn::heed_signals;

/// A report of the keeper: the number of the step that failed, the kernel's error.
const REPORT: usize = 8;

/// The process that holds the namespaces of one confined program, and does
/// nothing else. When it ends, all in them ends.
#[derive(Debug)]
pub(in crate::sys::process) struct Keeper {
    process: Pid,
    descriptor: OwnedFd,
}

impl Keeper {
    /// Makes the namespaces and starts a program in the new PID namespace; it
    /// joins the others by the descriptor that `spawn` gets.
    pub(in crate::sys::process) fn start(
        confined: &Confined,
        spawn: impl FnOnce(BorrowedFd<'_>) -> Result<Child>,
    ) -> Result<(Child, Keeper)> {
        // Its errors are of the tree, and none of them says that the program is missing.
        let steps = steps::of(confined).map_err(|error| anyhow!("{error:#}"))?;
        let namespace = NewProcesses::go_inside().map_err(|error| anyhow!("{error:#}"))?;
        let keeper = Keeper::fork(&steps).map_err(|error| anyhow!("{error:#}"));
        let started = keeper.and_then(|keeper| Ok((spawn(keeper.descriptor.as_fd())?, keeper)));
        if let Err(error) = namespace.stay_outside() {
            if let Ok((mut child, _keeper)) = started {
                child.kill().and_then(|()| child.wait()).context("ending a confined program")?;
            }
            return Err(error);
        }
        started
    }

    #[expect(unsafe_code, reason = "fork")]
    fn fork(steps: &[Step]) -> Result<Keeper> {
        let (report, report_here) = pipe2(OFlag::O_CLOEXEC).context("making a pipe")?;
        // SAFETY: the child makes system calls only, on what was allocated before, and never returns.
        let process = match unsafe { fork() }.context("forking")? {
            ForkResult::Child => keep(steps, report_here.as_raw_fd()),
            ForkResult::Parent { child } => child,
        };
        drop(report_here);
        let descriptor = pidfd(process).inspect_err(|_| end(process))?;
        let keeper = Keeper { process, descriptor };
        let mut failed = Vec::new();
        File::from(report).read_to_end(&mut failed).context("hearing from the keeper of the namespaces")?;
        match <[u8; REPORT]>::try_from(failed.as_slice()) {
            Ok(report) => bail!("{}", told(steps, report)),
            Err(_) if failed.is_empty() => Ok(keeper),
            Err(_) => bail!("the keeper of the namespaces made no sense"),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // The program itself has been waited for, as the kernel wants it before process 1 ends.
        end(self.process);
    }
}

fn end(process: Pid) {
    let ended = kill(process, Signal::SIGKILL).and_then(|()| waitpid(process, None));
    if let Err(error) = ended {
        tracing::warn!(%process, %error, "ending what a confined program left");
    }
}

/// What went wrong, of the report of a keeper.
fn told(steps: &[Step], report: [u8; REPORT]) -> String {
    let [a, b, c, d, e, f, g, h] = report;
    let errno = Errno::from_raw(i32::from_le_bytes([e, f, g, h]));
    match steps.get(u32::from_le_bytes([a, b, c, d]) as usize) {
        Some(step) => format!("{}: {}", step.call, errno.desc()),
        None => format!("setting up the keeper of the namespaces: {}", errno.desc()),
    }
}

/// The life of the keeper.
fn keep(steps: &[Step], report: RawFd) -> ! {
    let failed = match become_keeper() {
        Err(error) => Some((usize::MAX, error)),
        Ok(()) => steps.iter().enumerate().find_map(|(index, step)| Some((index, step.take().err()?))),
    };
    if let Some((index, error)) = failed {
        tell(report, u32::try_from(index).unwrap_or(u32::MAX), error);
    }
    rest()
}

/// Makes this process one that signals of others do not reach, nor ptrace or
/// `/proc`, and that ends with the thread that started it.
#[expect(unsafe_code, reason = "setting the action of a signal")]
fn become_keeper() -> nix::Result<()> {
    // Its memory is a copy of the host's, which the program must not read.
    prctl::set_dumpable(false)?;
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    setsid()?;
    umask(Mode::empty());
    heed_signals()?;
    // SAFETY: no handler is installed. Orphans of the program are reaped by the kernel so.
    unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn) }.map(drop)
}

/// Writes a report and ends.
#[expect(unsafe_code, reason = "a descriptor of the parent's, and an exit without its destructors")]
fn tell(report: RawFd, index: u32, error: Errno) -> ! {
    let mut bytes = [0; REPORT];
    let (first, second) = bytes.split_at_mut(REPORT / 2);
    first.copy_from_slice(&index.to_le_bytes());
    second.copy_from_slice(&(error as i32).to_le_bytes());
    // SAFETY: the bytes live through the call. If it fails there is nobody left to tell.
    let _ = unsafe { libc::write(report, bytes.as_ptr().cast(), bytes.len()) };
    // SAFETY: nothing runs after it.
    unsafe { libc::_exit(1) }
}

/// Closes everything, which tells that all went well, and waits for its end.
#[expect(unsafe_code, reason = "close_range and pause have no wrapper")]
fn rest() -> ! {
    // SAFETY: this process uses no descriptor from here on.
    let closed = unsafe { libc::close_range(0, libc::c_uint::MAX, 0) };
    if closed != 0 {
        // SAFETY: nothing runs after it.
        unsafe { libc::_exit(1) }
    }
    loop {
        // SAFETY: it takes nothing and gives nothing.
        unsafe { libc::pause() };
    }
}

/// The time in which processes that this thread starts belong to a new PID namespace.
struct NewProcesses {
    outside: File,
}

impl NewProcesses {
    fn go_inside() -> Result<NewProcesses> {
        let outside = File::open("/proc/thread-self/ns/pid").context("opening the PID namespace")?;
        unshare(CloneFlags::CLONE_NEWPID).context("making a PID namespace")?;
        Ok(NewProcesses { outside })
    }

    fn stay_outside(self) -> Result<()> {
        setns(&self.outside, CloneFlags::CLONE_NEWPID).context("leaving the PID namespace")
    }
}
