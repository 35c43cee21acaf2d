//! `progress`: steps in the build's display.

use wasmtime::component::Resource;

use crate::plugin::bindings::wit::progress::{Host, HostStep, Unit};
use crate::plugin::limits::Limit;
use crate::plugin::state::State;
use crate::report::{self, Level};

/// The most bytes of a label that are kept: the few words that it should be.
const LABEL: usize = 1024;

/// A step under way.
#[derive(Debug)]
#[expect(unreachable_pub, reason = "the generated bindings export it anew")]
pub struct Step {
    label: String,
    total: Option<u64>,
    unit: report::Unit,
}

impl Host for State {}

impl HostStep for State {
    fn new(&mut self, label: String, total: Option<u64>, unit: Unit) -> Resource<Step> {
        let label = shortened(&label);
        if let Err(limit) = self.take_handle() {
            return self.hidden(&limit);
        }
        let unit = match unit {
            Unit::Items => report::Unit::Items,
            Unit::Bytes => report::Unit::Bytes,
        };
        let step = Step { label, total, unit };
        self.log.progress(&step.label, 0, total, unit);
        let limit = self.limits().reached(Limit::Handles);
        self.table.push(step).unwrap_or_else(|_| self.hidden(&limit.into()))
    }

    fn set(&mut self, step: Resource<Step>, done: u64) {
        let Ok(step) = self.table.get(&step) else { return };
        let done = step.total.map_or(done, |total| done.min(total));
        self.log.progress(&step.label, done, step.total, step.unit);
    }

    fn drop(&mut self, step: Resource<Step>) -> wasmtime::Result<()> {
        if self.table.delete(step).is_ok() {
            self.handles -= 1;
        }
        Ok(())
    }
}

/// As much of a label as is kept, with memory of its own for no more than that.
fn shortened(label: &str) -> String {
    label[..label.floor_char_boundary(LABEL)].to_owned()
}

impl State {
    /// A step above the limit of open handles: it is not shown, since progress is
    /// nothing that a hook should fail for. The first one of a hook is told of.
    fn hidden(&mut self, limit: &anyhow::Error) -> Resource<Step> {
        if self.used.hidden.add(1) == 1 {
            self.log.message(Level::Warn, &format!("steps of progress are not shown: {limit}"));
        }
        Resource::new_own(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_kept_short() {
        assert_eq!(shortened("unpacking the kernel"), "unpacking the kernel");
        let long = shortened(&"\u{e9}".repeat(1 << 20));
        assert_eq!((long.len(), long.capacity()), (LABEL, LABEL));
        assert_eq!(shortened(&format!("a{}", "\u{e9}".repeat(LABEL))).len(), LABEL - 1);
    }
}
