//! Makes steps of progress without end, with labels that are far too long.
use blankslate_sdk::progress::Step;
use blankslate_sdk::{Element, Result, log};

struct Steps;

/// Steps that are made.
const COUNT: u64 = 8000;

/// Bytes of a label: with all of them together half a GiB.
const LABEL: usize = 64 << 10;

impl Element for Steps {
    fn install(hook: &str) -> Result {
        log::info("steps begin");
        let mut kept = Vec::new();
        for number in 0..COUNT {
            let step = Step::items(&format!("{number}{}", "x".repeat(LABEL)), COUNT);
            step.set(number);
            if hook == "kept" {
                kept.push(step);
            }
        }
        log::info("steps end");
        // There is time to look at the host.
        loop {
            std::hint::black_box(&kept);
        }
    }
}

blankslate_sdk::register!(Steps);
