//! Greets whoever logs in.

use blankslate_sdk::{Element, Result, info, params, rootfs};

struct Greeter;

impl Element for Greeter {
    fn install(_hook: &str) -> Result {
        let greeting: String = params::get("greeting")?;
        info!("greeting with '{greeting}'");
        rootfs::write("/etc/motd", format!("{greeting}\n"))?;
        Ok(())
    }
}

blankslate_sdk::register!(Greeter);
