//! Steps, more of them than handles are allowed.
use blankslate_sdk::progress::{Step, Unit};
use blankslate_sdk::{Element, Result};

struct Progress;

impl Element for Progress {
    fn install(_hook: &str) -> Result {
        let steps: Vec<Step> = (0..1000).map(|number| Step::items(&format!("step {number}"), 10)).collect();
        for step in &steps {
            step.set(5);
            step.set(20);
        }
        drop(steps);
        Step::bytes("bytes", 1 << 40).set(1 << 40);
        Step::unbounded("who knows", Unit::Bytes).set(u64::MAX);
        Ok(())
    }
}

blankslate_sdk::register!(Progress);
