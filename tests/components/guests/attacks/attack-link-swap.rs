//! Reads and writes under a name that somebody turns, meanwhile, from a
//! directory into a link to the outside and back.
use blankslate_sdk::{Element, Result, bail, rootfs};

struct LinkSwap;

const ROUNDS: u32 = 5_000;

impl Element for LinkSwap {
    fn install(hook: &str) -> Result {
        let mut inside = 0;
        for _ in 0..ROUNDS {
            match hook {
                "read" => match rootfs::read("/swap/secret") {
                    Ok(contents) if contents == b"inside" => inside += 1,
                    Ok(_) => bail!("what is outside was read"),
                    Err(_) => {}
                },
                "write" => inside += u32::from(rootfs::write("/swap/written", "attacked").is_ok()),
                "append" => inside += u32::from(rootfs::append("/swap/appended", "attacked").is_ok()),
                _ => inside += u32::from(rootfs::remove_tree("/swap/victim").is_ok()),
            }
        }
        // Both states of the name were met, or the race was none.
        if inside == 0 {
            bail!("the directory was never there");
        }
        Ok(())
    }
}

blankslate_sdk::register!(LinkSwap);
