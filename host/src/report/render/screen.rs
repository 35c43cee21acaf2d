//! The bottom of a terminal that is drawn anew again and again.
//!
//! What scrolls is written once, above; what is live is erased and written
//! again. Each drawing is one write, so that a slow terminal never shows half
//! of it.

use std::io::{self, Write};

use console::{measure_text_width, truncate_str};

/// A terminal with a live area at its bottom.
pub(crate) struct Screen {
    out: Box<dyn Write + Send>,
    size: Box<dyn Fn() -> Size + Send>,
    /// Widths of the live lines that stand on the screen.
    drawn: Vec<usize>,
}

/// How large a terminal is, in characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Screen {
    /// `size` is asked before every drawing, because windows change.
    pub(crate) fn new(out: Box<dyn Write + Send>, size: Box<dyn Fn() -> Size + Send>) -> Self {
        Screen { out, size, drawn: Vec::new() }
    }

    /// Writes lines above the live area, and the live area anew.
    pub(crate) fn draw(&mut self, scrolled: &[String], live: &[String]) -> io::Result<()> {
        let size = (self.size)();
        let mut text = self.erase(size);
        for line in scrolled {
            text.push_str(line);
            text.push('\n');
        }
        self.drawn.clear();
        // One column and one row stay free: a full line or screen would scroll.
        for line in live.iter().take(size.rows.saturating_sub(1)) {
            let line = truncate_str(line, size.columns.saturating_sub(1), "…");
            self.drawn.push(measure_text_width(&line));
            text.push_str(&line);
            text.push('\n');
        }
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// What erases the live area. In a window that became narrower, its lines
    /// take more rows than they did.
    fn erase(&self, size: Size) -> String {
        let rows: usize = self.drawn.iter().map(|width| width.div_ceil(size.columns.max(1)).max(1)).sum();
        match rows {
            0 => String::new(),
            // Up so many rows, to the first column, erase from there to the end of the screen.
            rows => format!("\x1b[{rows}A\r\x1b[J"),
        }
    }
}
