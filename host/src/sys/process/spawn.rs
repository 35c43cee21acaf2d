//! From a [`Program`] to a process.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Result;
use nix::errno::Errno;
use nix::sched::CloneFlags;
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Pid, chdir, chroot, getpid, getppid, setsid};

use super::confined::{Keeper, c_path, rights};
use super::{Program, Root, Stdin, lookup};
use crate::sys::sandbox;
use crate::sys::signals::STOPPING;

/// The first descriptor after the three standard streams.
const FIRST_INHERITED: libc::c_uint = 3;

/// The number of a process outside of the PID namespace.
const OUT_OF_SIGHT: Pid = Pid::from_raw(0);

/// How a process relates to the terminal of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    /// A session of its own, without a terminal; its outputs are pipes.
    Own,
    /// This session and its streams.
    Shared,
}

/// Starts the program, confined with who holds its namespaces: both must be
/// kept, and the program waited for before its keeper ends.
pub(super) fn spawn(program: &Program, session: Session) -> Result<(Child, Option<Keeper>)> {
    let mut command = command(program, session);
    let context = |hint| format!("starting `{program}`{}{hint}", place(program));
    let start = |command: &mut Command| {
        command.spawn().map_err(|error| {
            let hint = missing_hint(&error);
            anyhow::Error::new(error).context(context(hint))
        })
    };
    match &program.root {
        Root::Confined(confined) => {
            let (child, keeper) = Keeper::start(confined, |keeper| {
                prepare(&mut command, program, session, Some(keeper))?;
                start(&mut command)
            })?;
            Ok((child, Some(keeper)))
        }
        Root::Here | Root::Chroot(_) => {
            prepare(&mut command, program, session, None)?;
            Ok((start(&mut command)?, None))
        }
    }
}

/// What the standard library can express.
fn command(program: &Program, session: Session) -> Command {
    let mut command =
        Command::new(program.file.as_deref().map_or(program.program.as_os_str(), Path::as_os_str));
    command.arg0(&program.program).args(&program.args);
    if program.env_clear {
        command.env_clear();
    }
    if matches!(program.root, Root::Here) && !program.env_clear {
        command.env("PATH", lookup::search_path());
    }
    command.envs(&program.env);
    if session == Session::Own {
        command.stdin(match program.stdin {
            Stdin::Null => Stdio::null(),
            Stdin::Bytes(_) => Stdio::piped(),
            Stdin::Inherit => Stdio::inherit(),
        });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
    }
    command
}

/// What only the child itself can do, between fork and exec.
#[expect(unsafe_code, reason = "code between fork and exec")]
fn prepare(
    command: &mut Command,
    program: &Program,
    session: Session,
    keeper: Option<BorrowedFd<'_>>,
) -> Result<()> {
    let (root, inside) = match &program.root {
        Root::Here => (None, None),
        Root::Chroot(root) => (Some(c_path(root)?), Some(Path::new("/"))),
        Root::Confined(_) => (None, Some(Path::new("/"))),
    };
    let directory = program.cwd.as_deref().or(inside).map(c_path).transpose()?;
    let (parent, file_limit) = (getpid(), program.file_limit);
    let keeper = keeper.map(|keeper| keeper.as_raw_fd());
    let enter = move || -> io::Result<()> {
        die_with(parent)?;
        if session == Session::Own {
            setsid()?;
        }
        umask(Mode::from_bits_truncate(sandbox::UMASK));
        heed_signals()?;
        if let Some(bytes) = file_limit {
            setrlimit(Resource::RLIMIT_FSIZE, bytes, bytes)?;
        }
        if let Some(keeper) = keeper {
            join(keeper)?;
        }
        if let Some(root) = &root {
            chroot(root.as_c_str())?;
        }
        if let Some(directory) = &directory {
            chdir(directory.as_c_str())?;
        }
        if keeper.is_some() {
            rights::limit()?;
        }
        close_inherited()
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed;
    // the closure makes system calls on what was allocated before the fork.
    unsafe { command.pre_exec(enter) };
    Ok(())
}

/// Has the kernel kill this process when the thread that started it ends.
fn die_with(parent: Pid) -> io::Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    // It may have ended before the line above. In a PID namespace of its own it does not see its parent.
    let alive = [parent, OUT_OF_SIGHT].contains(&getppid());
    if alive { Ok(()) } else { Err(Errno::ESRCH.into()) }
}

/// Joins the mount and IPC namespaces of a confined program's keeper, whose root directory becomes this one's.
#[expect(unsafe_code, reason = "setns of a borrowed descriptor")]
fn join(keeper: RawFd) -> io::Result<()> {
    let namespaces = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC;
    // SAFETY: the descriptor is open: the parent holds it until this process has executed its program.
    Ok(Errno::result(unsafe { libc::setns(keeper, namespaces.bits()) }).map(drop)?)
}

/// Undoes what the caller (`nohup`, a background job of a script) ignores.
#[expect(unsafe_code, reason = "setting the action of a signal")]
pub(super) fn heed_signals() -> nix::Result<()> {
    for number in STOPPING {
        // SAFETY: no handler is installed.
        unsafe { signal(number, SigHandler::SigDfl) }?;
    }
    Ok(())
}

/// Marks every descriptor but the standard streams to be closed by exec.
#[expect(unsafe_code, reason = "close_range has no wrapper")]
fn close_inherited() -> io::Result<()> {
    let flags = libc::CLOSE_RANGE_CLOEXEC.cast_signed();
    // SAFETY: only flags of descriptors change; none is closed in this process image.
    let result = unsafe { libc::close_range(FIRST_INHERITED, libc::c_uint::MAX, flags) };
    Ok(Errno::result(result).map(drop)?)
}

/// Where a program was to run, if not simply here.
fn place(program: &Program) -> String {
    let root = match &program.root {
        Root::Here => None,
        Root::Chroot(root) => Some(format!(" in the chroot {}", root.display())),
        Root::Confined(confined) => Some(format!(" confined to {}", confined.tree.display())),
    };
    let cwd = program.cwd.as_ref().map(|cwd| format!(" with working directory {}", cwd.display()));
    root.unwrap_or_default() + &cwd.unwrap_or_default()
}

/// What to look for when something was not found: the kernel does not say what.
fn missing_hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => " (is it installed, and are its interpreter and directory there?)",
        _ => "",
    }
}
