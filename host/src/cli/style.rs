//! Colours, where there is somebody to see them.

use std::env;
use std::fmt::Display;
use std::io::IsTerminal;

/// Whether to colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    colour: bool,
}

impl Style {
    /// The style for a stream: colours on a terminal, unless `NO_COLOR` is set
    /// or the terminal is a dumb one.
    pub(super) fn of(stream: &impl IsTerminal) -> Style {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        Style { colour: stream.is_terminal() && !refused && !dumb }
    }

    /// Headings and names.
    pub(super) fn bold(self, text: impl Display) -> String {
        self.wrap("1", text)
    }

    /// What explains something else.
    pub(super) fn faint(self, text: impl Display) -> String {
        self.wrap("2", text)
    }

    /// What keeps something from working.
    pub(super) fn error(self, text: impl Display) -> String {
        self.wrap("1;31", text)
    }

    fn wrap(self, code: &str, text: impl Display) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}
