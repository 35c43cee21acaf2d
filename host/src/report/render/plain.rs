//! Timestamped lines: for files, pipes and CI.

use std::io::{self, Write};

use crate::report::event::{Body, Event};
use crate::report::options::View;
use crate::report::render::Render;
use crate::report::render::lines::{lines, place};
use crate::report::text::{Style, seconds};

/// Writes each event as lines of text with the time before them.
pub(crate) struct Plain {
    out: Box<dyn Write + Send>,
    view: View,
    stamp: Stamp,
}

/// Which time stands before a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// Since the build began.
    Elapsed,
    /// Of the day.
    Time,
    /// None, and no place either: the line alone.
    None,
}

impl Plain {
    pub(crate) fn new(out: Box<dyn Write + Send>, view: View, stamp: Stamp) -> Self {
        Plain { out, view, stamp }
    }
}

impl Render for Plain {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let mut text = String::new();
        for line in lines(event, self.view) {
            if !stands_alone(&event.body) {
                text.push_str(&prefix(event, self.stamp, self.view.style));
            }
            text.push_str(&line);
            text.push('\n');
        }
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

/// Whether an event is a block of text, which a time before every line would only clutter.
pub(crate) fn stands_alone(body: &Body) -> bool {
    matches!(body, Body::Failure(_) | Body::Timings { .. })
}

/// `  12.3s  install       `
pub(crate) fn prefix(event: &Event, stamp: Stamp, style: Style) -> String {
    let time = match stamp {
        Stamp::Elapsed => format!("{:>8}", seconds(event.elapsed)),
        Stamp::Time => event.time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        Stamp::None => return String::new(),
    };
    format!("{}  {:<12}  ", style.dim(&time), place(&event.scope))
}
