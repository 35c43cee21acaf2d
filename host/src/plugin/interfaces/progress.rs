//! `progress`: steps in the build's display.

use wasmtime::component::Resource;

use crate::plugin::bindings::wit::progress::{Host, HostStep, Unit};
use crate::plugin::state::State;
use crate::report;

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
        if self.take_handle().is_err() {
            return hidden();
        }
        let unit = match unit {
            Unit::Items => report::Unit::Items,
            Unit::Bytes => report::Unit::Bytes,
        };
        let step = Step { label, total, unit };
        self.log.progress(&step.label, 0, total, unit);
        self.table.push(step).unwrap_or_else(|_| hidden())
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

/// A step above the limit of open handles: it is not shown, since progress is
/// nothing that a hook should fail for.
fn hidden() -> Resource<Step> {
    Resource::new_own(u32::MAX)
}
