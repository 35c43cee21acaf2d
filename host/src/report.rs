//! What people and programs see of a build.
//!
//! A [`Report`] is a handle that stages and runners pass around. What they
//! tell it becomes an [`event::Event`], and every renderer shows the events in
//! its own way:
//!
//! 1. [`Report::open`] chooses renderers by [`ReportOptions`]: a live display
//!    on a terminal, lines of text elsewhere, JSON for programs, and a full
//!    log if asked for;
//! 2. stages, phases, steps and hooks are scopes: [`StageScope`],
//!    [`PhaseScope`], [`StepScope`], [`HookScope`]. They measure the time, and
//!    a hook's scope keeps its output in a file of its own;
//! 3. [`Report::failure`] tells what went wrong, where to look and what to
//!    try; [`Report::finish`] ends the report.
//!
//! ```
//! use blankslate::element::{HookKind, Phase};
//! use blankslate::report::{FailureCause, Report, Stream};
//!
//! let report = Report::silent();
//! let stage = report.stage("build");
//! let phase = report.phase(Phase::Install, 1);
//! let hook = phase.hook("local-config", "62-ssh-key", HookKind::Shell);
//! hook.line(Stream::Stderr, "no such user");
//! let failure = hook.failure(FailureCause::Exit(3));
//! hook.finish(Err(&failure));
//! assert_eq!(failure.tail, ["no such user"]);
//! assert_eq!(failure.exit_status(), 3);
//! # drop((stage, phase));
//! ```

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod advice;
pub mod clock;
mod core;
mod dialect;
pub mod event;
pub mod failure;
mod hook;
mod logs;
mod options;
mod render;
mod scope;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod throttle;
pub mod timings;
mod trace;

pub use advice::WRITING_OUTPUT;
pub use dialect::{Dialect, GRANTS, LIMITS, PARAMETERS};
pub use event::{Level, Stream, Unit};
pub use failure::{BuildFailure, FailureCause, HookFailure, TimeLimit};
pub use hook::{HookOutput, HookScope};
pub use options::{LogFormat, ReportOptions, Verbosity};
pub use scope::{PhaseScope, StageScope, StepScope};
pub(crate) use text::size;
pub use timings::Timings;

use crate::element::Phase;
use advice::advice;
use anyhow::{Context, Result};
use clock::{Clock, SystemClock};
use core::Core;
use event::{Body, FailureEvent};
use options::View;
use render::plain::Stamp;
use render::screen::{Screen, Size};
use render::{Json, Live, Plain, Render};

/// Tells people and programs about one build. Clones tell the same report.
#[derive(Clone)]
pub struct Report {
    core: Arc<Core>,
    timings: bool,
    verbosity: Verbosity,
    dialect: Dialect,
}

impl Report {
    /// Opens a report on stderr, and the full log if there is to be one.
    /// Starts no thread: that waits for the first phase or step.
    ///
    /// # Errors
    ///
    /// Fails if the full log cannot be created.
    pub fn open(options: &ReportOptions) -> Result<Report> {
        let mut renderers = vec![stderr_renderer(options)];
        if let Some(path) = &options.logfile {
            let mut file = File::options();
            file.create(true).write(true).append(options.append).truncate(!options.append);
            let file = file.open(path).with_context(|| format!("creating the log {}", path.display()))?;
            renderers.push(Box::new(Plain::new(Box::new(file), View::EVERYTHING, Stamp::Time)));
        }
        Ok(Report::new(options, renderers, Box::new(SystemClock::default())))
    }

    /// A report that nobody sees: for tests and for callers of the library.
    pub fn silent() -> Report {
        Report::new(&ReportOptions::default(), Vec::new(), Box::new(SystemClock::default()))
    }

    fn new(options: &ReportOptions, renderers: Vec<Box<dyn Render>>, clock: Box<dyn Clock>) -> Report {
        let core = Core::new(renderers, clock, options.tail_lines, options.profile);
        Report { core, timings: options.timings, verbosity: options.verbosity, dialect: options.dialect }
    }

    /// Gives every hook from now on a log in a directory, which is created if
    /// it is missing. The directory belongs to the caller.
    ///
    /// # Errors
    ///
    /// Fails if the directory cannot be created.
    pub fn log_hooks_to(&self, directory: &Path) -> io::Result<()> {
        self.core.open_logs(directory)
    }

    /// The directory of the hooks' logs, if there is one.
    pub fn logs(&self) -> Option<PathBuf> {
        self.core.logs()
    }

    /// Begins a stage. There is one at a time.
    pub fn stage(&self, name: &str) -> StageScope {
        StageScope::begin(&self.core, name)
    }

    /// Begins a step of the current stage, for code that does not hold the stage.
    pub fn step(&self, name: &str) -> StepScope {
        StepScope::begin(&self.core, name)
    }

    /// Begins a phase of so many hooks.
    pub fn phase(&self, phase: Phase, hooks: usize) -> PhaseScope {
        PhaseScope::begin(&self.core, phase, hooks)
    }

    /// Warns: the build goes on, and someone should know.
    pub fn warn(&self, text: &str) {
        self.core.warn(text);
    }

    /// Says something worth knowing.
    pub fn info(&self, text: &str) {
        self.core.emit_here(Body::Message { level: Level::Info, text: text.to_owned(), target: None });
    }

    /// Says that an output is complete.
    pub fn artifact(&self, format: &str, path: &Path, bytes: u64) {
        self.core.emit_here(Body::Artifact { format: format.to_owned(), path: path.to_owned(), bytes });
    }

    /// Tells why the build fails, where to look and what to try.
    pub fn failure(&self, failure: &BuildFailure) {
        let log = match failure {
            BuildFailure::Hook(_) => self.core.failed_log(),
            BuildFailure::Interrupted { .. } | BuildFailure::Error { .. } => None,
        };
        let event = FailureEvent {
            failure: failure.clone(),
            exit_status: failure.exit_status(),
            log,
            logs: self.core.logs(),
            advice: advice(failure, self.verbosity, self.dialect),
        };
        self.core.emit_here(Body::Failure(Box::new(event)));
    }

    /// Ends the report, with the table of times if it was asked for.
    pub fn finish(&self, ok: bool) {
        if self.timings {
            let timings = self.timings().rows(self.core.elapsed());
            self.core.emit_here(Body::Timings { timings });
        }
        self.core.emit_here(Body::Finish { ok });
    }

    /// Where the time went until now.
    pub fn timings(&self) -> Timings {
        self.core.timings()
    }
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report").field("verbosity", &self.verbosity).finish_non_exhaustive()
    }
}

fn stderr_renderer(options: &ReportOptions) -> Box<dyn Render> {
    let stderr = Box::new(io::stderr());
    match options.format {
        LogFormat::Json => Box::new(Json::new(stderr)),
        LogFormat::Text => {
            let view = View::of(options);
            if options.terminal && options.verbosity > Verbosity::Quiet {
                let screen = Screen::new(stderr, Box::new(terminal_size));
                return Box::new(Live::new(screen, view));
            }
            let stamp = if options.timestamps { Stamp::Elapsed } else { Stamp::None };
            Box::new(Plain::new(stderr, view, stamp))
        }
    }
}

/// The size of the terminal behind stderr.
fn terminal_size() -> Size {
    let (rows, columns) = console::Term::stderr().size();
    Size { rows: rows.into(), columns: columns.into() }
}
