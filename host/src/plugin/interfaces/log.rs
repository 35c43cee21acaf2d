//! `log`: lines for the build's log.

use crate::plugin::bindings::wit::log::{Host, Level};
use crate::plugin::state::State;
use crate::report;

impl Host for State {
    fn write(&mut self, level: Level, message: String) {
        let level = match level {
            Level::Debug => report::Level::Debug,
            Level::Info => report::Level::Info,
            Level::Warn => report::Level::Warn,
            Level::Error => report::Level::Error,
        };
        self.log.message(level, &message);
    }
}
