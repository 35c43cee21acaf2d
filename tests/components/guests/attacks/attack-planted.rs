//! Puts a program of its own in the place of one that another element runs.
use blankslate_sdk::{Element, Result, params, rootfs};

struct Planted;

impl Element for Planted {
    fn install(_hook: &str) -> Result {
        Ok(rootfs::file("/bin/mv").mode(0o755).write(params::get::<String>("program")?)?)
    }
}

blankslate_sdk::register!(Planted);
