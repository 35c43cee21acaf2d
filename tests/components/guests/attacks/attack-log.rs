//! Logs without end.
use blankslate_sdk::{Element, Result, log};

struct Log;

impl Element for Log {
    fn install(hook: &str) -> Result {
        for _ in 0..10_000 {
            match hook {
                "lines" => log::info(&"x".repeat(1000)),
                _ => log::info(&"\n".repeat(1000)),
            }
        }
        Ok(())
    }
}

blankslate_sdk::register!(Log);
