//! What a caller may choose about a report.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::str::FromStr;

/// The choices. [`ReportOptions::default`] is what a terminal user gets
/// without any flag.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    pub format: LogFormat,
    pub verbosity: Verbosity,
    /// One file with everything, times included (`--logfile`).
    pub logfile: Option<PathBuf>,
    /// Print where the time went at the end (`--timings`).
    pub timings: bool,
    /// How many of a failed hook's last lines are shown.
    pub tail_lines: usize,
    /// Whether stderr is a terminal: only then is there a live display.
    pub terminal: bool,
    /// Whether to use colours.
    pub colour: bool,
}

impl Default for ReportOptions {
    fn default() -> Self {
        let terminal = std::io::stderr().is_terminal();
        ReportOptions {
            format: LogFormat::Text,
            verbosity: Verbosity::Normal,
            logfile: None,
            timings: false,
            tail_lines: ReportOptions::TAIL_LINES,
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
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !no_colour && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
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
