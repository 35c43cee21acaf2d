//! What a caller may choose about a report.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::str::FromStr;

use crate::report::dialect::Dialect;
use crate::report::event::Level;
use crate::report::text::Style;

/// The choices. [`ReportOptions::default`] is what the environment gives
/// without any flag: the terminal, `NO_COLOR`, `TERM`, `SLATE_LOG`.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// Who reads it (`--log-format`).
    pub format: LogFormat,
    /// How much they see (`-q`, `-v`).
    pub verbosity: Verbosity,
    /// The least level of what the program itself does, instead of what `verbosity` says; it holds for `logfile` too.
    pub traced: Option<Level>,
    /// One file with everything, times included (`--logfile`).
    pub logfile: Option<PathBuf>,
    /// Add to what the file holds already.
    pub append: bool,
    /// Print how long the hooks of each phase took when it ends.
    pub profile: bool,
    /// Print the time before each line.
    pub timestamps: bool,
    /// Which `tracing` events to tell, instead of what `verbosity` says (`SLATE_LOG`).
    pub filter: Option<String>,
    /// Print where the time went at the end (`--timings`).
    pub timings: bool,
    /// How many of a failed hook's last lines are shown.
    pub tail_lines: usize,
    /// What the command takes, for advice.
    pub dialect: Dialect,
    /// Whether stderr is a terminal: only then is there a live display.
    pub terminal: bool,
    /// Whether to use colours.
    pub colour: bool,
}

impl Default for ReportOptions {
    fn default() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let terminal = std::io::stderr().is_terminal() && !dumb;
        ReportOptions {
            format: LogFormat::Text,
            verbosity: Verbosity::Normal,
            traced: None,
            logfile: None,
            append: false,
            profile: false,
            timestamps: true,
            filter: std::env::var("SLATE_LOG").ok().filter(|filter| !filter.is_empty()),
            timings: false,
            tail_lines: ReportOptions::TAIL_LINES,
            dialect: Dialect::default(),
            terminal,
            colour: terminal && wants_colour(),
        }
    }
}

impl ReportOptions {
    /// Lines of a failed hook that are shown, enough for a package manager's last words.
    pub const TAIL_LINES: usize = 20;
}

/// Whether the environment leaves colours on: see <https://no-color.org>.
fn wants_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Who reads the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// People.
    #[default]
    Text,
    /// Programs: one JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err(format!("unknown log format '{name}' (known: text, json)")),
        }
    }
}

/// How much people see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Warnings and the failure (`-q`).
    Quiet,
    /// Phases, hooks and results.
    #[default]
    Normal,
    /// What hooks print and the commands that are run as well (`-v`).
    Verbose,
    /// Everything, calls of components included (`-vv`).
    Trace,
}

/// What one reader of text sees of a report, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub(crate) verbosity: Verbosity,
    /// The least level of `tracing` events that are shown.
    pub(crate) traced: Level,
    pub(crate) style: Style,
}

impl View {
    /// What these options give.
    pub(crate) fn of(options: &ReportOptions) -> Self {
        let traced = match options.filter {
            // The filter has chosen already.
            Some(_) => Level::Trace,
            None => {
                let least = options.verbosity.least_level();
                options.traced.map_or(least, |traced| traced.max(least))
            }
        };
        View { verbosity: options.verbosity, traced, style: Style { colour: options.colour } }
    }

    /// Everything: for the full log.
    pub(crate) const EVERYTHING: View =
        View { verbosity: Verbosity::Trace, traced: Level::Trace, style: Style { colour: false } };
}

impl Verbosity {
    /// The least level of messages that are shown.
    pub(crate) fn least_level(self) -> Level {
        match self {
            Verbosity::Quiet => Level::Warn,
            Verbosity::Normal => Level::Info,
            Verbosity::Verbose => Level::Debug,
            Verbosity::Trace => Level::Trace,
        }
    }
}
