//! Programs run to their end, their output taken line by line.
//!
//! ```no_run
//! use blankslate::sys::process::Program;
//!
//! let mkfs = Program::new("mkfs.ext4").args(["-L", "cloudimg-rootfs", "disk.raw"]);
//! mkfs.run(&mut |_, line| println!("{}", String::from_utf8_lossy(line)))?.check()?;
//! # anyhow::Ok(())
//! ```
//!
//! What every program gets, whoever runs it: a session of its own, no open
//! file but its three streams, default signals, umask 022, and death with the
//! thread that runs it. When [`super::signals`] reports an interruption, or
//! its time is over, its whole process group is ended; after an interruption
//! this is true of every program that is still started.

mod confined;
mod exit;
mod holders;
mod kill;
mod lookup;
mod quote;
mod run;
mod spawn;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use confined::Confined;

pub use exit::{CommandFailed, Ended, Exit};
pub(super) use holders::holders;
pub use kill::kill_all;
pub use lookup::{SYSTEM_PATH, find, search_path};
pub use quote::quoted;

/// The lines of output that an [`Exit`] remembers unless told otherwise.
const TAIL_LINES: usize = 20;

/// Which of a program's two outputs a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What a program reads from its standard input.
#[derive(Debug, Clone, Default)]
pub enum Stdin {
    /// Nothing: `/dev/null`.
    #[default]
    Null,
    /// These bytes, then the end of the file.
    Bytes(Vec<u8>),
    /// What this process reads.
    Inherit,
}

/// What a program has as its root directory.
#[derive(Debug, Clone)]
enum Root {
    /// That of this process.
    Here,
    /// A tree, entered with all rights of root.
    Chroot(PathBuf),
    /// A tree that it cannot leave.
    Confined(Confined),
}

/// A program to run, with all that it will see.
#[derive(Debug, Clone)]
pub struct Program {
    program: OsString,
    /// The file to start where the name is not to be looked up.
    file: Option<PathBuf>,
    args: Vec<OsString>,
    env_clear: bool,
    env: BTreeMap<OsString, OsString>,
    cwd: Option<PathBuf>,
    root: Root,
    stdin: Stdin,
    timeout: Option<Duration>,
    file_limit: Option<u64>,
    tail_lines: usize,
    passing: Option<fn(&[u8]) -> bool>,
}

impl Program {
    /// A program by path, or by a name looked up in the `PATH` it will see (inside its chroot).
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            file: None,
            args: Vec::new(),
            env_clear: false,
            env: BTreeMap::new(),
            cwd: None,
            root: Root::Here,
            stdin: Stdin::Null,
            timeout: None,
            file_limit: None,
            tail_lines: TAIL_LINES,
            passing: None,
        }
    }

    /// Starts this file, whatever the `PATH` says that the program will see.
    #[must_use]
    pub fn file(mut self, file: PathBuf) -> Self {
        self.file = Some(file);
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Hides this process's environment; what [`Program::env`] sets, before or after, stays.
    #[must_use]
    pub fn env_clear(mut self) -> Self {
        self.env_clear = true;
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Sets several environment variables.
    #[must_use]
    pub fn envs<N: AsRef<OsStr>, V: AsRef<OsStr>>(self, vars: impl IntoIterator<Item = (N, V)>) -> Self {
        vars.into_iter().fold(self, |program, (name, value)| program.env(name, value))
    }

    /// Sets the working directory: inside its root directory where it has one (`/` unless set).
    #[must_use]
    pub fn cwd(mut self, directory: impl AsRef<Path>) -> Self {
        self.cwd = Some(directory.as_ref().to_owned());
        self
    }

    /// Runs it with `root` as its root directory.
    #[must_use]
    pub fn chroot(mut self, root: impl AsRef<Path>) -> Self {
        self.root = Root::Chroot(root.as_ref().to_owned());
        self
    }

    /// Runs it with `tree` as its root directory, in namespaces of its own and
    /// with few rights of root: whatever it does, it reaches the tree and the
    /// network. What it leaves running ends with it.
    ///
    /// The tree gets directories for `/proc`, `/sys` and `/dev` where they are
    /// missing; what is mounted there is not seen by others. systemd's tools
    /// are told that no system is running (`SYSTEMD_OFFLINE`): they cannot see
    /// it here, as they do in a chroot.
    #[must_use]
    pub fn confined(mut self, tree: impl AsRef<Path>) -> Self {
        self.root = Root::Confined(Confined::to(tree.as_ref()));
        self.env("SYSTEMD_OFFLINE", "1")
    }

    /// Shows it, where it is confined, block devices of the machine in `/dev`, under their own names.
    #[must_use]
    pub fn devices(mut self, devices: impl IntoIterator<Item = impl AsRef<Path>>) -> Self {
        if let Root::Confined(confined) = &mut self.root {
            confined.devices.extend(devices.into_iter().map(|device| device.as_ref().to_owned()));
        }
        self
    }

    /// Sets what it reads; nothing unless told otherwise.
    #[must_use]
    pub fn stdin(mut self, stdin: Stdin) -> Self {
        self.stdin = stdin;
        self
    }

    /// Ends it after this time.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Has the kernel end it with SIGXFSZ where it makes a file larger than this.
    #[must_use]
    pub fn file_limit(mut self, bytes: u64) -> Self {
        self.file_limit = Some(bytes);
        self
    }

    /// Sets how many of its last lines the [`Exit`] remembers.
    #[must_use]
    pub fn tail_lines(mut self, lines: usize) -> Self {
        self.tail_lines = lines;
        self
    }

    /// Says which lines the [`Exit`] does not remember: those that tell how far it is.
    #[must_use]
    pub fn passing(mut self, passes: fn(&[u8]) -> bool) -> Self {
        self.passing = Some(passes);
        self
    }

    /// The program and its arguments.
    pub fn words(&self) -> impl Iterator<Item = &OsStr> {
        std::iter::once(self.program.as_os_str()).chain(self.args.iter().map(OsString::as_os_str))
    }

    /// The command line with no more than the first line of a script among the
    /// arguments: for people who follow what runs.
    pub fn in_a_line(&self) -> String {
        let whole = self.to_string();
        match whole.split_once('\n') {
            Some((first, _)) => format!("{first} ..."),
            None => whole,
        }
    }

    /// Runs it to its end and hands each line it writes, without its newline, to `sink`.
    ///
    /// An error means that it could not be run; how it ended is in the [`Exit`].
    pub fn run(&self, sink: &mut dyn FnMut(Stream, &[u8])) -> Result<Exit> {
        run::run(self, sink)
    }

    /// Runs it, and returns what it wrote to standard output.
    ///
    /// Standard error is only remembered; any end but exit status 0 is an error.
    pub fn output(&self) -> Result<Vec<u8>> {
        let mut stdout = Vec::new();
        let exit = self.run(&mut |stream, line| {
            if stream == Stream::Stdout {
                stdout.extend_from_slice(line);
                stdout.push(b'\n');
            }
        })?;
        exit.check()?;
        Ok(stdout)
    }

    /// Runs it for its effect: output is only remembered; any end but exit status 0 is an error.
    pub fn execute(&self) -> Result<()> {
        Ok(self.run(&mut |_, _| {})?.check()?)
    }

    /// Runs it on this process's own terminal and streams, in the same session: for a person's shell.
    ///
    /// Keyboard signals go where the terminal sends them, and there is neither
    /// timeout nor tail.
    pub fn run_interactive(&self) -> Result<Exit> {
        run::run_interactive(self)
    }
}

/// The command line as one would type it into a shell, without the environment.
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.program))?;
        self.args.iter().try_for_each(|arg| write!(f, " {}", quoted(arg)))
    }
}

#[cfg(test)]
mod tests;
