//! `command`: programs, in the image or on the build host.

mod argument;
mod on_host;
mod rehearsed;

use std::path::Path;
use std::time::Duration;

use nix::sys::stat::SFlag;

use crate::element::capability::Grant;
use crate::plugin::bindings::wit::command::{
    Argument, Error, Expected, FailedCommand, Host, Options, Outcome, Place,
};
use crate::plugin::limits::Limit;
use crate::plugin::state::State;
use crate::report;
use crate::sys::process::{Ended, Exit, Program, SYSTEM_PATH, Stdin, Stream};

impl Host for State {
    fn run(&mut self, program: String, arguments: Vec<Argument>, options: Options) -> Result<Outcome, Error> {
        let (place, capture) = (options.place, options.capture);
        let expected = options.expected.clone();
        let timeout = self.timeout(options.timeout);
        let rehearsed = self.rehearsed(&program, &arguments, &options);
        let prepared = self.prepare(&program, &arguments, options)?.timeout(timeout);
        if let Some(rehearsed) = rehearsed {
            let (exit, output) = rehearsed.run().ok_or_else(|| not_found(&program, place))?;
            let status = judge(&exit, &expected, timeout)?;
            return Ok(Outcome { status, output: if capture { output } else { Vec::new() } });
        }
        self.root.forget();
        let mut sink = Sink::new(self, capture);
        let exit = prepared.run(&mut |stream, line| sink.line(stream, line));
        let output = sink.finish();
        let exit = exit.map_err(|error| cannot_run(&program, place, &error))?;
        let status = judge(&exit, &expected, timeout)?;
        Ok(Outcome { status, output: output? })
    }
}

impl State {
    fn prepare(&self, program: &str, arguments: &[Argument], options: Options) -> Result<Program, Error> {
        let wish = match options.place {
            Place::Chroot => Grant::Chroot,
            Place::Host => Grant::HostProgram(program.to_owned()),
        };
        if program.is_empty()
            || program.contains('\0')
            || (options.place == Place::Host && program.contains('/'))
        {
            return Err(Error::Invalid(format!("'{program}' is not the name of a program")));
        }
        if options.timeout == Some(0) {
            return Err(Error::Invalid("a timeout of 0 seconds leaves no time".to_owned()));
        }
        self.require(&wish).map_err(Error::Denied)?;
        let directory = options.directory.as_deref();
        directory.map_or(Ok(()), |path| self.check_directory(path))?;
        let mut prepared = match options.place {
            Place::Chroot => self.in_chroot(program, directory),
            Place::Host => self.on_host(program, directory, &options.environment)?,
        };
        for argument in arguments {
            prepared = prepared.arg(self.argument(argument, options.place)?);
        }
        for (name, value) in &options.environment {
            if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
                return Err(Error::Invalid(format!("'{name}' is not the name of a variable")));
            }
            prepared = prepared.env(name, value);
        }
        Ok(prepared.stdin(options.input.map_or(Stdin::Null, Stdin::Bytes)))
    }

    fn in_chroot(&self, program: &str, directory: Option<&str>) -> Program {
        Program::new(program)
            .env_clear()
            .env("LC_ALL", "C")
            .envs(&self.context.variables)
            .env("PATH", SYSTEM_PATH)
            .env("HOME", "/root")
            .confined(&self.context.tree)
            .devices(self.devices())
            .cwd(directory.unwrap_or("/"))
    }

    /// A directory that is not there would be told as a program that is not.
    fn check_directory(&self, path: &str) -> Result<(), Error> {
        let wrong = |why: &str| Error::Invalid(format!("the directory {path} {why}"));
        if !path.starts_with('/') {
            return Err(wrong("is not absolute"));
        }
        match self.root.handle(Path::new(path), true).and_then(|found| found.kind()) {
            Ok(SFlag::S_IFDIR) => Ok(()),
            Ok(_) => Err(wrong("in the image is none")),
            Err(error) => Err(wrong(&format!("in the image: {}", error.desc()))),
        }
    }

    /// A path of the build host for a path in the image.
    fn image_path(&self, path: &str) -> Result<std::path::PathBuf, Error> {
        let resolved = self.root.host_path(Path::new(path));
        resolved.map_err(|error| Error::Invalid(format!("the path {path} in the image: {}", error.desc())))
    }

    /// The image's disk, for whom it was granted to, and for the distribution
    /// once a boot loader is on it: packages of kernels then write its menu anew,
    /// for which its programs look at the disk, as they did when it was installed.
    fn devices(&self) -> Vec<&Path> {
        let granted = self.facts.permissions.check(&Grant::BlockDevice).is_ok();
        let shown = granted || self.managing && self.contributions(|all| all.boot_loader);
        self.context.devices.nodes().filter(|_| shown).collect()
    }

    fn timeout(&self, asked: Option<u32>) -> Duration {
        let own = asked.map_or(Duration::MAX, |seconds| Duration::from_secs(seconds.into()));
        own.min(self.remaining())
    }
}

/// Takes a program's output.
struct Sink<'a> {
    state: &'a State,
    captured: Option<Vec<u8>>,
    too_much: bool,
}

impl<'a> Sink<'a> {
    fn new(state: &'a State, capture: bool) -> Self {
        Sink { state, captured: capture.then(Vec::new), too_much: false }
    }

    fn line(&mut self, stream: Stream, line: &[u8]) {
        match (&mut self.captured, stream) {
            (Some(captured), Stream::Stdout) => {
                self.too_much |= captured.len() + line.len() >= self.state.limits().size(Limit::Answer);
                if !self.too_much {
                    captured.extend_from_slice(line);
                    captured.push(b'\n');
                }
            }
            (_, Stream::Stdout) => {
                self.state.log.line(report::Stream::Stdout, &String::from_utf8_lossy(line))
            }
            (_, Stream::Stderr) => {
                self.state.log.line(report::Stream::Stderr, &String::from_utf8_lossy(line))
            }
        }
    }

    fn finish(self) -> Result<Vec<u8>, Error> {
        if self.too_much {
            Err(Error::TooMuchOutput(self.state.limits().reached(Limit::Answer).to_string()))
        } else {
            Ok(self.captured.unwrap_or_default())
        }
    }
}

/// The exit status, if it is an expected one.
fn judge(exit: &Exit, expected: &Expected, timeout: Duration) -> Result<u8, Error> {
    let failed = |status, signal| FailedCommand {
        command: exit.command.clone(),
        status,
        signal,
        tail: exit.tail.clone(),
    };
    match exit.ended {
        Ended::Code(code) => {
            let status = code as u8;
            let good = match expected {
                Expected::Success => status == 0,
                Expected::Statuses(more) => status == 0 || more.contains(&status),
                Expected::Any => true,
            };
            if good { Ok(status) } else { Err(Error::Failed(failed(Some(status), None))) }
        }
        Ended::Signal(signal) => Err(Error::Failed(failed(None, u8::try_from(signal).ok()))),
        Ended::TimedOut(_) => Err(Error::TimedOut(u32::try_from(timeout.as_secs()).unwrap_or(u32::MAX))),
        Ended::Interrupted(interrupted) => Err(Error::Other(interrupted.to_string())),
    }
}

fn cannot_run(program: &str, place: Place, error: &anyhow::Error) -> Error {
    let missing = error.chain().any(|cause| {
        let errno = cause.downcast_ref::<nix::errno::Errno>().copied();
        let io = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
        errno.or_else(|| io.map(nix::errno::Errno::from_raw)) == Some(nix::errno::Errno::ENOENT)
    });
    if missing { not_found(program, place) } else { other(format!("{error:#}")) }
}

fn not_found(program: &str, place: Place) -> Error {
    Error::NotFound(match place {
        Place::Chroot => format!("{program} in the image ({SYSTEM_PATH})"),
        Place::Host => format!("{program} on the build host"),
    })
}

fn other(error: impl std::fmt::Display) -> Error {
    Error::Other(format!("{error:#}"))
}
