//! Lines of every level.
use blankslate_sdk::{Element, Result, debug, info, log, warn};

struct Log;

impl Element for Log {
    fn install(hook: &str) -> Result {
        if hook == "flood" {
            let line = "x".repeat(1000);
            (0..10_000).for_each(|_| log::info(&line));
            return Ok(());
        }
        debug!("for the author");
        info!("two\nlines");
        warn!("off by {}", 1);
        log::error("failed");
        Ok(())
    }
}

blankslate_sdk::register!(Log);
