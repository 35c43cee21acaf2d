//! Runs programs, in the image or on the build host.

use std::fmt;

use crate::bindings::wit::command::{self as wit, Error as Kind, Expected, Options, Piece, Place};

pub use wit::{Argument, Outcome};

/// Why a program did not do what was asked.
#[derive(Clone, Debug)]
pub struct Error {
    program: String,
    kind: Kind,
}

impl Error {
    /// The reason.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = &self.program;
        match &self.kind {
            Kind::Denied(text) => f.write_str(text),
            Kind::Failed(failed) => write_failed(f, failed),
            Kind::NotFound(text) => write!(f, "no such program: {text}"),
            Kind::TimedOut(seconds) => write!(f, "{program} ran longer than {seconds} s and was killed"),
            Kind::TooMuchOutput(text) | Kind::Invalid(text) | Kind::Other(text) => {
                write!(f, "running {program}: {text}")
            }
        }
    }
}

fn write_failed(f: &mut fmt::Formatter<'_>, failed: &wit::FailedCommand) -> fmt::Result {
    write!(f, "{}: ", failed.command)?;
    match (failed.status, failed.signal) {
        (Some(status), _) => write!(f, "exit status {status}")?,
        (None, Some(signal)) => write!(f, "ended by signal {signal}")?,
        (None, None) => f.write_str("ended")?,
    }
    failed.tail.iter().try_for_each(|line| write!(f, "\n    {line}"))
}

impl std::error::Error for Error {}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Argument::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Argument::Text(text)
    }
}

impl From<&String> for Argument {
    fn from(text: &String) -> Self {
        Argument::Text(text.clone())
    }
}

impl Argument {
    /// A path in the image.
    pub fn image(path: &str) -> Self {
        Argument::ImagePath(path.to_owned())
    }

    /// A path in the scratch directory.
    pub fn scratch(path: &str) -> Self {
        Argument::ScratchPath(path.to_owned())
    }

    /// A path in one of the manifest's caches.
    pub fn cache(path: &str) -> Self {
        Argument::CachePath(path.to_owned())
    }

    /// A fetched file.
    pub fn fetched(file: &crate::fetch::Fetched) -> Self {
        Argument::FetchedFile(file.digest.clone())
    }

    /// Puts a text in front without a space: `--target=` before a path.
    #[must_use]
    pub fn prefixed(self, prefix: &str) -> Self {
        let mut pieces = vec![Piece::Text(prefix.to_owned())];
        match self {
            Argument::Text(text) => pieces.push(Piece::Text(text)),
            Argument::ImagePath(path) => pieces.push(Piece::ImagePath(path)),
            Argument::ScratchPath(path) => pieces.push(Piece::ScratchPath(path)),
            Argument::CachePath(path) => pieces.push(Piece::CachePath(path)),
            Argument::FetchedFile(digest) => pieces.push(Piece::FetchedFile(digest)),
            Argument::Joined(more) => pieces.extend(more),
        }
        Argument::Joined(pieces)
    }
}

/// A program to run.
///
/// ```no_run
/// # fn main() -> blankslate_sdk::Result {
/// use blankslate_sdk::command::{Argument, Command};
///
/// Command::chroot("apt-get").args(["install", "-y", "curl"]).env("DEBIAN_FRONTEND", "noninteractive").run()?;
/// Command::host("mmdebstrap").arg("bookworm").arg(Argument::image("/")).run()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a command does nothing until it is run"]
pub struct Command {
    program: String,
    arguments: Vec<Argument>,
    options: Options,
}

impl Command {
    fn new(program: &str, place: Place) -> Self {
        let options = Options {
            place,
            environment: Vec::new(),
            input: None,
            directory: None,
            expected: Expected::Success,
            capture: false,
            timeout: None,
        };
        Command { program: program.to_owned(), arguments: Vec::new(), options }
    }

    /// A program in the image.
    pub fn chroot(program: &str) -> Self {
        Command::new(program, Place::Chroot)
    }

    /// A granted program of the build host.
    pub fn host(program: &str) -> Self {
        Command::new(program, Place::Host)
    }

    /// Adds an argument.
    pub fn arg(mut self, argument: impl Into<Argument>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    pub fn args<A: Into<Argument>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of the program's environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.options.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gives the program's standard input.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.options.input = Some(input.into());
        self
    }

    /// Starts the program in a directory of the image.
    pub fn directory(mut self, path: &str) -> Self {
        self.options.directory = Some(path.to_owned());
        self
    }

    /// Accepts these exit statuses besides 0.
    pub fn expect(mut self, statuses: impl Into<Vec<u8>>) -> Self {
        self.options.expected = Expected::Statuses(statuses.into());
        self
    }

    /// Kills the program after this many seconds.
    pub fn timeout(mut self, seconds: u32) -> Self {
        self.options.timeout = Some(seconds);
        self
    }

    fn execute(self) -> Result<Outcome, Error> {
        wit::run(&self.program, &self.arguments, &self.options)
            .map_err(|kind| Error { program: self.program, kind })
    }

    /// Runs the program, its output going to the log; gives its exit status.
    ///
    /// # Errors
    ///
    /// Fails if it may not or cannot run, and for an unexpected end.
    pub fn run(self) -> Result<u8, Error> {
        Ok(self.execute()?.status)
    }

    /// Runs the program, whatever its exit status, which is returned.
    ///
    /// # Errors
    ///
    /// Fails if it may not or cannot run, and if a signal ends it.
    pub fn status(mut self) -> Result<u8, Error> {
        self.options.expected = Expected::Any;
        self.run()
    }

    /// Runs the program and returns its standard output.
    ///
    /// # Errors
    ///
    /// Fails as [`Command::run`] does.
    pub fn output(mut self) -> Result<Vec<u8>, Error> {
        self.options.capture = true;
        Ok(self.execute()?.output)
    }

    /// Runs the program and returns its standard output as text, without the
    /// white space at its end and with what is not UTF-8 replaced.
    ///
    /// # Errors
    ///
    /// Fails as [`Command::run`] does.
    pub fn text(self) -> Result<String, Error> {
        let output = self.output()?;
        Ok(String::from_utf8_lossy(&output).trim_end().to_owned())
    }
}
