//! From a [`Program`] to a process.

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Pid, chdir, chroot, getpid, getppid, setsid};

use super::{Program, Stdin, lookup, rights};
use crate::sys::sandbox;
use crate::sys::signals::STOPPING;

/// The first descriptor after the three standard streams.
const FIRST_INHERITED: libc::c_uint = 3;

/// How a process relates to the terminal of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    /// A session of its own, without a terminal; its outputs are pipes.
    Own,
    /// This session and its streams.
    Shared,
}

/// Starts the program.
pub(super) fn spawn(program: &Program, session: Session) -> Result<Child> {
    let mut command = command(program, session);
    prepare(&mut command, program, session)?;
    command.spawn().map_err(|error| {
        let hint = missing_hint(&error);
        anyhow::Error::new(error).context(format!("starting `{program}`{}{hint}", place(program)))
    })
}

/// What the standard library can express.
fn command(program: &Program, session: Session) -> Command {
    let mut command =
        Command::new(program.file.as_deref().map_or(program.program.as_os_str(), Path::as_os_str));
    command.arg0(&program.program).args(&program.args);
    if program.env_clear {
        command.env_clear();
    }
    if program.chroot.is_none() && !program.env_clear {
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
fn prepare(command: &mut Command, program: &Program, session: Session) -> Result<()> {
    let root = program.chroot.as_deref().map(c_path).transpose()?;
    let inside = program.chroot.is_some().then_some(Path::new("/"));
    let directory = program.cwd.as_deref().or(inside).map(c_path).transpose()?;
    let (parent, file_limit, without_machine) = (getpid(), program.file_limit, program.without_machine);
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
        if let Some(root) = &root {
            chroot(root.as_c_str())?;
        }
        if let Some(directory) = &directory {
            chdir(directory.as_c_str())?;
        }
        if without_machine {
            rights::give_up()?;
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
    // It may have ended before the line above.
    if getppid() == parent { Ok(()) } else { Err(Errno::ESRCH.into()) }
}

/// Undoes what the caller (`nohup`, a background job of a script) ignores.
#[expect(unsafe_code, reason = "setting the action of a signal")]
fn heed_signals() -> io::Result<()> {
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

/// A path for a system call.
fn c_path(path: &Path) -> Result<CString> {
    CString::new(path.as_os_str().as_bytes())
        .with_context(|| format!("the path {} contains a zero byte", path.display()))
}

/// Where a program was to run, if not simply here.
fn place(program: &Program) -> String {
    let root = program.chroot.as_ref().map(|root| format!(" in the chroot {}", root.display()));
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
