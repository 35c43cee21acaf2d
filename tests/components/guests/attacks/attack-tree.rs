//! Keeps the host busy with one call over a large tree, at once or shortly before its time is over.
use std::time::{Duration, Instant};

use blankslate_sdk::rootfs::{self, Attributes, Source};
use blankslate_sdk::{Element, Result, log, params};

struct Tree;

impl Element for Tree {
    fn install(hook: &str) -> Result {
        let (begun, delay) = (Instant::now(), params::get::<i64>("delay")?);
        let delay = Duration::from_millis(delay.unsigned_abs());
        while begun.elapsed() < delay {
            std::hint::black_box(());
        }
        log::info("for ever");
        match hook {
            "walk" => drop(rootfs::walk("/many")?),
            // Each link leads back to the directory it is in.
            "glob" => drop(rootfs::glob(&format!("/ring{}/nothing", "/*".repeat(15)))?),
            "attributes" => {
                let change = Attributes { mode: Some(0o600), ..rootfs::unchanged() };
                rootfs::set_attributes("/many", &change, true)?;
            }
            _ => rootfs::copy(&Source::Image("/many".into()), "/outside/copy")?,
        }
        Ok(())
    }
}

blankslate_sdk::register!(Tree);
