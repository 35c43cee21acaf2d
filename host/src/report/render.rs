//! The renderers: each shows the same events to someone else.

use std::io;
use std::time::Duration;

use crate::report::event::Event;

pub(crate) mod bar;
pub(crate) mod failure;
pub(crate) mod json;
pub(crate) mod lines;
pub(crate) mod live;
pub(crate) mod plain;
pub(crate) mod screen;

pub(crate) use json::Json;
pub(crate) use live::Live;
pub(crate) use plain::Plain;

/// Shows events.
pub(crate) trait Render: Send {
    /// Shows one event. An error ends this renderer.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Draws anew what shows the time passing. An error ends this renderer.
    fn tick(&mut self, _elapsed: Duration) -> io::Result<()> {
        Ok(())
    }

    /// Whether [`Render::tick`] does anything.
    fn is_live(&self) -> bool {
        false
    }
}
