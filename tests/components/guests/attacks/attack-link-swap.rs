//! Reads and writes under a name that somebody turns, meanwhile, from a
//! directory into a link to the outside and back.
use blankslate_sdk::{Element, Result, bail, rootfs};

struct LinkSwap;

/// Tries at least, and at most until both states of the name were met.
const ROUNDS: u32 = 5_000;
const MOST_ROUNDS: u32 = 1_000_000;

/// Does what a hook is for; says whether the name led to the directory.
fn attack(hook: &str) -> Result<bool> {
    let result = match hook {
        "read" => match rootfs::read("/swap/secret") {
            Ok(contents) if contents != b"inside" => bail!("what is outside was read"),
            result => result.map(drop),
        },
        "write" => rootfs::write("/swap/written", "attacked"),
        "append" => rootfs::append("/swap/appended", "attacked"),
        _ => {
            let made = rootfs::directory("/swap/victim/deep").create();
            let removed = rootfs::remove_tree("/swap/victim");
            made.and(removed)
        }
    };
    Ok(result.is_ok())
}

impl Element for LinkSwap {
    fn install(hook: &str) -> Result {
        let (mut inside, mut refused) = (0, 0);
        for round in 0..MOST_ROUNDS {
            if round >= ROUNDS && inside > 0 && refused > 0 {
                return Ok(());
            }
            *if attack(hook)? { &mut inside } else { &mut refused } += 1;
        }
        bail!("the race was none: {inside} times inside, {refused} times refused");
    }
}

blankslate_sdk::register!(LinkSwap);
