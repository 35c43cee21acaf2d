//! A build's own namespaces, which die with it.
//!
//! [`enter`] turns one process into three:
//!
//! ```text
//! supervisor    the process that was started: outside, waits, passes signals on
//!   init        process 1 of a new PID namespace: reaps orphans, ends with the worker
//!     worker    where `enter` returns: own mounts, PIDs, IPC and host name
//! ```
//!
//! Whatever dies, all of it dies, by the kernel's own doing:
//!
//! 1. the supervisor dies: the kernel kills init (its parent-death signal);
//! 2. init dies: the kernel kills everything in its PID namespace, daemons too;
//! 3. the last of them dies: the mount namespace goes, with each mount in it;
//! 4. the last mount and descriptor of a loop device goes: it clears itself.
//!
//! So after `kill -9` of any of the three, at any moment, nothing is left but
//! files in directories.
//!
//! A Ctrl-C at the terminal reaches all three at once, being one process
//! group; the supervisor passes on only what was sent to itself.

mod init;
mod supervisor;

use std::fs;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail, ensure};
use nix::fcntl::OFlag;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{ForkResult, fork, pipe2};

pub(super) use self::supervisor::supervise;
use super::signals;

/// The umask of all that happens in a build.
pub(super) const UMASK: u32 = 0o022;

/// Whether this process is the worker of a sandbox.
static INSIDE: AtomicBool = AtomicBool::new(false);

/// Moves the caller into its own mount, PID, IPC and UTS namespaces.
///
/// Returns in the worker only. The process that called stays behind as the
/// supervisor and exits with the worker's exit status, or 128 and the signal's
/// number where a signal killed it. An error returns in the caller, with
/// nothing changed that outlives it.
///
/// `caller` is where signals come from, one byte each, that are not sent to this
/// process; its end is taken for a SIGTERM.
///
/// It must come before any thread is started, and needs root. Mounts of the
/// machine stay visible but neither side sees what the other mounts from then
/// on; `/proc` shows the sandbox's own processes, and the umask is 022.
pub fn enter(caller: Option<OwnedFd>) -> Result<()> {
    ensure!(super::sysinfo::is_root(), "namespaces need root: run this as root, for instance with sudo");
    ensure!(super::sysinfo::threads()? == 1, "the sandbox must be entered before threads are started");
    std::io::stdout().flush().context("flushing standard output")?;

    let heeded = signals::heeded()?;
    let inherited = block_signals(&heeded)?;
    let (alive, alive_here) = pipe2(OFlag::O_CLOEXEC).context("making a pipe")?;
    let (report, report_here) = pipe2(OFlag::O_CLOEXEC).context("making a pipe")?;
    let outside = fs::File::open("/proc/self/ns/pid").context("opening the PID namespace")?;
    unshare(CloneFlags::CLONE_NEWPID)
        .context("making a PID namespace (a container must be privileged for that)")?;

    match fork_single()? {
        ForkResult::Parent { child } => {
            drop((alive, report_here));
            if let Some(problem) = read_report(report)? {
                supervisor::reap(child)?;
                // Later children of this process belong outside again.
                setns(&outside, CloneFlags::CLONE_NEWPID).context("leaving the PID namespace")?;
                inherited.thread_set_mask().context("restoring the signal mask")?;
                bail!("{problem}");
            }
            supervise(child, alive_here, &heeded, caller)
        }
        ForkResult::Child => {
            drop((alive_here, report, caller));
            become_init(&alive, report_here);
            inherited.thread_set_mask().context("restoring the signal mask")?;
            // What is made in an image has the modes of whoever makes it, not of the caller's habits.
            umask(Mode::from_bits_truncate(UMASK));
            INSIDE.store(true, Ordering::Relaxed);
            Ok(())
        }
    }
}

/// Whether this process runs in a sandbox that [`enter`] made.
pub fn inside() -> bool {
    INSIDE.load(Ordering::Relaxed)
}

/// In process 1: sets the namespaces up and forks the worker, where this returns.
fn become_init(alive: &OwnedFd, report: OwnedFd) {
    match set_up(alive) {
        Ok(ForkResult::Child) => {}
        Ok(ForkResult::Parent { child }) => {
            drop(report);
            init::run(child, alive)
        }
        Err(error) => {
            let mut report = fs::File::from(report);
            // Without a reader there is nobody left to tell.
            let _ = report.write_all(format!("{error:#}").as_bytes());
            std::process::exit(1);
        }
    }
}

/// The steps of process 1, up to the worker.
fn set_up(alive: &OwnedFd) -> Result<ForkResult> {
    init::die_with_supervisor(alive)?;
    let namespaces = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC | CloneFlags::CLONE_NEWUTS;
    unshare(namespaces).context("making mount, IPC and UTS namespaces")?;
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(None::<&str>, "/", None::<&str>, private, None::<&str>).context("making all mounts private")?;
    let safe = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount(Some("proc"), "/proc", Some("proc"), safe, None::<&str>).context("mounting a fresh /proc")?;
    fork_single()
}

/// Forks a process that has one thread.
#[expect(unsafe_code, reason = "fork")]
fn fork_single() -> Result<ForkResult> {
    // SAFETY: `enter` has checked that there is one thread, so the child may do
    // whatever the parent might.
    unsafe { fork() }.context("forking")
}

/// Blocks the signals that supervisor and init read from a descriptor; returns the mask before.
pub(super) fn block_signals(heeded: &[Signal]) -> Result<SigSet> {
    let mut blocked: SigSet = heeded.iter().copied().collect();
    blocked.add(Signal::SIGCHLD);
    blocked.thread_swap_mask(SigmaskHow::SIG_BLOCK).context("blocking signals")
}

/// What the child could not set up, if anything: it closes the pipe on success.
fn read_report(report: OwnedFd) -> Result<Option<String>> {
    let mut problem = String::new();
    fs::File::from(report).read_to_string(&mut problem).context("hearing from the sandbox")?;
    Ok(Some(problem).filter(|problem| !problem.is_empty()))
}
