//! `--log-format json`: one object a line, as [`crate::report::event`] describes.

use std::io::{self, Write};

use crate::report::event::Event;
use crate::report::render::Render;

/// Writes each event as one line of JSON.
pub(crate) struct Json {
    out: Box<dyn Write + Send>,
}

impl Json {
    pub(crate) fn new(out: Box<dyn Write + Send>) -> Self {
        Json { out }
    }
}

impl Render for Json {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.flush()
    }
}
